// Deposits the lines of a file: first every line is looked at, then they are sent in batches.
//
// Running it again is safe: a batch is in the journal before it leaves, a transaction's nonce
// follows from its line and the journal's identity, so the same request is the same transactions;
// what the account has deposited already is not sent. One thread.
#pragma once

#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "ropenet/import_journal.hpp"
#include "ropenet/import_mapping.hpp"

namespace ropenet::cli {

struct ImportPlan {
    std::filesystem::path file;
    ImportFormat format = ImportFormat::csv;
    Mapping mapping;
    std::filesystem::path journal;
    std::size_t batch_txs = kBatchTxsMax;
};

inline constexpr std::size_t kFaultsShown = 20;

struct ImportScan {
    std::uint64_t lines = 0;
    std::uint64_t invalid = 0;
    std::uint64_t repeated = 0;        // the content of an earlier line
    std::vector<json::Object> faults;  // the first kFaultsShown, as in a report
    bool broken = false;               // the file could not be read to its end
    Hash32 sha256{};
};

/// A line's report, where it is wrong.
json::Object fault_object(std::uint64_t line, const LineFault& fault);

using TakeFault = std::function<void(const json::Object&)>;
/// Reads everything and sends nothing. With `hash_files` the files are read too, not only looked
/// for. `take` is given every fault.
Expected<ImportScan, Failure> scan_import(const ImportPlan& plan, bool hash_files,
                                          const TakeFault& take);

class Importer {
  public:
    /// Told after each batch.
    using Progress = std::function<void()>;

    Importer(const ImportPlan& plan, Session& session, Signatory who, ImportJournal& journal)
        : plan_{plan}, session_{session}, who_{std::move(who)}, journal_{journal} {}

    /// What was dealt with stands in the journal, also when it fails.
    Expected<void, Failure> run(const Progress& progress);

  private:
    struct Waiting {
        std::uint64_t line = 0;
        Action action;
    };
    struct DigestHash {
        std::size_t operator()(const Hash32& digest) const;
    };

    Expected<void, Failure> know_what_is_there();
    Expected<void, Failure> take(const ImportLine& line);
    Expected<void, Failure> flush();
    Expected<void, Failure> send(std::vector<Waiting> batch, std::int64_t expires_at_ms);
    Expected<std::vector<Bytes>, Failure> signed_txs(const std::vector<Waiting>& batch,
                                                     std::int64_t expires_at_ms) const;
    bool in_open_batch(std::uint64_t line) const;

    const ImportPlan& plan_;
    Session& session_;
    const Signatory who_;
    ImportJournal& journal_;
    std::unordered_set<Hash32, DigestHash> known_;
    std::set<std::uint64_t> resumed_lines_;  // of the batch that was open
    std::vector<Waiting> waiting_;
    std::size_t waiting_bytes_ = 0;
    std::vector<json::Object> results_;  // of lines that are not sent, and of the batch
    std::uint64_t last_line_ = 0;
};

}  // namespace ropenet::cli
