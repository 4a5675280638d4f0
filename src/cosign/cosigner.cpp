#include "cosign/cosigner.hpp"

#include <algorithm>
#include <utility>

#include "types/cosignature.hpp"
#include "types/note.hpp"

namespace ropenet::cosign {
namespace {

Unexpected<Error> refuse_to_sign(const std::string& origin, std::string why) {
    return fail(ErrorCode::corrupt, "refusing to sign for " + origin + ": " + std::move(why));
}

Result<Signature64> signature_of(const keys::Signer& signer, BytesView message) {
    ROPE_TRY(const Bytes bytes, signer.sign(message));
    Signature64 out{};
    ROPE_CHECK(bytes.size() == out.size());
    std::ranges::copy(bytes, out.begin());
    return out;
}

/// The checkpoint that the log folder serves. Absent: none was ever installed.
Result<SignedCheckpointPtr> read_installed(const ledger::Reader& reader, const Trust& trust) {
    ROPE_TRY(const auto bytes, reader.log_file("checkpoint"));
    if (!bytes) return SignedCheckpointPtr{};
    auto note = note_from_text(text_of(*bytes));
    if (!note || !check_quorum(trust.policy, *note)) {
        return refuse_to_sign(reader.origin(), "log/checkpoint is not signed under policy.txt");
    }
    auto checkpoint = checkpoint_from_text(note->text);
    if (!checkpoint) return refuse_to_sign(reader.origin(), "log/checkpoint cannot be read");
    return SignedCheckpointPtr{std::make_shared<const SignedCheckpoint>(SignedCheckpoint{
        .checkpoint = *checkpoint, .text = note->text, .note = std::string{text_of(*bytes)}})};
}

}  // namespace

Cosigner::Cosigner(CosignKeys keys, Trust trust, CosignParts parts)
    : keys_{std::move(keys)}, trust_{std::move(trust)}, parts_{std::move(parts)} {}

Cosigner::~Cosigner() {
    end_thread();
}

Result<std::unique_ptr<Cosigner>> Cosigner::start(CosignKeys keys, TrustTexts texts,
                                                  CosignParts parts) {
    ROPE_TRY(Trust trust, check_trust(std::move(texts), keys, parts.ledger.reader().genesis()));
    std::unique_ptr<Cosigner> cosigner{
        new Cosigner{std::move(keys), std::move(trust), std::move(parts)}};
    ROPE_DO(cosigner->take_up());
    cosigner->thread_ = NamedThread{"cosign", [self = cosigner.get()] { self->run(); }};
    return cosigner;
}

Result<std::unique_ptr<Cosigner>> Cosigner::read_only(TrustTexts texts, CosignParts parts) {
    const ledger::Reader& reader = parts.ledger.reader();
    ROPE_TRY(Trust trust, check_trust(std::move(texts), reader.genesis()));
    ROPE_TRY(SignedCheckpointPtr installed, read_installed(reader, trust));
    const ledger::HeightSummary at = reader.latest()->at();
    if (!installed || installed->checkpoint.size != at.log_size ||
        installed->checkpoint.root != at.log_root) {
        return fail(ErrorCode::corrupt,
                    reader.origin() +
                        " is read-only and its checkpoint is not that of its ledger; "
                        "load the export again");
    }
    std::unique_ptr<Cosigner> cosigner{new Cosigner{{}, std::move(trust), std::move(parts)}};
    cosigner->publish(std::move(installed));
    return cosigner;
}

Result<void> Cosigner::take_up() {
    const ledger::Reader& reader = parts_.ledger.reader();
    ROPE_TRY(SignedCheckpointPtr installed, read_installed(reader, trust_));
    const std::uint64_t log_size = reader.latest()->log_size();
    ROPE_DO(check_signed(log_size, installed ? installed->checkpoint.size : 0));
    note_commit(log_size);
    if (!installed || installed->checkpoint.size < log_size) return sign_newest();
    const Hash32 root = reader.latest()->at().log_root;
    if (installed->checkpoint.root != root) {
        return refuse_to_sign(reader.origin(), "log/checkpoint has another root than the ledger");
    }
    publish(std::move(installed));
    return {};
}

Result<void> Cosigner::check_signed(std::uint64_t log_size, std::uint64_t installed) const {
    const ledger::Reader& reader = parts_.ledger.reader();
    const auto& last = parts_.signed_state->last();
    const std::uint64_t signed_size = last ? last->size : 0;
    // The file is written before a checkpoint is installed, so it is never behind by itself.
    if (signed_size < installed) {
        return refuse_to_sign(reader.origin(),
                              "the record of what was signed ends at size " +
                                  std::to_string(signed_size) + ", log/checkpoint covers " +
                                  std::to_string(installed) + "; restore the newer `signed` file");
    }
    if (!last) return {};
    if (signed_size > log_size) {
        return refuse_to_sign(reader.origin(), "a log of " + std::to_string(signed_size) +
                                                   " records was signed, the ledger has " +
                                                   std::to_string(log_size));
    }
    ROPE_TRY(const auto at, reader.summary_of(last->height));
    if (!at || at->log_size != last->size || at->log_root != last->root) {
        return refuse_to_sign(reader.origin(), "the ledger has another root at size " +
                                                   std::to_string(signed_size) +
                                                   " than the one that was signed");
    }
    return {};
}

void Cosigner::note_commit(std::uint64_t log_size) {
    {
        const MutexLock lock{mutex_};
        log_size_ = std::max(log_size_, log_size);
    }
    changed_.notify_all();
}

SignedCheckpointPtr Cosigner::newest() const {
    const MutexLock lock{mutex_};
    return newest_;
}

void Cosigner::demand(std::uint64_t index) {
    {
        const MutexLock lock{mutex_};
        if (index >= log_size_ || index < demanded_size_) return;
        demanded_size_ = index + 1;
    }
    changed_.notify_all();
}

bool Cosigner::wait_covered(std::uint64_t index, std::chrono::milliseconds time) {
    demand(index);
    const auto deadline = std::chrono::steady_clock::now() + time;
    const MutexLock lock{mutex_};
    while (newest_->checkpoint.size <= index) {
        if (failed_) return false;
        if (changed_.wait_until(mutex_, deadline) == CondVar::Wait::timed_out) break;
    }
    return newest_->checkpoint.size > index;
}

Result<Receipt> Cosigner::sign_receipt(Receipt receipt, const Hash32& root) const {
    if (!keys_.receipt) return fail(ErrorCode::config, "a read-only node signs no receipts");
    receipt.kid = keys_.receipt->public_key().kid();
    ROPE_TRY(receipt.signature, signature_of(*keys_.receipt, receipt_message(receipt, root)));
    return receipt;
}

Result<void> Cosigner::stop() {
    end_thread();
    {
        const MutexLock lock{mutex_};
        if (failed_) return fail(ErrorCode::io, "signing stopped after an error");
    }
    if (parts_.ledger.reader().latest()->log_size() <= newest()->checkpoint.size) return {};
    return sign_newest();
}

void Cosigner::end_thread() {
    {
        const MutexLock lock{mutex_};
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void Cosigner::run() {
    while (wait_until_due()) {
        const auto done = sign_newest();
        if (done) continue;
        {
            const MutexLock lock{mutex_};
            failed_ = true;
        }
        changed_.notify_all();
        parts_.log.write(LogLevel::error, "cosign", done.error().what);
        parts_.on_fatal(done.error());
        return;
    }
}

bool Cosigner::wait_until_due() {
    const MutexLock lock{mutex_};
    while (!stopping_) {
        const Demand demand =
            demanded_size_ > newest_->checkpoint.size ? Demand::evidence : Demand::none;
        const auto wait = schedule_.wait_ms(log_size_, demand, parts_.clock.steady_ms());
        if (!wait) {
            changed_.wait(mutex_);
        } else if (*wait == 0) {
            return true;
        } else {
            changed_.wait_for(mutex_, std::chrono::milliseconds{*wait});
        }
    }
    return false;
}

Result<void> Cosigner::sign_newest() {
    const ledger::Reader& reader = parts_.ledger.reader();
    const ledger::HeightSummary at = reader.latest()->at();
    const auto& last = parts_.signed_state->last();
    if (last && last->size == at.log_size) {
        // A crash came between signing and installing: the same again is no second history.
        if (last->root != at.log_root) {
            return refuse_to_sign(
                reader.origin(),
                "another root of size " + std::to_string(at.log_size) + " was signed before");
        }
    } else {
        ROPE_DO(parts_.signed_state->record(
            {.size = at.log_size, .height = at.height, .root = at.log_root}));
    }
    const Checkpoint checkpoint{
        .origin = reader.origin(), .size = at.log_size, .root = at.log_root};
    const std::string text = text_from_checkpoint(checkpoint);
    ROPE_TRY(std::string note, sign_note(text));
    ROPE_DO(parts_.ledger.install_checkpoint(at.log_size, note));
    publish(std::make_shared<const SignedCheckpoint>(
        SignedCheckpoint{.checkpoint = checkpoint, .text = text, .note = std::move(note)}));
    return {};
}

Result<std::string> Cosigner::sign_note(const std::string& text) const {
    Note note{.text = text, .signatures = {}};
    ROPE_TRY(const Bytes log_line, keys_.log->sign(log_signed_message(text)));
    note.signatures.push_back(make_note_signature(trust_.log, log_line));

    const std::int64_t now_ms = std::max<std::int64_t>(parts_.clock.wall_ms(), 0);
    Cosignature cosignature{.time_s = static_cast<std::uint64_t>(now_ms) / 1'000, .signature = {}};
    ROPE_TRY(cosignature.signature,
             signature_of(*keys_.witness, cosignature_message(text, cosignature.time_s)));
    note.signatures.push_back(make_note_signature(trust_.witness, encode_cosignature(cosignature)));
    return text_from_note(note);
}

void Cosigner::publish(SignedCheckpointPtr made) {
    {
        const MutexLock lock{mutex_};
        schedule_.made(made->checkpoint.size, parts_.clock.steady_ms());
        newest_ = std::move(made);
    }
    changed_.notify_all();
}

}  // namespace ropenet::cosign
