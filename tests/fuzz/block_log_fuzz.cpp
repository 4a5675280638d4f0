// A segment of any bytes: opening it either names the damage or gives a log that takes and gives
// blocks; nothing that fails its checksum is ever read back.
#include <cstddef>
#include <cstdint>

#include "base/check.hpp"
#include "storage/block_log.hpp"
#include "storage/testing/fault_fs.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace ropenet;
    storage::testing::FaultFs fs;
    ROPE_CHECK(fs.create_dirs("log").has_value());
    // The first byte says how far something else relies on the log.
    const std::uint64_t floor = size == 0 ? 0 : data[0] % 4;
    const BytesView segment = size == 0 ? BytesView{} : BytesView{data, size}.subspan(1);
    {
        const auto file = fs.open("log/000001.seg", storage::OpenMode::append);
        ROPE_CHECK(file.has_value());
        ROPE_CHECK((*file)->append(segment).has_value());
        ROPE_CHECK((*file)->sync().has_value());
    }
    const auto log = storage::BlockLog::open(fs, "log", floor);
    if (!log) return 0;
    const std::uint64_t last = (*log)->last_height();
    ROPE_CHECK(last >= floor);
    for (std::uint64_t height = 1; height <= last; ++height) {
        ROPE_CHECK((*log)->read(height).has_value());
    }
    const Bytes block(10, 7);
    ROPE_CHECK((*log)->append_durably(last + 1, block).has_value());
    const auto back = (*log)->read(last + 1);
    ROPE_CHECK(back.has_value() && *back == block);
    return 0;
}
