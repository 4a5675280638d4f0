#include "admission/verify_queue.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>

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

    SignatureCheck check_of(const Transaction& which) {
        return {.key = alice.signer->public_key(), .tx = &which, .done = [this](bool ok) {
                    (ok ? good : bad) += 1;
                }};
    }
};

TEST_F(VerifyQueueTest, tells_good_signatures_from_bad_ones_once_each) {
    VerifyQueue queue{workers, 100};
    for (int i = 0; i < 100; ++i)
        ASSERT_TRUE(queue.try_push(check_of(i % 10 == 3 ? forged : tx)));
    queue.wait_idle();

    EXPECT_EQ(good, 90);
    EXPECT_EQ(bad, 10);
    EXPECT_EQ(queue.size(), 0U);
}

TEST_F(VerifyQueueTest, a_signature_does_not_count_under_another_algorithm_than_its_header_names) {
    tx.alg = crypto::Alg::es256;
    EXPECT_FALSE(is_signed_by(tx, alice.signer->public_key()));

    VerifyQueue queue{workers, 1};
    ASSERT_TRUE(queue.try_push(check_of(tx)));
    queue.wait_idle();
    EXPECT_EQ(bad, 1);
}

TEST_F(VerifyQueueTest, refuses_one_more_than_may_wait_and_never_calls_it) {
    // Shared with the pool, whose threads leave it after the test has opened it.
    const auto gate = std::make_shared<Gate>();
    VerifyQueue queue{workers, 3};
    for (int i = 0; i < 2; ++i)
        ASSERT_TRUE(workers.submit([gate] { gate->pass(); }));
    gate->wait_inside(2);
    for (int i = 0; i < 3; ++i)
        ASSERT_TRUE(queue.try_push(check_of(tx)));

    EXPECT_FALSE(queue.try_push(check_of(forged)));
    EXPECT_EQ(queue.size(), 3U);
    gate->open();
    queue.wait_idle();
    EXPECT_EQ(good, 3);
    EXPECT_EQ(bad, 0);
}

TEST_F(VerifyQueueTest, the_caller_checks_when_the_pool_takes_no_task) {
    // Shared with the pool, whose threads leave it after the test has opened it.
    const auto gate = std::make_shared<Gate>();
    VerifyQueue queue{workers, 10};
    for (int i = 0; i < 2; ++i)
        ASSERT_TRUE(workers.submit([gate] { gate->pass(); }));
    gate->wait_inside(2);
    while (workers.submit([] {})) {
    }

    ASSERT_TRUE(queue.try_push(check_of(tx)));
    EXPECT_EQ(good, 1);
    gate->open();
}

TEST_F(VerifyQueueTest, the_end_waits_for_what_was_taken) {
    {
        VerifyQueue queue{workers, 50};
        for (int i = 0; i < 50; ++i)
            ASSERT_TRUE(queue.try_push(check_of(tx)));
    }
    EXPECT_EQ(good, 50);
}

}  // namespace
}  // namespace ropenet::admission
