// Goal: what is a cursor, and when a follower is told that it is slow. Method: the pure parts at
// their limits; the rest is tested against a real node.
#include "api/event_place.hpp"

#include <gtest/gtest.h>

#include "types/limits.hpp"

namespace ropenet::api {
namespace {

constexpr std::uint64_t kMost = kIntegerMax;

TEST(EventPlaceTest, the_text_of_a_place_reads_back_up_to_the_largest_numbers) {
    for (const EventPlace place :
         {EventPlace{.height = 0, .index = 0}, EventPlace{.height = 7, .index = 42},
          EventPlace{.height = kMost, .index = kMost}}) {
        EXPECT_EQ(event_place_from_text(place.text()), place) << place.text();
    }
}

TEST(EventPlaceTest, one_more_than_the_largest_number_is_no_cursor) {
    EXPECT_FALSE(event_place_from_text("9007199254740992.0"));
    EXPECT_FALSE(event_place_from_text("0.9007199254740992"));
}

TEST(EventPlaceTest, anything_but_two_numbers_and_a_dot_is_no_cursor) {
    for (const std::string_view text :
         {"", ".", "7", "7.", ".7", "7.4.2", "-1.0", "0.-1", "+1.0", "01.0", "1.00", " 1.0", "1.0 ",
          "1. 0", "0x1.0", "1,0", "a.b"}) {
        EXPECT_FALSE(event_place_from_text(text)) << text;
    }
}

TEST(EventBacklogTest, who_reads_history_may_be_any_distance_behind) {
    EventBacklog backlog;
    EXPECT_FALSE(backlog.is_slow(1, 1'000'000));
    EXPECT_FALSE(backlog.is_slow(129, 2'000'000));
}

TEST(EventBacklogTest, who_kept_up_may_let_pass_as_many_as_a_queue_holds_and_not_one_more) {
    EventBacklog backlog;
    EXPECT_FALSE(backlog.is_slow(100, 100));
    backlog.note_live();
    EventBacklog other = backlog;
    EXPECT_FALSE(backlog.is_slow(100, 100 + kEventQueueMax));
    EXPECT_TRUE(other.is_slow(100, 100 + kEventQueueMax + 1));
}

TEST(EventBacklogTest, what_came_at_once_to_who_waited_is_not_held_against_it) {
    EventBacklog backlog;
    EXPECT_FALSE(backlog.is_slow(100, 100));
    backlog.note_live();
    backlog.note_woken(10'000);
    EXPECT_FALSE(backlog.is_slow(228, 10'000));
    EXPECT_FALSE(backlog.is_slow(356, 10'000 + kEventQueueMax));
    EXPECT_TRUE(backlog.is_slow(484, 10'000 + kEventQueueMax + 1));
}

TEST(EventBacklogTest, who_reaches_what_it_was_allowed_is_measured_from_there_again) {
    EventBacklog backlog;
    backlog.note_live();
    backlog.note_woken(5'000);
    EXPECT_FALSE(backlog.is_slow(5'000, 6'000));
    EXPECT_FALSE(backlog.is_slow(5'128, 6'000 + kEventQueueMax));
    EXPECT_TRUE(backlog.is_slow(5'256, 6'000 + kEventQueueMax + 1));
}

}  // namespace
}  // namespace ropenet::api
