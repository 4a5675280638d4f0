// One rope with a real ledger in a temporary folder and a cosigner, for tests.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "concurrency/testing/manual_clock.hpp"
#include "cosign/bundle_maker.hpp"
#include "cosign/cosigner.hpp"
#include "execution/testing/signed_tx.hpp"
#include "ledger/ledger.hpp"
#include "storage/kv.hpp"
#include "storage/posix_file_system.hpp"
#include "storage/testing/temp_folder.hpp"

namespace ropenet::cosign::testing {

/// `number` picks the owner of the keys.
inline CosignKeys fixed_keys(std::uint8_t number) {
    return {.log = keys::testing::fixed_signer(crypto::Alg::ed25519, number),
            .witness = keys::testing::fixed_signer(crypto::Alg::ed25519,
                                                   static_cast<std::uint8_t>(number + 1)),
            .receipt = keys::testing::fixed_signer(crypto::Alg::es256, number)};
}

struct SignedRope : ::testing::Test {
    storage::testing::TempFolder folder;
    storage::PosixFileSystem files;
    storage::KvEnvironment kv;
    NullLog log;
    ropenet::testing::ManualClock clock;
    execution::testing::Identity alice = execution::testing::make_identity("alice", 1);
    execution::testing::Identity registrar = execution::testing::make_identity("registrar", 3);
    TrustTexts trust = make_trust(names(), fixed_keys(50));
    std::unique_ptr<ledger::Ledger> ledger;
    std::unique_ptr<Cosigner> cosigner;
    std::optional<Error> fatal;
    std::uint64_t nonce = 0;

    static NodeNames names() { return {.origin = std::string{execution::testing::kOrigin}}; }

    SignedRope() {
        open_ledger();
        start();
    }

    Genesis genesis() const {
        Genesis made = execution::testing::make_genesis({&alice}, registrar);
        made.validators = {validator_of(names(), fixed_keys(50))};
        made.policy = first_policy_of(trust);
        return made;
    }

    void open_ledger() {
        auto opened = ledger::Ledger::open(
            {.folder = folder / "rope", .genesis = encode_genesis(genesis()), .signed_size = 0},
            files, kv, log);
        ASSERT_TRUE(opened) << opened.error().what;
        ledger = *std::move(opened);
    }

    std::unique_ptr<storage::SignedState> signed_state() {
        auto opened = storage::SignedState::open(files, folder / "signed");
        EXPECT_TRUE(opened);
        return opened ? *std::move(opened) : nullptr;
    }

    Result<std::unique_ptr<Cosigner>> try_start(std::uint8_t keys_number = 50) {
        return Cosigner::start(fixed_keys(keys_number), trust,
                               {.ledger = *ledger,
                                .signed_state = signed_state(),
                                .clock = clock,
                                .log = log,
                                .on_fatal = [this](Error error) { fatal = std::move(error); }});
    }

    void start() {
        auto started = try_start();
        ASSERT_TRUE(started) << started.error().what;
        cosigner = *std::move(started);
    }

    /// As after kill -9: no last checkpoint.
    void crash() { cosigner.reset(); }
    void restart() {
        crash();
        ledger.reset();
        open_ledger();
        start();
    }

    const ledger::Reader& reader() const { return ledger->reader(); }

    /// A block with a deposit of each content; the ids of the transactions.
    std::vector<Hash32> commit(const std::vector<std::string>& contents) {
        const ledger::HeightSummary before = reader().latest()->at();
        std::vector<execution::CheckedTx> txs;
        std::vector<Hash32> ids;
        for (const std::string& content : contents) {
            Transaction tx = execution::testing::make_tx(
                alice, {.args = execution::testing::deposit_args(content),
                        .nonce = ++nonce,
                        .expires_at_ms = before.time_ms + 60'000});
            ids.push_back(tx.tx_id);
            txs.emplace_back(std::move(tx));
        }
        EXPECT_TRUE(ledger->finalize(before.height + 1, before.time_ms + 1'000, txs));
        EXPECT_TRUE(ledger->commit());
        if (cosigner) cosigner->note_commit(reader().latest()->log_size());
        return ids;
    }

    /// Lets time pass until everything committed is under a checkpoint.
    bool cover() {
        clock.advance_ms(kCheckpointGapMs);
        return cosigner->wait_covered(reader().latest()->log_size() - 1, std::chrono::seconds{10});
    }
};

}  // namespace ropenet::cosign::testing
