// Sends transactions over HTTP, as fast as they are answered or at a given pace.
//
// Every answer is looked at: a run in which one transaction is not committed is an error.
// Threads: makes its own, one a connection.
#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace ropenet::bench {

struct LoadTarget {
    std::string url;
    std::string path;  // of the request, with its query
    std::size_t connections = 1;
};

struct LoadResult {
    std::size_t txs = 0;  // committed
    double seconds = 0;
    double client_cpu_s = 0;  // of the sending threads

    double rate() const { return seconds == 0 ? 0 : static_cast<double>(txs) / seconds; }
};

/// The way to txs:batch that waits for the commit.
std::string batch_path();
/// The way to txs that waits for the commit.
std::string single_path();

/// Each body once, in order, over all connections.
Result<LoadResult> send_batches(const LoadTarget& target, std::span<const Bytes> bodies);

/// One transaction a request, `per_second` of them whether or not the earlier ones are answered
/// (as far as the connections reach); milliseconds from the planned instant to the answer.
Result<std::vector<double>> send_paced(const LoadTarget& target, std::span<const Bytes> txs,
                                       double per_second);

}  // namespace ropenet::bench
