// What each stage of a transaction's way costs alone, in microseconds of processor time.
//
// Their sum says how fast the whole way could be at best on so many cores; the whole path is held
// against it. Waiting (for the disk, for another thread) costs a stage nothing here. Threads: one.
// Errors: those of the parts.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "bench/bench.hpp"
#include "bench/rope_folder.hpp"
#include "bench/verify_path.hpp"

namespace ropenet::bench {

/// Microseconds per transaction.
struct StageCosts {
    double client = 0;  // sends batches, reads answers
    double http = 0;    // takes the request in and sends the answer, kernel included
    double decode = 0;  // batch and transactions, with their ids
    double admit = 0;   // account, key, origin, time, recorded before
    double verify = 0;  // signature
    double ledger = 0;  // execution, state root, log, append, store; its background work included
    double tiles = 0;   // tiles of the log and the checkpoint file
    double answer = 0;  // the JSON of the batch's answer

    double sum() const { return client + http + decode + admit + verify + ledger + tiles + answer; }
};

class Stages {
  public:
    static Result<std::unique_ptr<Stages>> make(Bench& bench);
    ~Stages();
    Stages(const Stages&) = delete;
    Stages& operator=(const Stages&) = delete;

    /// Each stage once; one to two seconds.
    Result<StageCosts> measure(VerifyPath path);

    /// Bytes of the largest and the smallest transaction.
    std::string size_range() const;

  private:
    Stages();

    Result<void> measure_http(StageCosts& costs) const;
    Result<void> measure_decode(StageCosts& costs) const;
    Result<void> measure_admit(StageCosts& costs) const;
    Result<void> measure_verify(VerifyPath path, StageCosts& costs) const;
    Result<void> measure_ledger(StageCosts& costs);
    Result<void> measure_tiles(StageCosts& costs);
    Result<void> measure_answer(StageCosts& costs) const;

    struct EchoServer;

    std::size_t count_ = 0;  // transactions a measurement
    std::vector<Bytes> txs_;
    std::vector<Bytes> bodies_;
    std::vector<Transaction> decoded_;
    std::unique_ptr<LedgerBed> bed_;
    std::unique_ptr<EchoServer> echo_;
};

/// The JSON that a node answers to a batch whose transactions are all committed.
std::string batch_answer_of(std::span<const Transaction> txs, const std::string& rope);

}  // namespace ropenet::bench
