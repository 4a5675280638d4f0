// What readers ask of a node that has grown: pages of every list, and evidence bundles.
//
// Threads: one; bundles are fetched over several connections. Errors: unavailable, when an answer
// is not what it should be.
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "bench/bench.hpp"
#include "types/bundle.hpp"

namespace ropenet::bench {

struct GrownNode {
    std::string url;
    std::size_t txs = 0;       // deposits 0 .. txs - 1
    std::int64_t from_ms = 0;  // block times
    std::int64_t to_ms = 0;
    std::vector<Hash32> some_ids;  // of transactions, spread over all
};

/// One figure an index: list_..._p95.
Result<void> measure_lists(Bench& bench, const GrownNode& node);

/// bundle_bytes, bundle_rate. Gives some of the bundles back.
Result<std::vector<BundleFiles>> measure_bundles(Bench& bench, const GrownNode& node);

/// evidence_verify_*: bundles of one checkpoint a second and core.
Result<void> measure_evidence(Bench& bench, const std::vector<BundleFiles>& bundles);

}  // namespace ropenet::bench
