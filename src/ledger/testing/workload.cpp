#include "ledger/testing/workload.hpp"

#include <map>
#include <utility>

#include "base/check.hpp"

namespace ropenet::ledger::testing {
namespace {

using execution::testing::deposit_args;
using execution::testing::kGenesisMs;
using execution::testing::kOrigin;
using execution::testing::make_tx;

constexpr storage::KvMemory kMemory{.block_cache_bytes = 1U << 20, .write_buffer_bytes = 4U << 20};

std::string at_height(std::string_view what, std::uint64_t height) {
    return std::string{what} + " at height " + std::to_string(height);
}

/// How often each tx id stands in the log.
std::map<Hash32, int> count_ids(const std::vector<Bytes>& records) {
    std::map<Hash32, int> count;
    for (const Bytes& bytes : records) {
        const auto record = decode_record(bytes);
        if (!record) continue;
        if (const auto* tx = std::get_if<TxRecord>(&record->body)) ++count[tx->tx_id];
    }
    return count;
}

}  // namespace

Workload::Workload(std::uint64_t blocks)
    : genesis_{encode_genesis(execution::testing::make_genesis({&alice_}, registrar_))} {
    std::uint64_t nonce = 0;
    for (std::uint64_t height = 1; height <= blocks; ++height) {
        PlannedBlock block{.time_ms = kGenesisMs + static_cast<std::int64_t>(height) * 1'000,
                           .txs = {}};
        const auto add = [&](const std::string& content) {
            block.txs.emplace_back(make_tx(alice_, {.args = deposit_args(content),
                                                    .nonce = ++nonce,
                                                    .expires_at_ms = block.time_ms + 60'000}));
        };
        add("a" + std::to_string(height));
        add("b" + std::to_string(height));
        if (height % 3 == 0) add("a" + std::to_string(height));  // deposited already
        blocks_.push_back(std::move(block));
    }
}

OnDisk::OnDisk(const Workload& workload, storage::testing::FaultFs& disk, std::uint64_t signed_size)
    : workload_{workload}, env_{storage::testing::rocksdb_env_on(disk)}, kv_{kMemory, env_.get()} {
    auto opened =
        Ledger::open({.folder = kFolder, .genesis = workload.genesis(), .signed_size = signed_size},
                     disk, kv_, log_);
    if (opened) {
        ledger_ = *std::move(opened);
    } else {
        problem_ = opened.error();
    }
}

Result<void> OnDisk::commit_next() {
    const std::uint64_t height = ledger_->reader().latest()->height() + 1;
    const PlannedBlock& block = workload_.blocks().at(height - 1);
    if (auto done = ledger_->finalize(height, block.time_ms, block.txs); !done) {
        return Unexpected{done.error()};
    }
    return ledger_->commit();
}

Result<void> OnDisk::step() {
    ROPE_DO(commit_next());
    const HeightSummary at = ledger_->reader().latest()->at();
    const bool signs = Workload::has_checkpoint_after(at.height);
    {
        const MutexLock lock{mutex_};
        promised_.height = at.height;
        if (signs) promised_.signed_size = at.log_size;
    }
    if (signs) ROPE_DO(ledger_->install_checkpoint(at.log_size, unsigned_note(at)));
    if (Workload::has_flush_after(at.height)) return ledger_->flush();
    return {};
}

Promised OnDisk::promised() const {
    const MutexLock lock{mutex_};
    return promised_;
}

std::string unsigned_note(const HeightSummary& at) {
    return std::string{kOrigin} + "\n" + std::to_string(at.log_size) + "\n" + base64(at.log_root) +
           "\n\n— x AAAAAAAA\n";
}

Truth straight_run(const Workload& workload) {
    storage::testing::FaultFs disk;
    OnDisk run{workload, disk};
    ROPE_CHECK(run.ledger() != nullptr);
    Truth truth;
    const Reader& reader = run.ledger()->reader();
    truth.at.push_back(reader.latest()->at());
    while (truth.at.size() <= workload.blocks().size()) {
        ROPE_CHECK(run.step());
        truth.at.push_back(reader.latest()->at());
    }
    for (std::uint64_t index = 0; index < reader.latest()->log_size(); ++index) {
        const auto record = reader.record_at(index);
        ROPE_CHECK(record && *record);
        truth.records.push_back(**record);
    }
    return truth;
}

std::optional<std::string> broken_promise(const Workload& workload, const Truth& truth,
                                          const Ledger& ledger, const Promised& promised) {
    const Reader& reader = ledger.reader();
    const HeightSummary at = reader.latest()->at();
    if (at.height < promised.height) return at_height("promised more than is there", at.height);
    if (at.height > promised.height + 1) return at_height("more than was asked for", at.height);
    if (at != truth.at.at(at.height))
        return at_height("other roots than a straight run", at.height);
    // With equal log roots the log extends each older one; a signed size must not lie beyond it.
    if (at.log_size < promised.signed_size) return at_height("a signed record is gone", at.height);
    std::vector<Bytes> records;
    for (std::uint64_t index = 0; index < at.log_size; ++index) {
        const auto record = reader.record_at(index);
        if (!record || !*record) return "record " + std::to_string(index) + " is not there";
        if (**record != truth.records.at(index)) return "record " + std::to_string(index);
        records.push_back(**record);
    }
    const auto ids = count_ids(records);
    for (std::uint64_t height = 1; height <= promised.height; ++height) {
        for (const auto& checked : workload.blocks()[height - 1].txs) {
            const auto found = reader.find_tx(checked->tx_id);
            if (!found || !*found || (*found)->height != height) {
                return at_height("a tx is not found", height);
            }
            const auto entry = reader.tx_at((*found)->index);
            if (!entry || !*entry || !((*entry)->tx == *checked)) {
                return at_height("a tx is not what was sent", height);
            }
            const auto count = ids.find(checked->tx_id);
            if (count == ids.end() || count->second != 1) return at_height("not once", height);
        }
    }
    return std::nullopt;
}

}  // namespace ropenet::ledger::testing
