#include "storage/crc32c.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace ropenet::storage {
namespace {

// The vectors of RFC 3720 appendix B.4.
TEST(Crc32c, agrees_with_the_vectors_of_rfc_3720) {
    Bytes rising(32);
    std::iota(rising.begin(), rising.end(), std::uint8_t{0});
    const Bytes falling{rising.rbegin(), rising.rend()};
    EXPECT_EQ(crc32c(Bytes(32, 0x00)), 0x8a9136aaU);
    EXPECT_EQ(crc32c(Bytes(32, 0xff)), 0x62a8ab43U);
    EXPECT_EQ(crc32c(rising), 0x46dd794eU);
    EXPECT_EQ(crc32c(falling), 0x113fdb5cU);
    EXPECT_EQ(crc32c(view_of("123456789")), 0xe3069283U);
}

TEST(Crc32c, of_parts_is_that_of_the_whole) {
    const Bytes whole = to_bytes("a sentence of a length that eight does not divide");
    for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
        const BytesView view{whole};
        EXPECT_EQ(crc32c_more(crc32c(view.first(cut)), view.subspan(cut)), crc32c(whole));
    }
}

}  // namespace
}  // namespace ropenet::storage
