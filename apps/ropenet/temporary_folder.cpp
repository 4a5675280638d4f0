#include "ropenet/temporary_folder.hpp"

#include <cstdlib>

namespace ropenet::cli {

namespace {

/// Empty where the system has none.
std::filesystem::path system_folder() {
    std::error_code none;
    auto folder = std::filesystem::temp_directory_path(none);
    return none ? std::filesystem::path{} : folder;
}

}  // namespace

TemporaryFolder::TemporaryFolder() : TemporaryFolder{system_folder() / "ropenet-"} {}

TemporaryFolder::TemporaryFolder(const std::filesystem::path& prefix) {
    std::string pattern = prefix.string() + "XXXXXX";
    if (::mkdtemp(pattern.data()) != nullptr) path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;  // nothing can be done about a folder that stays
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace ropenet::cli
