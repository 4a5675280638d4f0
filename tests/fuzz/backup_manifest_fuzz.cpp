// Any text is either refused or one backup note's text, or one list, and is written back as it was.
#include <cstddef>
#include <cstdint>

#include "base/check.hpp"
#include "types/backup_manifest.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace ropenet;
    const std::string_view text = text_of(BytesView{data, size});
    if (const auto manifest = backup_manifest_from_text(text)) {
        ROPE_CHECK(text_from_backup_manifest(*manifest) == text);
    }
    if (const auto files = backup_files_from_text(text)) {
        ROPE_CHECK(text_from_backup_files(*files) == text);
    }
    return 0;
}
