#include "timestamp/issue_book.hpp"

#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <vector>

#include "concurrency/testing/manual_clock.hpp"
#include "storage/testing/fault_fs.hpp"

namespace ropenet::timestamp {
namespace {

using ropenet::testing::ManualClock;
using storage::testing::FaultFs;
using storage::testing::Unsynced;

class IssueBookTest : public ::testing::Test {
  protected:
    IssueBookTest() {
        EXPECT_TRUE(fs_.create_dirs("tsa"));
        EXPECT_TRUE(IssueBook::ensure(fs_, "tsa/book"));
    }

    std::unique_ptr<IssueBook> open() {
        auto book = IssueBook::open(fs_, "tsa/book", clock_);
        EXPECT_TRUE(book) << (book ? "" : book.error().what);
        return book ? *std::move(book) : nullptr;
    }

    FaultFs fs_;
    ManualClock clock_;
};

TEST_F(IssueBookTest, serials_rise_by_one_and_times_are_the_clocks) {
    const auto book = open();
    const auto first = book->take();
    clock_.advance_ms(5);
    const auto second = book->take();
    ASSERT_TRUE(first && second);
    EXPECT_EQ(second->serial, first->serial + 1);
    EXPECT_EQ(second->time_ms, first->time_ms + 5);
    EXPECT_EQ(second->time_ms, clock_.wall_ms());
}

TEST_F(IssueBookTest, nothing_is_issued_before_its_reservation_is_on_disk) {
    const auto book = open();
    const auto ticket = book->take();
    ASSERT_TRUE(ticket);
    fs_.crash();
    clock_.advance_ms(kTimesAheadMs);
    const auto after = open()->take();
    ASSERT_TRUE(after);
    EXPECT_GE(after->serial, ticket->serial + kSerialsAhead);
}

/// Takes tickets until the disk fails; true if it never did.
bool issue(IssueBook& book, ManualClock& clock, std::vector<Ticket>& issued) {
    for (std::uint64_t i = 0; i < 2 * kSerialsAhead + 10; ++i) {
        const auto ticket = book.take();
        if (!ticket) {
            EXPECT_EQ(ticket.error(), NoTicket::storage);
            return false;
        }
        issued.push_back(*ticket);
        if (i % 500 == 0) clock.advance_ms(kTimesAheadMs);
    }
    return true;
}

void expect_strictly_rising(const std::vector<Ticket>& issued, std::size_t crash_at) {
    for (std::size_t i = 1; i < issued.size(); ++i) {
        ASSERT_LT(issued[i - 1].serial, issued[i].serial) << "crash at change " << crash_at;
        ASSERT_LE(issued[i - 1].time_ms, issued[i].time_ms) << "crash at change " << crash_at;
    }
}

TEST(IssueBookCrashTest, no_serial_comes_twice_whatever_change_of_the_disk_the_power_fails_at) {
    for (const Unsynced unsynced : {Unsynced::lost, Unsynced::half_kept}) {
        bool failed = true;
        for (std::size_t at = 1; failed; ++at) {
            FaultFs fs;
            ManualClock clock;
            ASSERT_TRUE(fs.create_dirs("tsa"));
            ASSERT_TRUE(IssueBook::ensure(fs, "tsa/book"));
            std::vector<Ticket> issued;
            auto book = IssueBook::open(fs, "tsa/book", clock);
            ASSERT_TRUE(book);
            fs.fail_change(at);
            failed = !issue(**book, clock, issued);
            fs.fail_change(0);
            fs.crash(unsynced);
            clock.advance_ms(kTimesAheadMs);
            auto again = IssueBook::open(fs, "tsa/book", clock);
            ASSERT_TRUE(again) << again.error().what;
            ASSERT_TRUE(issue(**again, clock, issued));
            expect_strictly_rising(issued, at);
        }
    }
}

TEST_F(IssueBookTest, after_a_failed_write_nothing_is_issued_any_more) {
    const auto book = open();
    fs_.fail_change(1);
    EXPECT_EQ(book->take().error(), NoTicket::storage);
    EXPECT_EQ(book->take().error(), NoTicket::storage);
    ASSERT_TRUE(book->failure());
    EXPECT_EQ(book->failure()->code, ErrorCode::io);
}

TEST_F(IssueBookTest, a_crash_and_a_clock_behind_what_was_promised_give_no_time) {
    ASSERT_TRUE(open()->take());
    fs_.crash();
    const auto book = open();
    EXPECT_EQ(book->take().error(), NoTicket::clock);
    clock_.advance_ms(kTimesAheadMs - 1);
    EXPECT_EQ(book->take().error(), NoTicket::clock);
    clock_.advance_ms(1);
    EXPECT_TRUE(book->take());
}

TEST_F(IssueBookTest, after_a_close_the_next_start_goes_on_at_once_and_without_a_gap) {
    const auto book = open();
    const auto last = book->take();
    ASSERT_TRUE(last);
    ASSERT_TRUE(book->close());
    EXPECT_FALSE(book->take());
    const auto next = open()->take();
    ASSERT_TRUE(next);
    EXPECT_EQ(next->serial, last->serial + 1);
    EXPECT_EQ(next->time_ms, last->time_ms);
}

TEST_F(IssueBookTest, a_clock_one_ms_behind_the_last_token_gives_no_time_and_an_equal_one_does) {
    const auto book = open();
    const std::int64_t now_ms = clock_.wall_ms();
    ASSERT_TRUE(book->take());
    clock_.set_wall_ms(now_ms - 1);
    EXPECT_EQ(book->take().error(), NoTicket::clock);
    clock_.set_wall_ms(now_ms);
    EXPECT_TRUE(book->take());
}

TEST_F(IssueBookTest, clocks_that_part_by_more_than_the_limit_give_no_time_until_a_restart) {
    const auto book = open();
    const std::int64_t start_ms = clock_.wall_ms();
    clock_.set_wall_ms(start_ms + kClockPartMsMax);
    EXPECT_TRUE(book->take());
    clock_.set_wall_ms(start_ms + kClockPartMsMax + 1);
    EXPECT_EQ(book->take().error(), NoTicket::clock);
    clock_.set_wall_ms(start_ms + kClockPartMsMax);
    EXPECT_EQ(book->take().error(), NoTicket::clock);
    clock_.advance_ms(kTimesAheadMs);
    EXPECT_TRUE(open()->take());
}

TEST_F(IssueBookTest, an_older_copy_of_the_file_repeats_no_serial_when_time_has_passed) {
    const auto old_copy = fs_.contents("tsa/book");
    std::set<std::uint64_t> used;
    const auto book = open();
    for (std::uint64_t i = 0; i < kSerialsAhead; ++i) {
        const auto ticket = book->take();
        ASSERT_TRUE(ticket);
        used.insert(ticket->serial);
    }
    fs_.put("tsa/book", *old_copy);
    clock_.advance_ms(kTimesAheadMs);
    const auto restored = open();
    for (std::uint64_t i = 0; i < kSerialsAhead; ++i) {
        const auto ticket = restored->take();
        ASSERT_TRUE(ticket);
        EXPECT_TRUE(used.insert(ticket->serial).second);
    }
}

TEST_F(IssueBookTest, every_flipped_byte_and_a_missing_file_are_refused) {
    const Bytes good = *fs_.contents("tsa/book");
    for (std::size_t at = 0; at < good.size(); ++at) {
        Bytes bad = good;
        bad[at] ^= 1;
        fs_.put("tsa/book", bad);
        const auto book = IssueBook::open(fs_, "tsa/book", clock_);
        ASSERT_FALSE(book);
        EXPECT_EQ(book.error().code, ErrorCode::corrupt);
    }
    EXPECT_EQ(IssueBook::open(fs_, "tsa/none", clock_).error().code, ErrorCode::corrupt);
}

TEST_F(IssueBookTest, many_threads_get_different_serials) {
    const auto book = open();
    Mutex mutex;
    std::set<std::uint64_t> serials;
    constexpr std::size_t kEach = 1'500;
    const auto work = [&] {
        for (std::size_t i = 0; i < kEach; ++i) {
            const auto ticket = book->take();
            ASSERT_TRUE(ticket);
            const MutexLock lock{mutex};
            serials.insert(ticket->serial);
        }
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back(work);
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(serials.size(), 4 * kEach);
}

}  // namespace
}  // namespace ropenet::timestamp
