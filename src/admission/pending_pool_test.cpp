#include "admission/pending_pool.hpp"

#include <gtest/gtest.h>

#include "crypto/hash.hpp"

namespace ropenet::admission {
namespace {

constexpr PendingLimits kLimits{.txs_max = 40, .bytes_max = 4'000, .account_share = 4};

struct PendingPoolTest : ::testing::Test {
    PendingPool pool{kLimits};
    std::uint8_t numbers = 0;

    PooledTx make(std::uint8_t account, std::size_t bytes = 10, std::int64_t expires_at_ms = 100) {
        Transaction tx;
        numbers += 1;
        tx.tx_id = Hash32{numbers};
        tx.account = AccountId{{account}};
        tx.encoded = Bytes(bytes, numbers);
        tx.expires_at_ms = expires_at_ms;
        return std::make_shared<const Transaction>(std::move(tx));
    }
    PooledTx put(PooledTx tx) {
        pool.insert(tx, crypto::sha256(tx->encoded));
        return tx;
    }
    std::optional<Refused> why_full(std::uint8_t account, std::size_t bytes = 10) const {
        return pool.why_full(AccountId{{account}}, bytes);
    }
};

TEST_F(PendingPoolTest, finds_a_tx_by_its_id_and_by_the_digest_of_its_bytes) {
    const PooledTx tx = put(make(1));

    EXPECT_EQ(pool.find(tx->tx_id), tx);
    EXPECT_EQ(pool.find_by_digest(crypto::sha256(tx->encoded)), tx);
    EXPECT_EQ(pool.find(Hash32{99}), nullptr);
    EXPECT_EQ(pool.find_by_digest(Hash32{99}), nullptr);
}

TEST_F(PendingPoolTest, takes_txs_up_to_the_limit_and_not_one_more) {
    for (std::uint8_t account = 1; account <= 4; ++account) {
        for (int i = 0; i < 10; ++i)
            put(make(account));
    }
    EXPECT_EQ(pool.size(), kLimits.txs_max);
    EXPECT_EQ(why_full(5), Refused::full);
}

TEST_F(PendingPoolTest, takes_bytes_up_to_the_limit_and_not_one_more) {
    for (std::uint8_t account = 1; account <= 3; ++account)
        put(make(account, 1'000));
    EXPECT_EQ(why_full(4, 1'001), Refused::full);
    EXPECT_EQ(why_full(4, 1'000), std::nullopt);
}

TEST_F(PendingPoolTest, gives_one_account_its_share_of_txs_and_not_one_more) {
    for (int i = 0; i < 9; ++i)
        put(make(1));
    EXPECT_EQ(why_full(1), std::nullopt);
    put(make(1));
    EXPECT_EQ(why_full(1), Refused::account_share);
    EXPECT_EQ(why_full(2), std::nullopt);
}

TEST_F(PendingPoolTest, gives_one_account_its_share_of_bytes_and_not_one_more) {
    put(make(1, 600));
    EXPECT_EQ(why_full(1, 400), std::nullopt);
    EXPECT_EQ(why_full(1, 401), Refused::account_share);
}

TEST_F(PendingPoolTest, a_tx_that_leaves_makes_room_again) {
    std::vector<PooledTx> txs;
    for (int i = 0; i < 10; ++i)
        txs.push_back(put(make(1, 100)));
    ASSERT_EQ(why_full(1), Refused::account_share);

    EXPECT_EQ(pool.remove(txs[3]->tx_id), txs[3]);
    EXPECT_EQ(why_full(1, 100), std::nullopt);
    EXPECT_EQ(pool.size(), 9U);
    EXPECT_EQ(pool.bytes(), 900U);
    EXPECT_EQ(pool.find_by_digest(crypto::sha256(txs[3]->encoded)), nullptr);
    EXPECT_EQ(pool.remove(txs[3]->tx_id), nullptr);
}

TEST_F(PendingPoolTest, gives_up_what_no_later_block_can_record) {
    const PooledTx first = put(make(1, 10, 100));
    const PooledTx second = put(make(1, 10, 101));

    EXPECT_TRUE(pool.take_expired(99).empty());
    EXPECT_EQ(pool.take_expired(100), std::vector{first});
    EXPECT_EQ(pool.size(), 1U);
    EXPECT_EQ(pool.take_expired(101), std::vector{second});
}

TEST(DroppedTxs, remembers_the_last_ones_with_their_reason) {
    DroppedTxs dropped{2};
    dropped.note(Hash32{1}, TxError::expired);
    dropped.note(Hash32{2}, TxError::unknown_account);
    EXPECT_EQ(dropped.find(Hash32{1}), TxError::expired);

    dropped.note(Hash32{2}, TxError::expired);
    EXPECT_EQ(dropped.find(Hash32{1}), TxError::expired);
    EXPECT_EQ(dropped.find(Hash32{2}), TxError::expired);

    dropped.note(Hash32{3}, TxError::expired);
    EXPECT_EQ(dropped.find(Hash32{1}), std::nullopt);
    EXPECT_EQ(dropped.find(Hash32{3}), TxError::expired);
}

}  // namespace
}  // namespace ropenet::admission
