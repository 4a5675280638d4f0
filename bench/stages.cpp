#include "bench/stages.hpp"

#include <algorithm>

#include "admission/answer.hpp"
#include "api/render.hpp"
#include "base/meter.hpp"
#include "bench/load.hpp"
#include "bench/stopwatch.hpp"
#include "codec/cbor.hpp"
#include "crypto/verify.hpp"
#include "http/server.hpp"
#include "system/accounts.hpp"
#include "types/limits.hpp"

namespace ropenet::bench {
namespace {

/// As many as a worker of admission takes at once.
constexpr std::size_t kVerifyBatch = 64;
constexpr std::size_t kConnections = 2;

double per_tx(double micros, std::size_t txs) {
    return micros / static_cast<double>(txs);
}

admission::Submitted committed(const Transaction& tx, std::uint64_t index) {
    Outcome outcome{.code = OutcomeCode::applied, .rule = {}, .gas_used = 1'000};
    return admission::answer_of(
        tx.tx_id,
        {.height = 1, .index = index, .time_ms = tx.expires_at_ms, .outcome = std::move(outcome)},
        false);
}

}  // namespace

std::string batch_answer_of(std::span<const Transaction> txs, const std::string& rope) {
    json::Array items;
    for (std::size_t i = 0; i < txs.size(); ++i) {
        items.emplace_back(api::batch_object(committed(txs[i], i)));
    }
    return json::serialize(json::Value{
        json::Object{{"rope", rope}, {"height", 1}, {"results", json::Value{std::move(items)}}}});
}

/// Answers every batch at once with what a node would answer.
struct Stages::EchoServer {
    NullLog log;
    NullMeter meter;
    std::unique_ptr<http::Server> server;

    static Result<std::unique_ptr<EchoServer>> start(const std::string& answer) {
        auto echo = std::make_unique<EchoServer>();
        const auto response = http::make_response(200, "application/json", answer);
        ROPE_TRY(echo->server,
                 http::Server::start(
                     {.address = "127.0.0.1:0"},
                     [response](const http::Request&, const http::Responder& responder) {
                         responder.respond(response);
                     },
                     echo->log, echo->meter));
        return echo;
    }
};

Stages::Stages() = default;
Stages::~Stages() = default;

Result<std::unique_ptr<Stages>> Stages::make(Bench& bench) {
    std::unique_ptr<Stages> stages{new Stages};
    const People& people = bench.people();
    stages->count_ = bench.pick(2 * kBatchTxsMax, 20 * kBatchTxsMax, 20 * kBatchTxsMax);
    ROPE_TRY(const node::DataFolder folder, make_rope_folder(bench.new_path("stages"), people));
    ROPE_TRY(stages->bed_, LedgerBed::open(folder, people));
    stages->txs_ =
        people.sign_many({.number = std::uint64_t{1} << 40U,
                          .expires_at_ms = stages->bed_->time_ms() + kTxLifetimeMsMax / 2},
                         stages->count_);
    stages->bodies_ = batch_bodies(stages->txs_, kBatchTxsMax);
    for (const Bytes& tx : stages->txs_) {
        auto decoded = decode_transaction(tx);
        ROPE_CHECK(decoded);
        stages->decoded_.push_back(*std::move(decoded));
    }
    const std::span<const Transaction> first{stages->decoded_.data(), kBatchTxsMax};
    ROPE_TRY(stages->echo_, EchoServer::start(batch_answer_of(first, std::string{kRope})));
    return stages;
}

std::string Stages::size_range() const {
    const auto [least, most] = std::ranges::minmax_element(txs_, {}, &Bytes::size);
    return std::to_string(least->size()) + " to " + std::to_string(most->size()) + " bytes";
}

Result<StageCosts> Stages::measure(VerifyPath path) {
    StageCosts costs;
    ROPE_DO(measure_http(costs));
    ROPE_DO(measure_decode(costs));
    ROPE_DO(measure_admit(costs));
    ROPE_DO(measure_verify(path, costs));
    ROPE_DO(measure_ledger(costs));
    ROPE_DO(measure_tiles(costs));
    ROPE_DO(measure_answer(costs));
    return costs;
}

Result<void> Stages::measure_http(StageCosts& costs) const {
    const Stopwatch process{TimeOf::process};
    ROPE_TRY(const LoadResult sent, send_batches({.url = "http://" + echo_->server->address(),
                                                  .path = batch_path(),
                                                  .connections = kConnections},
                                                 bodies_));
    const double all = per_tx(process.micros(), count_);
    costs.client = per_tx(sent.client_cpu_s * 1e6, count_);
    costs.http = all - costs.client;
    return {};
}

Result<void> Stages::measure_decode(StageCosts& costs) const {
    const Stopwatch watch{TimeOf::thread};
    for (const Bytes& body : bodies_) {
        cbor::Decoder in{body};
        const auto count = in.array();
        if (!count) return fail(ErrorCode::invalid, "a batch does not decode");
        for (std::size_t i = 0; i < *count; ++i) {
            const auto bytes = in.bytes();
            if (!bytes || !decode_transaction(to_bytes(*bytes))) {
                return fail(ErrorCode::invalid, "a transaction does not decode");
            }
        }
    }
    costs.decode = per_tx(watch.micros(), count_);
    return {};
}

Result<void> Stages::measure_admit(StageCosts& costs) const {
    const auto view = bed_->reader().latest();
    const execution::BlockInput block{.origin = kOrigin,
                                      .height = 0,
                                      .time_ms = decoded_.front().expires_at_ms - 1,
                                      .log_size = 0,
                                      .txs = {}};
    const Stopwatch watch{TimeOf::thread};
    for (const Transaction& tx : decoded_) {
        ROPE_TRY(const auto why,
                 execution::why_not_recorded(*view, bed_->reader().recorded_ids(), block, tx));
        if (why) return fail(ErrorCode::invalid, std::string{name_of(*why)});
    }
    costs.admit = per_tx(watch.micros(), count_);
    return {};
}

Result<void> Stages::measure_verify(VerifyPath path, StageCosts& costs) const {
    std::vector<crypto::PublicKey> keys;
    const auto view = bed_->reader().latest();
    // A tenth is enough on the slow path, and the same on the fast one.
    const std::size_t count = std::max(count_ / 10, kVerifyBatch) / kVerifyBatch * kVerifyBatch;
    for (std::size_t i = 0; i < count; ++i) {
        ROPE_TRY(const auto account, system::find_account(*view, decoded_[i].account));
        const AccountKey* held = account ? account->find_key(decoded_[i].kid) : nullptr;
        const auto key = held == nullptr ? std::nullopt
                                         : std::optional{crypto::public_key_from_spki(held->spki)};
        if (!key || !*key) return fail(ErrorCode::invalid, "an account lacks its key");
        keys.push_back(**key);
    }
    const Stopwatch watch{TimeOf::thread};
    for (std::size_t from = 0; from < count; from += kVerifyBatch) {
        std::vector<crypto::VerifyItem> items;
        for (std::size_t i = from; i < from + kVerifyBatch; ++i) {
            items.push_back({.key = &keys[i],
                             .message = decoded_[i].sig_structure,
                             .signature = decoded_[i].signature});
        }
        const auto good = verify_on(path, items);
        if (std::ranges::count(good, 1) != static_cast<std::ptrdiff_t>(kVerifyBatch)) {
            return fail(ErrorCode::invalid, "a signature of the benchmark does not verify");
        }
    }
    costs.verify = per_tx(watch.micros(), count);
    return {};
}

Result<void> Stages::measure_ledger(StageCosts& costs) {
    double micros = 0;
    std::size_t done = 0;
    while (done < count_) {
        const auto txs = bed_->next_txs(std::min(kBlockTxs, count_ - done));
        const Stopwatch watch{TimeOf::process};
        ROPE_DO(bed_->commit(txs));
        micros += watch.micros();
        done += txs.size();
    }
    costs.ledger = per_tx(micros, count_);
    return {};
}

Result<void> Stages::measure_tiles(StageCosts& costs) {
    // The text is cosign's affair; a ledger installs any.
    const std::uint64_t size = bed_->reader().latest()->log_size();
    const Stopwatch watch{TimeOf::process};
    ROPE_DO(bed_->ledger().install_checkpoint(size, "a checkpoint of the benchmark\n"));
    costs.tiles = per_tx(watch.micros(), count_);
    return {};
}

Result<void> Stages::measure_answer(StageCosts& costs) const {
    std::vector<admission::Submitted> answers;
    for (const Transaction& tx : decoded_)
        answers.push_back(committed(tx, answers.size()));
    std::size_t bytes = 0;
    const Stopwatch watch{TimeOf::thread};
    for (std::size_t from = 0; from < answers.size(); from += kBatchTxsMax) {
        json::Array items;
        const std::size_t to = std::min(from + kBatchTxsMax, answers.size());
        for (std::size_t i = from; i < to; ++i)
            items.emplace_back(api::batch_object(answers[i]));
        bytes += json::serialize(json::Value{std::move(items)}).size();
    }
    costs.answer = per_tx(watch.micros(), count_);
    if (bytes == 0) return fail(ErrorCode::invalid, "no answer was made");
    return {};
}

}  // namespace ropenet::bench
