#include "bench/rope_folder.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "cosign/trust_files.hpp"
#include "keys/key_file.hpp"
#include "system/rules.hpp"
#include "types/limits.hpp"

namespace ropenet::bench {
namespace {

/// As node::init_data_folder makes it, but with our accounts in place of the demo identities.
Result<void> write_genesis(storage::FileSystem& files, const node::DataFolder& folder,
                           std::vector<GenesisAccount> accounts, std::int64_t time_ms) {
    const std::string rope{kRope};
    ROPE_TRY(const cosign::CosignKeys keys, node::load_cosign_keys(folder, rope));
    const cosign::NodeNames names{.origin = std::string{kOrigin}};
    Genesis genesis;
    genesis.origin = kOrigin;
    genesis.time_ms = time_ms;
    genesis.accounts = std::move(accounts);
    genesis.native_manifests = system::native_manifests();
    genesis.demo = true;
    genesis.validators = {cosign::validator_of(names, keys)};
    genesis.policy = cosign::first_policy_of(cosign::make_trust(names, keys));
    return storage::write_file_atomically(files, folder.rope(rope) + "/genesis.cbor",
                                          encode_genesis(genesis));
}

}  // namespace

Result<node::DataFolder> make_rope_folder(const std::string& path, const People& people,
                                          InGenesis who) {
    storage::PosixFileSystem files;
    const node::DataFolder folder{path};
    node::Config config;
    config.network = kNetwork;
    config.ropes = {std::string{kRope}};
    config.http = "127.0.0.1:0";
    config.log_level = LogLevel::warning;
    const SystemClock clock;
    ROPE_DO(node::init_data_folder(files, folder, config, clock));
    auto accounts = who == InGenesis::everybody
                        ? people.genesis_accounts()
                        : std::vector<GenesisAccount>{people.registrar_account()};
    ROPE_DO(write_genesis(files, folder, std::move(accounts), clock.wall_ms() - kTxLifetimeMsMax));
    return folder;
}

Result<std::unique_ptr<LedgerBed>> LedgerBed::open(const node::DataFolder& folder,
                                                   const People& people) {
    std::unique_ptr<LedgerBed> bed{new LedgerBed{people}};
    const std::string rope{kRope};
    ROPE_TRY(Bytes genesis, storage::read_file(bed->files_, folder.rope(rope) + "/genesis.cbor",
                                               kGenesisBytesMax));
    ROPE_TRY(bed->ledger_,
             ledger::Ledger::open(
                 {.folder = folder.rope(rope), .genesis = std::move(genesis), .signed_size = 0},
                 bed->files_, bed->kv_, bed->log_));
    // At least as many as there are records, so that no deposit comes twice.
    bed->next_ = bed->reader().latest()->log_size();
    return bed;
}

std::vector<execution::CheckedTx> LedgerBed::next_txs(std::size_t count) {
    std::vector<execution::CheckedTx> txs;
    txs.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        txs.emplace_back(people_.unsigned_deposit(
            {.number = next_, .expires_at_ms = time_ms() + kTxLifetimeMsMax}));
        ++next_;
    }
    return txs;
}

Result<void> LedgerBed::commit(const std::vector<execution::CheckedTx>& txs) {
    const auto at = reader().latest()->at();
    ROPE_TRY(const auto results, ledger_->finalize(at.height + 1, at.time_ms + kBlockMs, txs));
    const bool all = std::ranges::all_of(results, [](const execution::TxResult& result) {
        const auto* recorded = std::get_if<execution::Recorded>(&result);
        return recorded != nullptr && recorded->outcome.code == OutcomeCode::applied;
    });
    if (!all) return fail(ErrorCode::invalid, "a deposit of the benchmark was not applied");
    return ledger_->commit();
}

Result<void> LedgerBed::grow(std::size_t count) {
    while (count > 0) {
        const std::size_t now = std::min(count, kBlockTxs);
        ROPE_DO(commit(next_txs(now)));
        count -= now;
    }
    return {};
}

std::uint64_t bytes_below(const std::string& path) {
    constexpr std::uint64_t kBlockBytes = 512;  // of st_blocks
    std::uint64_t sum = 0;
    std::error_code error;
    for (std::filesystem::recursive_directory_iterator it{path, error}, end; !error && it != end;
         it.increment(error)) {
        struct stat found{};
        if (::lstat(it->path().c_str(), &found) != 0 || !S_ISREG(found.st_mode)) continue;
        sum += static_cast<std::uint64_t>(found.st_blocks) * kBlockBytes;
    }
    return sum;
}

}  // namespace ropenet::bench
