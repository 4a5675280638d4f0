#include "ropenet/file_clock.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "storage/testing/temp_folder.hpp"

namespace ropenet::cli {
namespace {

TEST(ClockReadingTest, reads_a_time_and_how_far_it_was_set) {
    EXPECT_EQ(clock_reading_from_text("1800000000000\n"),
              (ClockReading{.wall_ms = 1'800'000'000'000, .apart_ms = 0}));
    EXPECT_EQ(clock_reading_from_text("1800000000000 -60001"),
              (ClockReading{.wall_ms = 1'800'000'000'000, .apart_ms = -60'001}));
}

TEST(ClockReadingTest, reads_fifteen_digits_and_refuses_sixteen) {
    EXPECT_TRUE(clock_reading_from_text("999999999999999"));
    EXPECT_FALSE(clock_reading_from_text("1000000000000000"));
}

TEST(ClockReadingTest, refuses_what_is_no_time) {
    for (const char* text : {"", "\n", "-1", "12x", "1 ", "1  2", "1 2 3", "now"}) {
        EXPECT_FALSE(clock_reading_from_text(text)) << text;
    }
}

struct FileClockTest : ::testing::Test {
    storage::testing::TempFolder temp;
    const std::string path = temp / "clock";

    void write(const std::string& text) const { std::ofstream{path} << text; }
};

TEST_F(FileClockTest, a_file_without_a_time_is_a_fault_of_configuration) {
    const auto missing = FileClock::open(path);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, ErrorCode::config);
    write("noon");
    EXPECT_FALSE(FileClock::open(path));
}

TEST_F(FileClockTest, follows_its_file_and_keeps_the_last_time_of_a_broken_one) {
    write("1000");
    const auto clock = FileClock::open(path);
    ASSERT_TRUE(clock);
    EXPECT_EQ((*clock)->wall_ms(), 1000);
    write("5000 7");
    EXPECT_EQ((*clock)->wall_ms(), 5000);
    EXPECT_EQ((*clock)->apart_ms(), 7);
    write("");
    EXPECT_EQ((*clock)->wall_ms(), 5000);
}

}  // namespace
}  // namespace ropenet::cli
