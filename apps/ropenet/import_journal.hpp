// What an import has sent and what came of it, so that an interrupted one goes on where it stopped.
//
//   {"import":1,"input":SHA-256,"mapping":SHA-256,"origin":...,"account":...}     the first line
//   {"sending":{"lines":[..],"expires_at_ms":N}}        on the disk before the request leaves
//   {"line":N,"status":...,"tx_id"?,"rule"?,"problem"?,"column"?,"reason"?}        one a line
//   {"through":N}                                       every line up to N is dealt with
//
// Lines of JSON, appended and synced; a torn end is cut off. One writer (a lock on the file's
// folder entry beside it). Errors: io; conflict for another import's journal.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "codec/json.hpp"
#include "ropenet/answer.hpp"
#include "storage/posix_file_system.hpp"

namespace ropenet::cli {

struct ImportIdentity {
    std::string input;    // SHA-256 of the file, in hex
    std::string mapping;  // SHA-256 of the mapping, in hex
    std::string origin;
    std::string account;

    friend bool operator==(const ImportIdentity&, const ImportIdentity&) = default;
};

/// A request that left, or was about to, and whose answer is not in the journal.
struct OpenBatch {
    std::vector<std::uint64_t> lines;
    std::int64_t expires_at_ms = 0;
};

class ImportJournal {
  public:
    static Expected<std::unique_ptr<ImportJournal>, Failure> open(const std::filesystem::path& path,
                                                                  const ImportIdentity& identity);

    /// Every line up to this one is dealt with.
    std::uint64_t through() const { return through_; }
    /// Of lines dealt with, by status.
    const std::map<std::string, std::uint64_t>& counts() const { return counts_; }
    const std::optional<OpenBatch>& open_batch() const { return open_batch_; }
    bool resumed() const { return resumed_; }

    /// Durable when it returns.
    Expected<void, Failure> sending(const OpenBatch& batch);
    Expected<void, Failure> finished(const std::vector<json::Object>& results,
                                     std::uint64_t through);

    /// Calls `take` with every result's line of text, in the order of the journal.
    Expected<void, Failure> each_result(const std::function<void(const std::string&)>& take) const;

  private:
    ImportJournal() = default;

    Expected<void, Failure> load(const ImportIdentity& identity);
    bool take_line(const std::string& text);
    Expected<void, Failure> append(const std::string& text);

    storage::PosixFileSystem files_;
    std::filesystem::path path_;
    std::unique_ptr<storage::FileLock> lock_;
    std::unique_ptr<storage::File> file_;
    std::uint64_t through_ = 0;
    std::map<std::string, std::uint64_t> counts_;
    std::map<std::string, std::uint64_t> pending_;  // while loading: not yet followed by `through`
    std::optional<OpenBatch> open_batch_;
    bool resumed_ = false;
};

}  // namespace ropenet::cli
