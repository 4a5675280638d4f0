// The whole path: signed transactions over HTTP into a real node, verified, executed, logged,
// durable, answered as committed; held against what its stages cost alone.
#include <algorithm>

#include "bench/catalogue.hpp"
#include "bench/child_node.hpp"
#include "bench/load.hpp"
#include "bench/stages.hpp"
#include "bench/statistics.hpp"
#include "types/limits.hpp"

namespace ropenet::bench {
namespace {

constexpr double kCores = 2;
/// So many batches are under way at once: enough that a block is always waiting.
constexpr std::size_t kConnections = 6;

struct Round {
    StageCosts stages;
    double reached = 0;  // transactions a second
    double client_us = 0;
    std::map<std::string, double> node_us;  // by thread, a transaction
};

struct Path {
    Bench& bench;
    VerifyPath verify;
    Stages& stages;
    ChildNode& node;
    std::uint64_t next_number = 0;

    std::size_t txs_a_round() const {
        return bench.pick(4 * kBatchTxsMax,
                          (verify == VerifyPath::openssl ? 60 : 200) * kBatchTxsMax,
                          (verify == VerifyPath::openssl ? 240 : 800) * kBatchTxsMax);
    }

    Result<Round> round() {
        Round out;
        ROPE_TRY(out.stages, stages.measure(verify));
        const std::size_t count = txs_a_round();
        const std::int64_t expires_at_ms = SystemClock{}.wall_ms() + kTxLifetimeMsMax - 20'000;
        const auto txs = bench.people().sign_many(
            {.number = next_number, .expires_at_ms = expires_at_ms}, count);
        next_number += count;
        const auto bodies = batch_bodies(txs, kBatchTxsMax);
        const auto before = node.cpu_by_thread();
        ROPE_TRY(
            const LoadResult sent,
            send_batches({.url = node.url(), .path = batch_path(), .connections = kConnections},
                         bodies));
        if (sent.txs != count) return fail(ErrorCode::unavailable, "a transaction is missing");
        const auto micros = [count](double seconds) {
            return seconds * 1e6 / static_cast<double>(count);
        };
        for (const auto& [name, seconds] : node.cpu_by_thread()) {
            const auto earlier = before.find(name);
            out.node_us[name] = micros(seconds - (earlier == before.end() ? 0 : earlier->second));
        }
        out.client_us = micros(sent.client_cpu_s);
        out.reached = sent.rate();
        return out;
    }
};

template <typename Get>
double median_of(const std::vector<Round>& rounds, Get get) {
    std::vector<double> values;
    for (const Round& round : rounds)
        values.push_back(get(round));
    return median(values);
}

void report_stages(Bench& bench, VerifyPath path, const std::vector<Round>& rounds) {
    const auto add = [&](const std::string& name, double StageCosts::* stage, std::string note) {
        bench.report({.name = "stage_" + name,
                      .value = median_of(rounds, [&](const Round& r) { return r.stages.*stage; }),
                      .unit = "us/tx",
                      .note = std::move(note)});
    };
    add("verify_" + std::string{name_of(path)}, &StageCosts::verify, "signature check");
    if (path != VerifyPath::openssl) return;
    add("client", &StageCosts::client, "sends batches, reads answers");
    add("http", &StageCosts::http, "takes in and answers, kernel included");
    add("decode", &StageCosts::decode, "batch and transactions");
    add("admit", &StageCosts::admit, "account, key, origin, time, recorded before");
    add("ledger", &StageCosts::ledger, "execution, roots, append, store, background work");
    add("tiles", &StageCosts::tiles, "tiles of the log, checkpoint file");
    add("answer", &StageCosts::answer, "JSON of the answer");
}

/// Where the processor time of the run went, by the node's threads.
void report_threads(Bench& bench, VerifyPath path, const std::vector<Round>& rounds) {
    const std::string prefix = "whole_path_cpu_" + std::string{name_of(path)} + "_";
    const std::vector<std::string> named = {"http", "work", "ledger", "cosign", "rocksdb:high"};
    const double rest = median_of(rounds, [&named](const Round& round) {
        double sum = 0;
        for (const auto& [name, micros] : round.node_us) {
            if (std::ranges::find(named, name) == named.end()) sum += micros;
        }
        return sum;
    });
    for (const std::string& name : named) {
        const double micros = median_of(rounds, [&name](const Round& round) {
            const auto found = round.node_us.find(name);
            return found == round.node_us.end() ? 0.0 : found->second;
        });
        const std::string part = name == "rocksdb:high" ? "flush" : name;
        bench.report({.name = prefix + part,
                      .value = micros,
                      .unit = "us/tx",
                      .note = "node's threads `" + name + "`"});
    }
    bench.report({.name = prefix + "rest",
                  .value = rest,
                  .unit = "us/tx",
                  .note = "the node's other threads"});
    bench.report({.name = prefix + "client",
                  .value = median_of(rounds, [](const Round& round) { return round.client_us; }),
                  .unit = "us/tx",
                  .note = "the sending threads"});
}

Result<void> run_path(Bench& bench, VerifyPath path, Stages& stages) {
    const std::string name{name_of(path)};
    ROPE_TRY(const node::DataFolder folder,
             make_rope_folder(bench.new_path("whole-path"), bench.people()));
    ChildOptions options = ChildNode::serve_options(bench.binary(), folder.path);
    options.variables = {{"ROPENET_VERIFY", name}};
    ROPE_TRY(const auto node, ChildNode::start(options));
    Path run{.bench = bench, .verify = path, .stages = stages, .node = *node};
    std::vector<Round> rounds;
    std::vector<double> reached;
    std::vector<double> bounds;
    for (std::size_t i = 0; i < bench.pick(1, 5, 5); ++i) {
        bench.say("whole path, " + name + ", round " + std::to_string(i + 1));
        ROPE_TRY(Round round, run.round());
        reached.push_back(round.reached);
        bounds.push_back(kCores * 1e6 / round.stages.sum());
        rounds.push_back(std::move(round));
    }
    ROPE_DO(node->stop());
    report_stages(bench, path, rounds);
    report_threads(bench, path, rounds);
    bench.report(
        figure_of("whole_path_bound_" + name, "tx/s", paired_of(reached, bounds),
                  "reached; baseline: 2 cores / sum of the stages; txs of " + stages.size_range()));
    return {};
}

}  // namespace

Result<void> measure_whole_path(Bench& bench) {
    ROPE_TRY(const auto stages, Stages::make(bench));
    ROPE_DO(run_path(bench, VerifyPath::openssl, *stages));
    if (const auto found = find_path(VerifyPath::simd); !found) {
        report_absent(bench, "whole_path", found.error().what);
        return {};
    }
    return run_path(bench, VerifyPath::simd, *stages);
}

}  // namespace ropenet::bench
