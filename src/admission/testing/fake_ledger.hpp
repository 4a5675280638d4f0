// A ledger and an engine in memory, for tests of what stands on admission.
//
// FakeLedger starts at a genesis and executes blocks for real, without disk. Threads: reading from
// any; commit() from one at a time.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "admission/admission.hpp"
#include "base/check.hpp"
#include "concurrency/mutex.hpp"
#include "execution/execute.hpp"
#include "execution/testing/signed_tx.hpp"
#include "ordering/engine.hpp"
#include "state/testing/fake_state.hpp"

namespace ropenet::admission::testing {

class FakeIds final : public execution::RecordedIds {
  public:
    bool contains(const Hash32& tx_id) const override ROPE_EXCLUDES(mutex_) {
        const MutexLock lock{mutex_};
        return ids_.contains(tx_id);
    }
    void insert(const Hash32& tx_id) ROPE_EXCLUDES(mutex_) {
        const MutexLock lock{mutex_};
        ids_.insert(tx_id);
    }
    void clear() ROPE_EXCLUDES(mutex_) {
        const MutexLock lock{mutex_};
        ids_.clear();
    }
    std::size_t size() const ROPE_EXCLUDES(mutex_) {
        const MutexLock lock{mutex_};
        return ids_.size();
    }

  private:
    mutable Mutex mutex_;
    std::set<Hash32> ids_ ROPE_GUARDED_BY(mutex_);
};

class FakeLedger final : public LedgerFacts {
  public:
    explicit FakeLedger(const Genesis& genesis) : origin_{genesis.origin} {
        auto state = std::make_shared<state::testing::FakeState>();
        auto result = execution::execute_genesis(*state, genesis, Hash32{});
        ROPE_CHECK(result);
        state->apply(result->diff, result->tree);
        log_size_ = 1;
        head_ = {.state = state, .time_ms = genesis.time_ms};
        state_ = std::move(state);
    }

    Head head() const override ROPE_EXCLUDES(mutex_) {
        const MutexLock lock{mutex_};
        return head_;
    }
    const execution::RecordedIds& recorded_ids() const override { return ids; }
    std::size_t recorded_id_count() const override { return ids.size(); }
    Result<std::optional<RecordedTx>> find_recorded(const Hash32& tx_id) const override
        ROPE_EXCLUDES(mutex_) {
        const MutexLock lock{mutex_};
        if (failure_) return Unexpected{*failure_};
        const auto it = recorded_.find(tx_id);
        if (it == recorded_.end()) return std::optional<RecordedTx>{};
        return std::optional{it->second};
    }

    /// Every later find_recorded answers with it.
    void fail_with(Error error) ROPE_EXCLUDES(mutex_) {
        const MutexLock lock{mutex_};
        failure_ = std::move(error);
    }

    /// Executes and shows one block, then tells `admission`. One result for each tx.
    std::vector<execution::TxResult> commit(Admission& admission, const std::vector<Bytes>& txs,
                                            std::int64_t time_ms) {
        std::vector<execution::CheckedTx> checked;
        for (const Bytes& tx : txs) {
            auto one = admission.checked(tx);
            ROPE_CHECK(one);
            checked.push_back(*std::move(one));
        }
        const auto results = execute_and_show(checked, time_ms);
        std::vector<CommittedTx> told;
        for (std::size_t i = 0; i < checked.size(); ++i) {
            if (!checked[i]) continue;
            told.push_back({.tx_id = checked[i]->tx_id,
                            .account = checked[i]->account,
                            .result = &results[i]});
        }
        admission.on_committed({.height = height_, .time_ms = time_ms, .txs = told});
        return results;
    }

    std::uint64_t height() const { return height_; }

    FakeIds ids;

  private:
    std::vector<execution::TxResult> execute_and_show(const std::vector<execution::CheckedTx>& txs,
                                                      std::int64_t time_ms) ROPE_EXCLUDES(mutex_) {
        height_ += 1;
        auto result = execution::execute_block(*state_, ids,
                                               {.origin = origin_,
                                                .height = height_,
                                                .time_ms = time_ms,
                                                .log_size = log_size_,
                                                .txs = txs});
        ROPE_CHECK(result);
        log_size_ += result->records.size();
        // Readers hold the old state: the new one is another object.
        auto next = std::make_shared<state::testing::FakeState>(*state_);
        if (!result->records.empty()) next->apply(result->diff, result->tree);
        state_ = next;

        const MutexLock lock{mutex_};
        for (std::size_t i = 0; i < txs.size(); ++i) {
            const auto* one = std::get_if<execution::Recorded>(&result->txs[i]);
            if (one == nullptr) continue;
            recorded_[txs[i]->tx_id] = {.height = height_,
                                        .index = one->index,
                                        .time_ms = time_ms,
                                        .outcome = one->outcome};
            ids.insert(txs[i]->tx_id);
        }
        head_ = {.state = std::move(next), .time_ms = time_ms};
        return std::move(result->txs);
    }

    const std::string origin_;
    std::uint64_t height_ = 0;
    std::uint64_t log_size_ = 0;
    std::shared_ptr<const state::testing::FakeState> state_;
    mutable Mutex mutex_;
    Head head_ ROPE_GUARDED_BY(mutex_);
    std::map<Hash32, RecordedTx> recorded_ ROPE_GUARDED_BY(mutex_);
    std::optional<Error> failure_ ROPE_GUARDED_BY(mutex_);
};

/// Keeps what is submitted until a test takes it. Any thread.
class FakeEngine final : public ordering::Engine {
  public:
    Result<void> run(ordering::Application&) override { return {}; }
    ordering::Verdict submit(Bytes tx) override ROPE_EXCLUDES(mutex_) {
        const MutexLock lock{mutex_};
        if (full_) return ordering::Verdict::reject;
        txs_.push_back(std::move(tx));
        return ordering::Verdict::accept;
    }
    void stop() override {}

    void set_full(bool full) ROPE_EXCLUDES(mutex_) {
        const MutexLock lock{mutex_};
        full_ = full;
    }
    std::vector<Bytes> take() ROPE_EXCLUDES(mutex_) {
        const MutexLock lock{mutex_};
        return std::exchange(txs_, {});
    }
    std::size_t size() const ROPE_EXCLUDES(mutex_) {
        const MutexLock lock{mutex_};
        return txs_.size();
    }

  private:
    mutable Mutex mutex_;
    std::vector<Bytes> txs_ ROPE_GUARDED_BY(mutex_);
    bool full_ ROPE_GUARDED_BY(mutex_) = false;
};

}  // namespace ropenet::admission::testing
