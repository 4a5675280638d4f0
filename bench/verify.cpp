// Ed25519 signatures a second on one core, as a node checks them: eight at a time against OpenSSL.
#include <algorithm>

#include "base/check.hpp"
#include "bench/catalogue.hpp"
#include "bench/statistics.hpp"
#include "bench/stopwatch.hpp"
#include "bench/verify_path.hpp"
#include "types/limits.hpp"

namespace ropenet::bench {
namespace {

/// As many as a worker of admission takes at once.
constexpr std::size_t kBatch = 64;

struct Signed {
    std::vector<Transaction> txs;
    std::vector<crypto::VerifyItem> items;  // borrow from txs and the people
};

Result<std::unique_ptr<Signed>> make_signed(Bench& bench, std::size_t count) {
    auto out = std::make_unique<Signed>();
    const auto txs = bench.people().sign_many({.number = 0, .expires_at_ms = 1}, count);
    for (const Bytes& tx : txs) {
        auto decoded = decode_transaction(tx);
        ROPE_CHECK(decoded);
        out->txs.push_back(*std::move(decoded));
    }
    for (std::size_t i = 0; i < count; ++i) {
        const keys::Signer& signer = bench.people().signer(i % bench.people().size());
        out->items.push_back({.key = &signer.public_key(),
                              .message = out->txs[i].sig_structure,
                              .signature = out->txs[i].signature});
    }
    return out;
}

/// Signatures a second of this thread's processor time.
Result<double> rate_on(VerifyPath path, std::span<const crypto::VerifyItem> items) {
    const Stopwatch watch{TimeOf::thread};
    for (std::size_t from = 0; from < items.size(); from += kBatch) {
        const auto part = items.subspan(from, std::min(kBatch, items.size() - from));
        const auto good = verify_on(path, part);
        if (std::ranges::count(good, 1) != static_cast<std::ptrdiff_t>(part.size())) {
            return fail(ErrorCode::invalid, "a signature of the benchmark does not verify");
        }
    }
    return static_cast<double>(items.size()) / watch.seconds();
}

}  // namespace

Result<void> measure_verify(Bench& bench) {
    if (const auto found = find_path(VerifyPath::simd); !found) {
        report_absent(bench, "verify", found.error().what);
        return {};
    }
    ROPE_TRY(const auto made, make_signed(bench, bench.pick(256, 16'384, 16'384)));
    const std::span<const crypto::VerifyItem> items{made->items};
    // The slow path checks a tenth of them, so that both take about as long.
    const auto few = items.first(items.size() / 10);
    ROPE_TRY(const Paired paired,
             in_turns(
                 bench.pick(1, 10, 10), [&] { return rate_on(VerifyPath::simd, items); },
                 [&] { return rate_on(VerifyPath::openssl, few); }));
    bench.report(figure_of("verify_batch_simd", "1/s", paired,
                           "Ed25519 checks a second and core, batches of 64, 1,000 keys; "
                           "baseline: OpenSSL"));
    return {};
}

}  // namespace ropenet::bench
