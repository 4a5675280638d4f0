#include "admission/verify_queue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "concurrency/mutex.hpp"
#include "execution/testing/signed_tx.hpp"

namespace ropenet::admission {
namespace {

using execution::testing::deposit_args;
using execution::testing::Identity;
using execution::testing::make_identity;
using execution::testing::make_tx;

/// Holds every thread of a pool until it is opened.
class Gate {
  public:
    void pass() ROPE_EXCLUDES(mutex_) {
        const MutexLock lock{mutex_};
        inside_ += 1;
        changed_.notify_all();
        while (!open_)
            changed_.wait(mutex_);
    }
    void wait_inside(std::size_t count) ROPE_EXCLUDES(mutex_) {
        const MutexLock lock{mutex_};
        while (inside_ < count)
            changed_.wait(mutex_);
    }
    void open() ROPE_EXCLUDES(mutex_) {
        const MutexLock lock{mutex_};
        open_ = true;
        changed_.notify_all();
    }

  private:
    Mutex mutex_;
    CondVar changed_;
    std::size_t inside_ ROPE_GUARDED_BY(mutex_) = 0;
    bool open_ ROPE_GUARDED_BY(mutex_) = false;
};

struct VerifyQueueTest : ::testing::Test {
    Identity alice = make_identity("alice", 1);
    Transaction tx = make_tx(alice, {.args = deposit_args("a")});
    Transaction forged = tx;
    WorkerPool workers{{.name = "check", .threads = 2, .queue_max = 8}};
    std::atomic<int> good{0};
    std::atomic<int> bad{0};

    VerifyQueueTest() { forged.signature[0] ^= 1; }

    SignatureCheck check_of(const Transaction& which, std::size_t slot = 0) const {
        return {.key = alice.signer->public_key(), .tx = &which, .slot = slot};
    }
    ChecksDone counted() {
        return [this](std::span<const CheckedSlot> checked) {
            for (const CheckedSlot& each : checked)
                (each.good ? good : bad) += 1;
        };
    }
    bool push(VerifyQueue& queue, const Transaction& which) {
        std::vector<SignatureCheck> one{check_of(which)};
        return queue.try_push(one, counted()) == 1;
    }
};

TEST_F(VerifyQueueTest, tells_good_signatures_from_bad_ones_once_each) {
    VerifyQueue queue{workers, {}, 100};
    for (int i = 0; i < 100; ++i)
        ASSERT_TRUE(push(queue, i % 10 == 3 ? forged : tx));
    queue.wait_idle();

    EXPECT_EQ(good, 90);
    EXPECT_EQ(bad, 10);
    EXPECT_EQ(queue.size(), 0U);
}

TEST_F(VerifyQueueTest, a_signature_does_not_count_under_another_algorithm_than_its_header_names) {
    tx.alg = crypto::Alg::es256;
    EXPECT_FALSE(is_signed_by(tx, alice.signer->public_key()));

    VerifyQueue queue{workers, {}, 1};
    ASSERT_TRUE(push(queue, tx));
    queue.wait_idle();
    EXPECT_EQ(bad, 1);
}

TEST_F(VerifyQueueTest, refuses_one_more_than_may_wait_and_never_calls_it) {
    // Shared with the pool, whose threads leave it after the test has opened it.
    const auto gate = std::make_shared<Gate>();
    VerifyQueue queue{workers, {}, 3};
    for (int i = 0; i < 2; ++i)
        ASSERT_TRUE(workers.submit([gate] { gate->pass(); }));
    gate->wait_inside(2);
    for (int i = 0; i < 3; ++i)
        ASSERT_TRUE(push(queue, tx));

    EXPECT_FALSE(push(queue, forged));
    EXPECT_EQ(queue.size(), 3U);
    gate->open();
    queue.wait_idle();
    EXPECT_EQ(good, 3);
    EXPECT_EQ(bad, 0);
}

TEST_F(VerifyQueueTest, the_caller_checks_when_the_pool_takes_no_task) {
    // Shared with the pool, whose threads leave it after the test has opened it.
    const auto gate = std::make_shared<Gate>();
    VerifyQueue queue{workers, {}, 10};
    for (int i = 0; i < 2; ++i)
        ASSERT_TRUE(workers.submit([gate] { gate->pass(); }));
    gate->wait_inside(2);
    while (workers.submit([] {})) {
    }

    ASSERT_TRUE(push(queue, tx));
    EXPECT_EQ(good, 1);
    gate->open();
}

TEST_F(VerifyQueueTest, takes_the_front_of_a_push_that_is_longer_than_the_room) {
    const auto gate = std::make_shared<Gate>();
    VerifyQueue queue{workers, {}, 3};
    for (int i = 0; i < 2; ++i)
        ASSERT_TRUE(workers.submit([gate] { gate->pass(); }));
    gate->wait_inside(2);
    std::vector<SignatureCheck> checks;
    for (std::size_t i = 0; i < 5; ++i)
        checks.push_back(check_of(i == 1 ? forged : tx, i));
    Mutex mutex;
    std::vector<std::pair<std::size_t, bool>> told;

    EXPECT_EQ(queue.try_push(checks,
                             [&](std::span<const CheckedSlot> checked) {
                                 const MutexLock lock{mutex};
                                 for (const CheckedSlot& each : checked)
                                     told.emplace_back(each.slot, each.good);
                             }),
              3U);
    EXPECT_EQ(queue.try_push(std::span{checks}.subspan(3), counted()), 0U);
    gate->open();
    queue.wait_idle();

    std::ranges::sort(told);
    EXPECT_EQ(told, (std::vector<std::pair<std::size_t, bool>>{{0, true}, {1, false}, {2, true}}));
}

// A plain function, as a table wants it; one test alone uses it.
std::mutex batch_sizes_mutex;
std::vector<std::size_t> batch_sizes;
std::int32_t accept_and_note(const crypto::Ed25519Item*, std::size_t count,
                             std::uint8_t* verdicts) {
    const std::lock_guard lock{batch_sizes_mutex};
    batch_sizes.push_back(count);
    std::fill_n(verdicts, count, std::uint8_t{1});
    return 0;
}

TEST_F(VerifyQueueTest, fills_the_lanes_of_a_table_and_leaves_at_most_one_batch_ragged) {
    VerifyQueue queue{workers, {.verify_batch = accept_and_note, .lanes = 8}, 1'000};
    std::vector<SignatureCheck> checks;
    for (std::size_t i = 0; i < 301; ++i)
        checks.push_back(check_of(tx, i));
    ASSERT_EQ(queue.try_push(checks, counted()), 301U);
    queue.wait_idle();

    EXPECT_EQ(good, 301);
    EXPECT_LE(std::ranges::count_if(batch_sizes, [](std::size_t n) { return n % 8 != 0; }), 1);
    EXPECT_LE(std::ranges::max(batch_sizes), kSignatureBatch);
}

TEST_F(VerifyQueueTest, the_end_waits_for_what_was_taken) {
    {
        VerifyQueue queue{workers, {}, 50};
        for (int i = 0; i < 50; ++i)
            ASSERT_TRUE(push(queue, tx));
    }
    EXPECT_EQ(good, 50);
}

}  // namespace
}  // namespace ropenet::admission
