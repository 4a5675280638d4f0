#include "bench/reads.hpp"

#include <atomic>
#include <functional>
#include <thread>

#include "base/testing/split_mix.hpp"
#include "bench/catalogue.hpp"
#include "bench/statistics.hpp"
#include "bench/stopwatch.hpp"
#include "codec/json.hpp"
#include "http/client.hpp"
#include "node/fast_verification.hpp"
#include "verify/bundle_verifier.hpp"

namespace ropenet::bench {
namespace {

constexpr double kSlow = 0.95;
constexpr std::size_t kTogether = 64;  // bundles whose signatures are checked in one batch
constexpr unsigned kOk = 200;
constexpr unsigned kNotYet = 202;
constexpr double kSecond = 1'000;  // in milliseconds

using Draw = std::function<std::string(vectors::SplitMix&)>;

struct List {
    std::string name;  // list_<name>_p95
    Draw query;        // after /v1/ropes/<rope>
    std::string note;
};

std::string time_range(const GrownNode& node, vectors::SplitMix& random) {
    const auto span = static_cast<std::size_t>(node.to_ms - node.from_ms) + 1;
    const auto from = node.from_ms + static_cast<std::int64_t>(random.below(span));
    return "from_ms=" + std::to_string(from) + "&to_ms=" + std::to_string(from + 2'000);
}

std::vector<List> lists_of(Bench& bench, const GrownNode& node) {
    const People& people = bench.people();
    const Draw account = [&people](vectors::SplitMix& random) {
        return people.account(random.below(people.size())).text();
    };
    return {
        {"account", [=](auto& random) { return "/txs?limit=100&account=" + account(random); },
         "transactions of an account"},
        {"contract", [](auto&) { return "/txs?limit=100&contract=system.evidence"; },
         "of a contract"},
        {"code", [](auto&) { return "/txs?limit=100&code=0"; }, "of an outcome's code"},
        {"refused", [](auto&) { return "/txs?limit=100&code=1"; }, "of a code that never came"},
        {"time", [&node](auto& random) { return "/txs?limit=100&" + time_range(node, random); },
         "within two seconds of block time"},
        {"account_time",
         [=, &node](auto& random) {
             return "/txs?limit=100&account=" + account(random) + "&" + time_range(node, random);
         },
         "of an account within two seconds"},
        {"no_match",
         [=](auto& random) {
             return "/txs?limit=100&contract=system.evidence&action=attest&account=" +
                    account(random);
         },
         "conditions that nothing meets"},
        {"entries", [=](auto& random) { return "/entries?limit=100&account=" + account(random); },
         "deposited entries of an account"},
        {"entry_by_content",
         [&node](auto& random) {
             return "/entries?sha256=" + hex(content_of(random.below(node.txs)));
         },
         "search by a content's hash"},
        {"tx_by_id",
         [&node](auto& random) {
             return "/txs/" + hex(node.some_ids[random.below(node.some_ids.size())]);
         },
         "one transaction by its id"},
        {"record",
         [&node](auto& random) { return "/records/" + std::to_string(random.below(node.txs)); },
         "one record by its index"},
    };
}

/// Milliseconds of each answer; half of the questions go on with a second page.
Result<std::vector<double>> times_of(http::Client& client, const List& list, std::size_t count) {
    vectors::SplitMix random{count};
    const std::string rope = "/v1/ropes/" + std::string{kRope};
    std::vector<double> out;
    std::string next;
    for (std::size_t i = 0; i < count; ++i) {
        std::string target = next.empty() ? rope + list.query(random) : next;
        const Stopwatch watch{TimeOf::wall};
        ROPE_TRY(const http::Response response, client.get(target));
        out.push_back(watch.seconds() * kSecond);
        if (response.status != kOk) {
            return fail(ErrorCode::unavailable, target + ": HTTP " +
                                                    std::to_string(response.status) + " " +
                                                    std::string{response.body_text()});
        }
        const auto page = json::parse(response.body_text());
        const json::Value* cursor = page ? page->find("next") : nullptr;
        const bool more = next.empty() && cursor != nullptr && cursor->as_string() != nullptr;
        next = more ? target + "&cursor=" + http::percent_encode(*cursor->as_string()) : "";
    }
    return out;
}

std::string bundle_path(const Hash32& tx_id) {
    return "/v1/ropes/" + std::string{kRope} + "/txs/" + hex(tx_id) + "/bundle";
}

Result<Bytes> fetch_bundle(http::Client& client, const Hash32& tx_id) {
    constexpr int kTries = 50;
    for (int i = 0; i < kTries; ++i) {
        ROPE_TRY(http::Response response, client.get(bundle_path(tx_id)));
        if (response.status == kOk) return to_bytes(view_of(response.body_text()));
        if (response.status != kNotYet) {
            return fail(ErrorCode::unavailable, "bundle: HTTP " + std::to_string(response.status));
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{100});
    }
    return fail(ErrorCode::unavailable, "no checkpoint covers a transaction");
}

/// One connection's part: bundles until `next` reaches `count`.
Result<void> fetch_many(const GrownNode& node, std::atomic<std::size_t>& next, std::size_t count) {
    ROPE_TRY(auto client, http::Client::for_url(node.url));
    for (std::size_t n = next++; n < count; n = next++) {
        const Hash32& id = node.some_ids[n % node.some_ids.size()];
        ROPE_TRY(const http::Response answer, client.get(bundle_path(id)));
        if (answer.status != kOk) return fail(ErrorCode::unavailable, "a bundle did not come");
    }
    return {};
}

/// Bundles a second, over two connections.
Result<double> bundle_rate(const GrownNode& node, std::size_t count) {
    std::atomic<std::size_t> next{0};
    Result<void> first;
    Result<void> second;
    const Stopwatch watch{TimeOf::wall};
    {
        const std::jthread one{[&] { first = fetch_many(node, next, count); }};
        const std::jthread two{[&] { second = fetch_many(node, next, count); }};
    }
    ROPE_DO(first);
    ROPE_DO(second);
    return static_cast<double>(count) / watch.seconds();
}

/// Without what is the same in all bundles of a rope, and what was asked for beyond the
/// transaction.
double counted_bytes(const BundleFiles& files) {
    std::size_t sum = 0;
    for (const auto& [name, bytes] : files) {
        const bool left_out = name == "genesis.cbor" || name == "README.txt" ||
                              name.starts_with("policies/") || name.starts_with("state/") ||
                              name == "timestamp.tsr" || name == "tsa-ca.pem";
        if (!left_out) sum += bytes.size();
    }
    return static_cast<double>(sum);
}

Result<double> evidence_rate(const std::vector<BundleFiles>& bundles,
                             const crypto::Ed25519Table& table) {
    const verify::TrustedPolicy policy{.text =
                                           std::string{text_of(bundles.front().at("policy.txt"))}};
    const Stopwatch watch{TimeOf::thread};
    verify::VerifierCache cache{table};
    const std::span<const BundleFiles> all{bundles};
    for (std::size_t from = 0; from < all.size(); from += kTogether) {
        const auto part = all.subspan(from, std::min(kTogether, all.size() - from));
        for (const verify::Verdict& verdict : verify::verify_bundles(part, policy, cache)) {
            if (verdict.kind == verify::VerdictKind::valid) continue;
            return fail(ErrorCode::invalid, "a bundle of the benchmark is not valid");
        }
    }
    return static_cast<double>(bundles.size()) / watch.seconds();
}

}  // namespace

Result<void> measure_lists(Bench& bench, const GrownNode& node) {
    ROPE_TRY(auto client, http::Client::for_url(node.url));
    for (const List& list : lists_of(bench, node)) {
        ROPE_TRY(const auto times, times_of(client, list, bench.pick(10, 300, 1'000)));
        bench.report({.name = "list_" + list.name + "_p95",
                      .value = percentile(times, kSlow),
                      .unit = "ms",
                      .note = list.note + ", over HTTP"});
    }
    return {};
}

Result<std::vector<BundleFiles>> measure_bundles(Bench& bench, const GrownNode& node) {
    ROPE_TRY(auto client, http::Client::for_url(node.url));
    std::vector<BundleFiles> bundles;
    std::vector<double> sizes;
    // The newest is asked for first: a checkpoint over it covers all others.
    ROPE_DO(fetch_bundle(client, node.some_ids.back()));
    for (std::size_t i = 0; i < std::min(bench.pick(20, 2'000, 2'000), node.some_ids.size()); ++i) {
        ROPE_TRY(const Bytes tar, fetch_bundle(client, node.some_ids[i]));
        auto files = files_from_tar(tar);
        if (!files) return fail(ErrorCode::invalid, "a bundle is no tar of ours");
        sizes.push_back(counted_bytes(*files));
        bundles.push_back(*std::move(files));
    }
    bench.report({.name = "bundle_bytes",
                  .value = percentile(sizes, 1),
                  .unit = "bytes",
                  .note = "the largest of " + std::to_string(sizes.size()) +
                          "; without genesis.cbor, README.txt, policies/, state/ and timestamp"});
    ROPE_TRY(const double rate, bundle_rate(node, bench.pick(20, 10'000, 10'000)));
    bench.report({.name = "bundle_rate",
                  .value = rate,
                  .unit = "1/s",
                  .note = "made and fetched over HTTP, the client on the same cores"});
    return bundles;
}

Result<void> measure_evidence(Bench& bench, const std::vector<BundleFiles>& bundles) {
    const auto openssl = [&] { return evidence_rate(bundles, {}); };
    const std::string note =
        "bundles of one checkpoint a second and core, its signatures checked once";
    const auto fast = node::find_fast_verification();
    if (!fast || fast->table.verify_batch == nullptr) {
        ROPE_TRY(const double rate, openssl());
        bench.report({.name = "evidence_verify",
                      .value = rate,
                      .unit = "1/s",
                      .note = note + "; by OpenSSL: no fast verification here"});
        return {};
    }
    ROPE_TRY(
        const Paired paired,
        in_turns(
            bench.pick(1, 5, 5), [&] { return evidence_rate(bundles, fast->table); }, openssl));
    bench.report(
        figure_of("evidence_verify", "1/s", paired, note + "; baseline: the same by OpenSSL"));
    return {};
}

}  // namespace ropenet::bench
