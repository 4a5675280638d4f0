#include "codec/utf8.hpp"

#include <gtest/gtest.h>

namespace ropenet {
namespace {

bool accepts(std::string_view text) {
    return is_utf8(view_of(text));
}

TEST(Utf8, takes_the_first_and_last_character_of_each_length) {
    for (const auto* text : {"", "\x7f", "\u0080", "\u07ff", "\u0800", "\ud7ff", "\ue000", "\uffff",
                             "\U00010000", "\U0010ffff", "twelve plain bytes and more"}) {
        EXPECT_TRUE(accepts(text)) << text;
    }
    EXPECT_TRUE(accepts(std::string_view{"\0", 1}));
}

TEST(Utf8, refuses_overlong_forms_surrogates_and_what_lies_beyond) {
    for (const auto* text :
         {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf",
          "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xfe", "\xff"}) {
        EXPECT_FALSE(accepts(text));
    }
}

TEST(Utf8, refuses_a_character_cut_short_wherever_it_stands) {
    for (std::size_t before = 0; before < 20; ++before) {
        const std::string plain(before, 'a');
        EXPECT_TRUE(accepts(plain + "绳"));
        EXPECT_FALSE(accepts(plain + "\xe7\xbb"));
        EXPECT_FALSE(accepts(plain + "\xe7\xbb" + "a"));
        EXPECT_FALSE(accepts(plain + "\xf0\x90\x85"));
        EXPECT_FALSE(accepts(plain + "\xc3" + std::string(20, 'a')));
    }
}

}  // namespace
}  // namespace ropenet
