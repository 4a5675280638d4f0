#include "ropenet/temporary_folder.hpp"

#include <cstdlib>
#include <filesystem>

namespace ropenet::cli {

TemporaryFolder::TemporaryFolder() {
    std::error_code none;
    std::string pattern = (std::filesystem::temp_directory_path(none) / "ropenet-XXXXXX").string();
    if (!none && ::mkdtemp(pattern.data()) != nullptr) path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;  // nothing can be done about a folder that stays
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace ropenet::cli
