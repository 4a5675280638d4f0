// A rope of a million transactions: what it takes on disk and in memory, how it answers, how fast
// it starts again, and what one more transaction costs; with --long also at ten million.
#include <filesystem>
#include <map>

#include "bench/catalogue.hpp"
#include "bench/child_node.hpp"
#include "bench/load.hpp"
#include "bench/reads.hpp"
#include "bench/rope_folder.hpp"
#include "bench/statistics.hpp"
#include "bench/stopwatch.hpp"
#include "storage/block_log.hpp"
#include "types/limits.hpp"

namespace ropenet::bench {
namespace {

constexpr std::size_t kConnections = 6;
constexpr std::size_t kChunkTxs = 100 * kBatchTxsMax;
constexpr double kMib = 1024.0 * 1024.0;

/// Real transactions through the real door, until `count` are committed.
Result<void> grow_over_http(Bench& bench, GrownNode& node, std::size_t count) {
    for (std::size_t done = 0; done < count;) {
        const std::size_t now = std::min(kChunkTxs, count - done);
        const std::int64_t expires_at_ms = SystemClock{}.wall_ms() + kTxLifetimeMsMax - 20'000;
        const auto txs =
            bench.people().sign_many({.number = done, .expires_at_ms = expires_at_ms}, now);
        const std::size_t step = std::max<std::size_t>(1, count / 10'000);
        for (std::size_t i = 0; i < now; i += step) {
            const auto decoded = decode_transaction(txs[i]);
            if (decoded) node.some_ids.push_back(decoded->tx_id);
        }
        ROPE_TRY(const LoadResult sent,
                 send_batches({.url = node.url, .path = batch_path(), .connections = kConnections},
                              batch_bodies(txs, kBatchTxsMax)));
        if (sent.txs != now) return fail(ErrorCode::unavailable, "a transaction is missing");
        done += now;
        bench.say("grown: " + std::to_string(done) + " of " + std::to_string(count));
    }
    node.txs = count;
    return {};
}

void report_disk(Bench& bench, const std::string& rope, std::size_t txs) {
    const std::map<std::string, std::string> parts = {
        {"blocks", "the block log"}, {"log", "tiles of the log"}, {"state", "RocksDB"}};
    double sum = 0;
    for (const auto& [name, what] : parts) {
        const auto bytes = static_cast<double>(bytes_below(rope + "/" + name));
        sum += bytes;
        bench.report({.name = "disk_" + name,
                      .value = bytes / static_cast<double>(txs),
                      .unit = "bytes/tx",
                      .note = what});
    }
    bench.report({.name = "disk",
                  .value = sum / static_cast<double>(txs),
                  .unit = "bytes/tx",
                  .note = "all of the rope, at " + std::to_string(txs) + " transactions"});
}

/// Everything derived is thrown away and made again from the block log.
Result<std::unique_ptr<LedgerBed>> replay(Bench& bench, const node::DataFolder& folder,
                                          std::size_t txs) {
    const std::string rope = folder.rope(std::string{kRope});
    std::error_code error;
    std::filesystem::remove_all(rope + "/state", error);
    std::filesystem::remove_all(rope + "/log", error);
    bench.say("replay");
    const Stopwatch watch{TimeOf::wall};
    ROPE_TRY(auto bed, LedgerBed::open(folder, bench.people()));
    bench.report({.name = "replay",
                  .value = static_cast<double>(txs) / watch.seconds(),
                  .unit = "tx/s",
                  .note = "restart with nothing but the block log; roots checked, signatures not"});
    return bed;
}

/// Microseconds of processor time a transaction.
struct DepositCost {
    double execute = 0;  // execution, state root, log
    double commit = 0;   // append, fdatasync, store
    double append = 0;   // append and fdatasync alone, of as many bytes
    double all = 0;      // of the whole process: background work too
};

Result<DepositCost> deposit_cost(LedgerBed& bed, storage::BlockLog& log, std::size_t blocks) {
    DepositCost out;
    for (std::size_t i = 0; i < blocks; ++i) {
        const auto txs = bed.next_txs(kBlockTxs);
        const auto at = bed.reader().latest()->at();
        const Stopwatch all{TimeOf::process};
        const Stopwatch execute{TimeOf::thread};
        ROPE_DO(bed.ledger().finalize(at.height + 1, at.time_ms + kBlockMs, txs));
        out.execute += execute.micros();
        const Stopwatch commit{TimeOf::thread};
        ROPE_DO(bed.ledger().commit());
        out.commit += commit.micros();
        out.all += all.micros();
        Bytes block(8);
        for (const auto& tx : txs)
            append(block, tx->encoded);
        const Stopwatch append{TimeOf::thread};
        ROPE_DO(log.append_durably(log.last_height() + 1, block));
        out.append += append.micros();
    }
    const auto txs = static_cast<double>(blocks * kBlockTxs);
    return DepositCost{out.execute / txs, out.commit / txs, out.append / txs, out.all / txs};
}

void report_cost(Bench& bench, const DepositCost& cost) {
    const auto add = [&bench](std::string name, double value, std::string note) {
        bench.report(
            {.name = std::move(name), .value = value, .unit = "us/tx", .note = std::move(note)});
    };
    add("ledger_execute_append", cost.execute + cost.append,
        "execution, state root, log, append and fdatasync, on one core");
    add("ledger_execute", cost.execute, "of it: execution, state root, log");
    add("ledger_append", cost.append, "of it: append and fdatasync");
    add("ledger_store", cost.commit - cost.append, "then: rows and indexes into the store");
    add("ledger_all", cost.all, "all threads of the process, flush and compaction too");
}

Result<void> measure_ten_times(Bench& bench, LedgerBed& small, storage::BlockLog& log,
                               std::size_t txs) {
    const std::string why = "with --long";
    if (bench.scale() == Scale::normal) {
        bench.report({.name = "deposit_cost_ten_times", .unit = "us/tx", .note = why});
        return {};
    }
    ROPE_TRY(const node::DataFolder folder,
             make_rope_folder(bench.new_path("ten-times"), bench.people()));
    ROPE_TRY(const auto large, LedgerBed::open(folder, bench.people()));
    for (std::size_t part = 0; part < 100; ++part) {
        ROPE_DO(large->grow(txs / 10));
        ROPE_DO(large->ledger().install_checkpoint(large->reader().latest()->log_size(),
                                                   "a checkpoint of the benchmark\n"));
        if (part % 10 == 9) bench.say("ten times: " + std::to_string((part + 1) * txs / 10));
    }
    const std::size_t blocks = bench.pick(1, 100, 100);
    const auto cost_of = [&log, blocks](LedgerBed& bed) -> Result<double> {
        ROPE_TRY(const DepositCost cost, deposit_cost(bed, log, blocks));
        return cost.all;
    };
    ROPE_TRY(const Paired paired, in_turns(
                                      bench.pick(1, 7, 7), [&] { return cost_of(*large); },
                                      [&] { return cost_of(small); }));
    bench.report(figure_of("deposit_cost_ten_times", "us/tx", paired,
                           "all threads, at " + std::to_string(10 * txs) + " keys; baseline: at " +
                               std::to_string(txs)));
    return {};
}

Result<void> measure_served(Bench& bench, const node::DataFolder& folder, GrownNode& grown) {
    ROPE_TRY(const auto node,
             ChildNode::start(ChildNode::serve_options(bench.binary(), folder.path)));
    grown.url = node->url();
    grown.from_ms = SystemClock{}.wall_ms();
    const auto registrations =
        bench.people().sign_registrations(grown.from_ms + kTxLifetimeMsMax - 20'000);
    ROPE_TRY([[maybe_unused]] const LoadResult registered,
             send_batches({.url = grown.url, .path = batch_path(), .connections = 1},
                          batch_bodies(registrations, kBatchTxsMax)));
    ROPE_DO(grow_over_http(bench, grown, bench.pick(2'000, 1'000'000, 1'000'000)));
    grown.to_ms = SystemClock{}.wall_ms();
    ROPE_DO(measure_lists(bench, grown));
    ROPE_TRY(const auto bundles, measure_bundles(bench, grown));
    const ChildNode::Memory memory = node->resident_bytes();
    bench.report({.name = "resident_grown",
                  .value = static_cast<double>(memory.most) / kMib,
                  .unit = "MiB",
                  .note = "the most that the node had from its first transaction on"});
    ROPE_DO(node->stop());
    return measure_evidence(bench, bundles);
}

}  // namespace

Result<void> measure_grown(Bench& bench) {
    ROPE_TRY(const node::DataFolder folder,
             make_rope_folder(bench.new_path("grown"), bench.people(), InGenesis::registrar));
    GrownNode grown;
    ROPE_DO(measure_served(bench, folder, grown));
    report_disk(bench, folder.rope(std::string{kRope}), grown.txs);
    ROPE_TRY(const auto bed, replay(bench, folder, grown.txs));
    storage::PosixFileSystem files;
    ROPE_TRY(const auto log, storage::BlockLog::open(files, bench.new_path("append"), 0));
    ROPE_TRY(const DepositCost cost, deposit_cost(*bed, *log, bench.pick(1, 100, 100)));
    report_cost(bench, cost);
    return measure_ten_times(bench, *bed, *log, grown.txs);
}

Result<void> measure_idle(Bench& bench) {
    const ChildOptions options{.binary = bench.binary(),
                               .arguments = {"dev", "--json", "--data", bench.new_path("idle"),
                                             "--http", "127.0.0.1:0", "--admin", "127.0.0.1:0"},
                               .variables = {}};
    ROPE_TRY(const auto node, ChildNode::start(options));
    bench.report({.name = "resident_idle",
                  .value = static_cast<double>(node->resident_bytes().now) / kMib,
                  .unit = "MiB",
                  .note = "a development node that has just started"});
    return node->stop();
}

}  // namespace ropenet::bench
