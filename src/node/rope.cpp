#include "node/rope.hpp"

#include "types/limits.hpp"

namespace ropenet::node {

/// What admission asks of the ledger.
class Rope::Facts final : public admission::LedgerFacts {
  public:
    explicit Facts(const ledger::Reader& reader) : reader_{reader} {}

    admission::Head head() const override {
        auto view = reader_.latest();
        const std::int64_t time_ms = view->at().time_ms;
        return {.state = std::move(view), .time_ms = time_ms};
    }
    const execution::RecordedIds& recorded_ids() const override { return reader_.recorded_ids(); }
    std::size_t recorded_id_count() const override { return reader_.recorded_id_count(); }
    Result<std::optional<admission::RecordedTx>> find_recorded(const Hash32& tx_id) const override {
        using Found = std::optional<admission::RecordedTx>;
        ROPE_TRY(const auto at, reader_.find_tx(tx_id));
        if (!at) return Found{};
        ROPE_TRY(auto entry, reader_.tx_at(at->index));
        if (!entry) return fail(ErrorCode::corrupt, "a recorded transaction has no row");
        return Found{admission::RecordedTx{.height = entry->at.height,
                                           .index = entry->at.index,
                                           .time_ms = entry->time_ms,
                                           .outcome = std::move(entry->outcome)}};
    }

  private:
    const ledger::Reader& reader_;
};

/// Passes a commit on to who waits for it.
class Rope::Listener final : public ledger::CommitListener {
  public:
    Listener(admission::Admission& admission, cosign::Cosigner& cosigner,
             ledger::CommitSignal& commits)
        : admission_{admission}, cosigner_{cosigner}, commits_{commits} {}

    void on_commit(const ledger::CommittedBlock& block) override {
        std::vector<admission::CommittedTx> txs;
        txs.reserve(block.txs.size());
        for (const auto& tx : block.txs) {
            txs.push_back({.tx_id = tx.tx_id, .account = tx.account, .result = tx.result});
        }
        cosigner_.note_commit(block.at.log_size);
        admission_.on_committed(
            {.height = block.at.height, .time_ms = block.at.time_ms, .txs = txs});
        commits_.announce(block.at.log_size);
    }

  private:
    admission::Admission& admission_;
    cosign::Cosigner& cosigner_;
    ledger::CommitSignal& commits_;
};

namespace {

/// Nothing where the node has no authority.
cosign::StampCheckpoint stamp_by(timestamp::Authority* authority) {
    if (authority == nullptr) return nullptr;
    return [authority](const std::string& text) -> std::optional<cosign::CheckpointToken> {
        auto reply = authority->stamp(view_of(text));
        if (!reply) return std::nullopt;
        return cosign::CheckpointToken{.reply = *std::move(reply), .ca_pem = authority->ca_pem()};
    };
}

}  // namespace

Rope::Rope(std::string name, const RopeParts& parts) : name_{std::move(name)}, parts_{parts} {}

Rope::~Rope() {
    // An error of a second stop has been reported by the first.
    [[maybe_unused]] const auto done = stop();
}

Result<std::unique_ptr<Rope>> Rope::start(const DataFolder& folder, const std::string& name,
                                          const RopeParts& parts) {
    std::unique_ptr<Rope> rope{new Rope{name, parts}};
    ROPE_DO(rope->open(folder));
    ROPE_DO(rope->start_admission());
    return rope;
}

Result<void> Rope::open(const DataFolder& folder) {
    ROPE_TRY(RopeFiles rope_files, load_rope_files(parts_.files, folder, name_));
    ROPE_TRY(auto signed_state,
             storage::SignedState::open(parts_.files, folder.signed_state(name_)));
    const auto last = signed_state->last();
    ROPE_TRY(ledger_, ledger::Ledger::open({.folder = folder.rope(name_),
                                            .genesis = std::move(rope_files.genesis),
                                            .signed_size = last ? last->size : 0,
                                            .leaves_in_memory = parts_.leaves_in_memory},
                                           parts_.files, parts_.kv, parts_.log));
    cosign::CosignParts cosign_parts{
        .ledger = *ledger_,
        .signed_state = std::move(signed_state),
        .clock = parts_.clock,
        .log = parts_.log,
        .on_fatal = [fatal = parts_.on_fatal](const Error& error) { fatal(error); }};
    ROPE_TRY(read_only_, parts_.files.exists(folder.read_only_marker(name_)));
    if (read_only_) {
        ROPE_TRY(cosigner_,
                 cosign::Cosigner::read_only(std::move(rope_files.trust), std::move(cosign_parts)));
    } else {
        ROPE_DO(check_clock());
        ROPE_TRY(cosign::CosignKeys keys, load_cosign_keys(folder, name_));
        ROPE_TRY(cosigner_, cosign::Cosigner::start(std::move(keys), std::move(rope_files.trust),
                                                    std::move(cosign_parts)));
    }
    bundles_ = std::make_unique<cosign::BundleMaker>(ledger_->reader(), *cosigner_,
                                                     stamp_by(parts_.authority));
    return {};
}

/// A block's time is evidence: a clock that does not fit needs the operator's word.
Result<void> Rope::check_clock() const {
    const bool is_virtual = parts_.clock_kind == ClockKind::is_virtual;
    if (ledger_->reader().genesis().virtual_clock != is_virtual) {
        return fail(ErrorCode::config,
                    is_virtual ? name_ +
                                     " was made for the machine's clock, not for a virtual one; "
                                     "leave --clock away, or use another --data folder"
                               : name_ +
                                     " was made for a virtual clock; start it with "
                                     "`ropenet dev --clock FILE`");
    }
    const std::int64_t last_ms = ledger_->reader().latest()->at().time_ms;
    const std::int64_t now_ms = parts_.clock.wall_ms();
    const auto at_start = ordering::clock_at_start(last_ms, now_ms);
    if (at_start == ordering::ClockAtStart::fits) return {};
    const bool behind = at_start == ordering::ClockAtStart::behind;
    const std::string words = "the clock (" + std::to_string(now_ms) + " ms) is " +
                              (behind ? "behind" : "over 24 h ahead of") + " the last block of " +
                              name_ + " (" + std::to_string(last_ms) + " ms)";
    if (parts_.accept_clock) {
        parts_.log.write(LogLevel::warning, "rope", words + "; accepted");
        return {};
    }
    return fail(ErrorCode::config,
                words + "; set the clock right, or start with --accept-clock if it is right");
}

Result<void> Rope::start_admission() {
    const ledger::Reader& reader = ledger_->reader();
    const ordering::SoloLimits limits{
        .inbox = {.txs_max = kPendingTxsMax, .bytes_max = kPendingBytesMax},
        .block = {.txs_max = kBlockTxsMax, .bytes_max = kBlockBytesMax}};
    facts_ = std::make_unique<Facts>(reader);
    engine_ = std::make_unique<ordering::SoloEngine>(limits, parts_.clock);
    admission_ = std::make_unique<admission::Admission>(
        reader.origin(), admission::AdmissionParts{.facts = *facts_,
                                                   .engine = *engine_,
                                                   .workers = parts_.workers,
                                                   .clock = parts_.clock,
                                                   .ed25519 = parts_.ed25519});
    ROPE_TRY(const auto refusals,
             reader.refusals_since(reader.latest()->at().time_ms - kRefusalWindowMs));
    admission_->restore_refusals(refusals);
    application_ =
        std::make_unique<RopeApplication>(*ledger_, *admission_, parts_.clock, parts_.failure);
    listener_ = std::make_unique<Listener>(*admission_, *cosigner_, commits_);
    ledger_->add_listener(*listener_);
    if (read_only_) return {};
    thread_ = NamedThread{"ledger", [this] { run_engine(); }};
    return {};
}

void Rope::run_engine() {
    const auto ended = engine_->run(*application_);
    if (ended) {
        if (engine_->clock_fails()) {
            parts_.log.write(LogLevel::error, "rope", name_ + ": " + kClockFails);
        }
        return;
    }
    parts_.on_fatal(ended.error());
    // Nothing is decided any more, so nobody may wait for it.
    admission_->stop();
}

api::RopeAccess Rope::access() {
    return {.name = name_,
            .reader = ledger_->reader(),
            .admission = *admission_,
            .cosigner = *cosigner_,
            .bundles = *bundles_,
            .commits = commits_,
            .read_only = read_only_};
}

Result<void> Rope::stop() {
    if (stopped_) return {};
    stopped_ = true;
    if (engine_) engine_->stop();
    thread_.join();
    if (admission_) admission_->stop();
    if (!cosigner_ || parts_.failure.failed()) return {};
    ROPE_DO(cosigner_->stop());
    return ledger_->flush();
}

}  // namespace ropenet::node
