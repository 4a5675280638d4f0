#include "http/event_stream.hpp"

#include <gtest/gtest.h>

namespace ropenet::http {
namespace {

std::vector<StreamEvent> events_in(std::string_view text) {
    EventReader reader;
    const auto events = reader.read(text);
    EXPECT_TRUE(events);
    return events ? *events : std::vector<StreamEvent>{};
}

TEST(EventStreamTest, an_event_is_read_as_it_was_written) {
    const StreamEvent event{.id = "3.17", .type = "tx", .data = "{\"a\":1}\nsecond: line"};
    std::string text;
    append_event(text, event);
    EXPECT_EQ(text, "id: 3.17\nevent: tx\ndata: {\"a\":1}\ndata: second: line\n\n");
    EXPECT_EQ(events_in(text), std::vector{event});
}

TEST(EventStreamTest, bytes_may_be_cut_anywhere) {
    std::string text;
    append_event(text, {.id = "1.2", .type = "tx", .data = "one"});
    append_event(text, {.id = "1.3", .type = "gap", .data = "two"});
    const auto whole = events_in(text);
    ASSERT_EQ(whole.size(), 2U);
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        EventReader reader;
        const auto first = reader.read(text.substr(0, cut));
        const auto second = reader.read(text.substr(cut));
        ASSERT_TRUE(first && second);
        auto both = *first;
        both.insert(both.end(), second->begin(), second->end());
        EXPECT_EQ(both, whole) << cut;
    }
}

TEST(EventStreamTest, every_line_end_of_the_standard_ends_a_line) {
    for (const std::string end : {"\n", "\r", "\r\n"}) {
        EXPECT_EQ(events_in("data: x" + end + end),
                  (std::vector{StreamEvent{.id = "", .type = "message", .data = "x"}}))
            << end.size();
    }
}

TEST(EventStreamTest, an_id_without_data_moves_the_place_and_is_no_event) {
    std::string text;
    append_event_id(text, "7.9");
    EventReader reader;
    const auto events = reader.read(text);
    ASSERT_TRUE(events);
    EXPECT_TRUE(events->empty());
    EXPECT_EQ(reader.last_id(), "7.9");
}

TEST(EventStreamTest, comments_and_unknown_fields_are_skipped) {
    EXPECT_TRUE(events_in(std::string{kEventHeartbeat} + "retry: 1000\n\nfoo\n\n").empty());
}

TEST(EventStreamTest, a_line_may_be_as_long_as_the_limit_and_no_longer) {
    EventReader at_limit;
    EXPECT_TRUE(at_limit.read(std::string(kEventBytesMax, 'x')));
    const auto past = at_limit.read("x");
    ASSERT_FALSE(past);
    EXPECT_EQ(past.error(), EventStreamError::line_too_long);
}

TEST(EventStreamTest, an_event_longer_than_the_limit_is_refused) {
    EventReader reader;
    const std::string half = "data: " + std::string(kEventBytesMax / 2, 'x') + "\n";
    ASSERT_TRUE(reader.read(half + half));
    const auto past = reader.read("data: y\n");
    ASSERT_FALSE(past);
    EXPECT_EQ(past.error(), EventStreamError::event_too_long);
}

}  // namespace
}  // namespace ropenet::http
