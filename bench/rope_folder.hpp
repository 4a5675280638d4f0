// The data folder of a node with one rope whose genesis holds the benchmark's accounts, and that
// rope's ledger opened in this process.
//
// A ledger that grows here gets transactions without signatures: nothing in this process checks
// them, and a ledger replays what was checked before. Block times end before the clock's.
// Threads: one. Errors: those of storage.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/log.hpp"
#include "bench/people.hpp"
#include "ledger/ledger.hpp"
#include "node/data_folder.hpp"
#include "storage/kv.hpp"
#include "storage/posix_file_system.hpp"

namespace ropenet::bench {

/// Transactions of a block where a figure does not ask for another number.
inline constexpr std::size_t kBlockTxs = 1'000;

/// Blocks of a rope that grows are so far apart.
inline constexpr std::int64_t kBlockMs = 1'000;

/// Whose accounts genesis holds.
enum class InGenesis : std::uint8_t { everybody, registrar };

/// Makes the folder; genesis lies as long before now as a transaction may live.
Result<node::DataFolder> make_rope_folder(const std::string& path, const People& people,
                                          InGenesis who = InGenesis::everybody);

class LedgerBed {
  public:
    static Result<std::unique_ptr<LedgerBed>> open(const node::DataFolder& folder,
                                                   const People& people);

    ledger::Ledger& ledger() { return *ledger_; }
    const ledger::Reader& reader() const { return ledger_->reader(); }
    const Genesis& genesis() const { return reader().genesis(); }
    storage::FileSystem& files() { return files_; }

    /// The next transactions, as admission passes them on.
    std::vector<execution::CheckedTx> next_txs(std::size_t count);
    /// They become a block.
    Result<void> commit(const std::vector<execution::CheckedTx>& txs);
    /// `count` deposits in blocks of kBlockTxs.
    Result<void> grow(std::size_t count);

    std::int64_t time_ms() const { return reader().latest()->at().time_ms; }

  private:
    explicit LedgerBed(const People& people) : people_{people} {}

    const People& people_;
    storage::PosixFileSystem files_;
    storage::KvEnvironment kv_;
    NullLog log_;
    std::unique_ptr<ledger::Ledger> ledger_;
    std::uint64_t next_ = 0;  // number of the next deposit
};

/// What files below `path` hold, in bytes as they are on the disk.
std::uint64_t bytes_below(const std::string& path);

}  // namespace ropenet::bench
