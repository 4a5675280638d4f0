#include "ropenet/import.hpp"

#include <algorithm>
#include <cstring>
#include <thread>

#include "crypto/hash.hpp"

namespace ropenet::cli {
namespace {

/// A request must stay below the limit of a body, 1 MiB; a transaction adds a frame to its action.
constexpr std::size_t kBatchBytesMax = 900 * 1024;
constexpr std::size_t kFrameBytes = 512;
/// How often a batch is sent again while the node says that it is full or has not decided yet.
constexpr unsigned kTriesMax = 60;

struct Scanner {
    const ImportPlan& plan;
    const TakeFault& take;
    ImportScan scan{};
    std::set<Hash32> digests{};

    void add_fault(std::uint64_t line, const LineFault& fault) {
        json::Object object = fault_object(line, fault);
        ++scan.invalid;
        take(object);
        if (scan.faults.size() < kFaultsShown) scan.faults.push_back(std::move(object));
    }
};

TxStamp stamp_of(const Action& action, std::uint64_t line, const std::string& identity,
                 std::int64_t expires_at_ms) {
    const Hash32 digest = crypto::sha256({view_of("ropenet import\n"), view_of(identity),
                                          view_of("\n" + std::to_string(line) + "\n"),
                                          cbor::encode_value(action.args)});
    TxStamp stamp{.nonce = {}, .expires_at_ms = expires_at_ms};
    std::copy_n(digest.begin(), stamp.nonce.size(), stamp.nonce.begin());
    return stamp;
}

enum class Next : std::uint8_t { keep, again, sign_again, stop };

/// What to do about one answer of a batch.
Next next_of(const json::Value& result) {
    const std::string status = text_at(result, "status");
    const std::string problem = text_at(result, "problem");
    if (status == "pending") return Next::again;
    if (status == "expired" || problem == "tx.expired") return Next::sign_again;
    if (status != "unknown") return Next::keep;
    const bool passes =
        problem == "queue.full" || problem == "quota.pending" || problem == "queue.id_window";
    return passes ? Next::again : Next::stop;
}

json::Object result_of(std::uint64_t line, const json::Value& answer) {
    json::Object out{{"line", line}};
    const std::string status = text_at(answer, "status");
    const bool exists = text_at(answer, "rule") == "evidence.exists";
    out.emplace_back("status", exists ? "there" : status);
    for (const char* key : {"tx_id", "rule", "problem"}) {
        const std::string text = text_at(answer, key);
        if (!text.empty()) out.emplace_back(key, text);
    }
    if (const json::Value* height = answer.find("height")) out.emplace_back("height", *height);
    if (const json::Value* index = answer.find("index")) out.emplace_back("index", *index);
    return out;
}

Failure stopped(const json::Value& answer) {
    const std::string problem = text_at(answer, "problem");
    const json::Value* message = answer.find("message");
    const json::Value none;
    const json::Value& words = message == nullptr ? none : *message;
    return Failure{.exit = problem == "storage" ? Exit::unavailable : Exit::try_later,
                   .code = problem,
                   .what = {"the node took no more: " + text_at(words, "en"),
                            "节点不再接收：" + text_at(words, "zh")},
                   .next = {"run the command again later; it goes on where it stopped",
                            "请稍后重新运行；将从停止处继续"},
                   .detail = answer};
}

Failure undecided() {
    return Failure{.exit = Exit::unknown_outcome,
                   .code = "tx.unknown_outcome",
                   .what = {"the node has not decided a batch in time", "节点未能及时处理一批交易"},
                   .next = {"run the command again: what is recorded is not recorded twice",
                            "请重新运行该命令：已记录的不会重复记录"},
                   .detail = {}};
}

}  // namespace

json::Object fault_object(std::uint64_t line, const LineFault& fault) {
    return {{"line", line},
            {"status", "invalid"},
            {"column", fault.column},
            {"reason", json::Object{{"en", fault.reason.en}, {"zh", fault.reason.zh}}}};
}

Expected<ImportScan, Failure> scan_import(const ImportPlan& plan, bool hash_files,
                                          const TakeFault& take) {
    ROPE_TRY(const auto lines, ImportLines::open(plan.file, plan.format));
    if (plan.format == ImportFormat::csv) {
        ROPE_DO(check_header(plan.mapping, lines->header()));
    }
    const DepositSource source{
        .mapping = plan.mapping, .folder = plan.file.parent_path(), .hash_files = hash_files};
    Scanner scanner{.plan = plan, .take = take};
    while (true) {
        ROPE_TRY(const auto line, lines->next());
        if (!line) break;
        ++scanner.scan.lines;
        const auto deposit = deposit_of(*line, source);
        if (!deposit) {
            scanner.add_fault(line->number, deposit.error());
        } else if (hash_files && !scanner.digests.insert(deposit->sha256).second) {
            ++scanner.scan.repeated;
        }
    }
    scanner.scan.broken = lines->broken();
    scanner.scan.sha256 = lines->sha256();
    return std::move(scanner.scan);
}

std::size_t Importer::DigestHash::operator()(const Hash32& digest) const {
    std::size_t out = 0;
    std::memcpy(&out, digest.data(), sizeof(out));
    return out;
}

bool Importer::in_open_batch(std::uint64_t line) const {
    return resumed_lines_.contains(line);
}

Expected<void, Failure> Importer::know_what_is_there() {
    ROPE_TRY([[maybe_unused]] const std::uint64_t height,
             session_.each("/entries?account=" + who_.account.text(), "entries",
                           [this](const json::Value& entry) {
                               const auto bytes = bytes_from_hex(text_at(entry, "sha256"));
                               const auto digest = bytes ? hash32_from(*bytes) : std::nullopt;
                               if (digest) known_.insert(*digest);
                           }));
    return {};
}

Expected<void, Failure> Importer::run(const Progress& progress) {
    ROPE_DO(know_what_is_there());
    const auto open = journal_.open_batch();
    if (open) resumed_lines_.insert(open->lines.begin(), open->lines.end());
    ROPE_TRY(const auto lines, ImportLines::open(plan_.file, plan_.format));
    while (true) {
        ROPE_TRY(const auto line, lines->next());
        if (!line) break;
        if (line->number <= journal_.through()) continue;
        // The batch that was open ends before the first line that was not in it.
        if (open && !resumed_lines_.empty() && line->number > *resumed_lines_.rbegin()) {
            resumed_lines_.clear();
            ROPE_DO(send(std::exchange(waiting_, {}), open->expires_at_ms));
            progress();
        }
        ROPE_DO(take(*line));
        last_line_ = line->number;
        if (!resumed_lines_.empty()) continue;
        if (waiting_.size() < plan_.batch_txs && waiting_bytes_ < kBatchBytesMax &&
            results_.size() < kBatchTxsMax) {
            continue;
        }
        ROPE_DO(flush());
        progress();
    }
    if (open && !resumed_lines_.empty()) {
        ROPE_DO(send(std::exchange(waiting_, {}), open->expires_at_ms));
    }
    return flush();
}

Expected<void, Failure> Importer::take(const ImportLine& line) {
    const bool sent_before = in_open_batch(line.number);
    const auto deposit =
        deposit_of(line, {.mapping = plan_.mapping, .folder = plan_.file.parent_path()});
    if (!deposit) {
        results_.push_back(fault_object(line.number, deposit.error()));
        return {};
    }
    const bool fresh = known_.insert(deposit->sha256).second;
    if (!fresh && !sent_before) {
        results_.push_back({{"line", line.number}, {"status", "there"}});
        return {};
    }
    Action action = action_of(*deposit);
    waiting_bytes_ += cbor::encode_value(action.args).size() + kFrameBytes;
    waiting_.push_back({.line = line.number, .action = std::move(action)});
    return {};
}

Expected<void, Failure> Importer::flush() {
    if (!waiting_.empty()) {
        ROPE_TRY(const std::int64_t expires_at_ms, session_.expiry_ms());
        return send(std::exchange(waiting_, {}), expires_at_ms);
    }
    if (results_.empty()) return {};
    return journal_.finished(std::exchange(results_, {}), last_line_);
}

Expected<std::vector<Bytes>, Failure> Importer::signed_txs(const std::vector<Waiting>& batch,
                                                           std::int64_t expires_at_ms) const {
    const std::string identity = session_.origin() + " " + who_.account.text();
    std::vector<Bytes> txs;
    for (const Waiting& item : batch) {
        ROPE_TRY(Bytes tx,
                 session_.sign(who_, item.action,
                               stamp_of(item.action, item.line, identity, expires_at_ms)));
        txs.push_back(std::move(tx));
    }
    return txs;
}

Expected<void, Failure> Importer::send(std::vector<Waiting> batch, std::int64_t expires_at_ms) {
    waiting_bytes_ = 0;
    for (unsigned tries = 0; !batch.empty(); ++tries) {
        if (tries == kTriesMax) return Unexpected{undecided()};
        OpenBatch open{.lines = {}, .expires_at_ms = expires_at_ms};
        for (const Waiting& item : batch)
            open.lines.push_back(item.line);
        ROPE_TRY(const std::vector<Bytes> txs, signed_txs(batch, expires_at_ms));
        ROPE_DO(journal_.sending(open));
        ROPE_TRY(const json::Array answers, session_.send_batch(txs));
        std::vector<Waiting> rest;
        bool sign_again = false;
        for (std::size_t i = 0; i < batch.size(); ++i) {
            const Next next = next_of(answers[i]);
            if (next == Next::stop) return Unexpected{stopped(answers[i])};
            if (next == Next::keep) {
                results_.push_back(result_of(batch[i].line, answers[i]));
                continue;
            }
            sign_again = sign_again || next == Next::sign_again;
            rest.push_back(std::move(batch[i]));
        }
        batch = std::move(rest);
        if (batch.empty()) break;
        if (!sign_again) {
            std::this_thread::sleep_for(std::chrono::seconds{1});
            continue;
        }
        ROPE_TRY(expires_at_ms, session_.expiry_ms());
    }
    return journal_.finished(std::exchange(results_, {}), last_line_);
}

}  // namespace ropenet::cli
