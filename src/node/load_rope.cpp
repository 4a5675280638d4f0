#include "node/load_rope.hpp"

#include <memory>

#include "ledger/ledger.hpp"
#include "storage/kv.hpp"
#include "storage/signed_state.hpp"
#include "types/checkpoint.hpp"
#include "types/names.hpp"
#include "types/note.hpp"
#include "types/record.hpp"

namespace ropenet::node {
namespace {

constexpr std::string_view kReadOnlyText =
    "This rope was loaded from an export. Its node answers reads and takes no transactions.\n"
    "With this file removed and the keys put back it would sign another history than the rope "
    "that\n"
    "it was exported from, if that one has gone on.\n"
    "该账绳由导出文件载入。其节点仅供读取，不接收交易。若原账绳仍在继续，删除本文件并放回密钥将签出"
    "另一段历史。\n";

Unexpected<Error> unfit(std::string what) {
    return fail(ErrorCode::invalid, "the export cannot be loaded: " + std::move(what));
}

class Loader {
  public:
    Loader(const DataFolder& folder, const NextExportItem& next, const LoadParts& parts)
        : folder_{folder}, next_{next}, parts_{parts} {}

    Result<LoadedRope> run() {
        ROPE_DO(read_header());
        ROPE_DO(make_folder());
        ROPE_TRY(ledger_,
                 ledger::Ledger::open(
                     {.folder = folder_.rope(rope_), .genesis = header_.genesis, .signed_size = 0},
                     parts_.files, kv_, parts_.log));
        while (expected_.size() + done_ < header_.size) {
            ROPE_TRY(const auto item, next_());
            const auto* leaf = item ? std::get_if<ExportLeaf>(&*item) : nullptr;
            if (leaf == nullptr) return unfit("it ends too early");
            ROPE_DO(take(*leaf));
        }
        if (!expected_.empty()) return unfit("it ends inside a block");
        return finish();
    }

  private:
    Result<void> read_header() {
        ROPE_TRY(const auto item, next_());
        const auto* header = item ? std::get_if<ExportHeader>(&*item) : nullptr;
        if (header == nullptr) return unfit("it has no header");
        header_ = *header;
        const auto note = note_from_text(header_.note);
        const auto checkpoint = checkpoint_from_text(note ? std::string_view{note->text} : "");
        if (!checkpoint) return unfit("its checkpoint cannot be read");
        if (header_.from != 0 || header_.size != checkpoint->size) {
            return unfit("it is a part of a rope, not the whole up to its checkpoint");
        }
        if (!is_origin(header_.origin)) return unfit("its origin is not well-formed");
        rope_ = rope_of(header_.origin);
        return {};
    }

    Result<void> make_folder() {
        Config config;
        config.network = header_.origin.substr(0, header_.origin.size() - rope_.size() - 1);
        config.ropes = {rope_};
        const std::string dir = folder_.rope(rope_);
        for (const std::string& path : {dir, folder_.path + "/signed"}) {
            ROPE_DO(parts_.files.create_dirs(path));
        }
        ROPE_DO(write(folder_.config(), view_of(toml_from_config(config))));
        ROPE_DO(write(dir + "/policy.txt", view_of(header_.policy)));
        ROPE_DO(write(dir + "/keys.txt", view_of(header_.keys)));
        ROPE_DO(write(folder_.read_only_marker(rope_), view_of(kReadOnlyText)));
        return write(dir + "/genesis.cbor", header_.genesis);
    }

    Result<void> write(const std::string& path, BytesView bytes) {
        return storage::write_file_atomically(parts_.files, path, bytes);
    }

    Result<void> take(const ExportLeaf& leaf) {
        const auto record = decode_record(leaf.record);
        if (!record) return unfit("a leaf is not a record");
        expected_.push_back(leaf.record);
        if (std::holds_alternative<TxRecord>(record->body)) {
            txs_.push_back(decode_transaction(leaf.tx));
            ++loaded_.tx_count;
        }
        if (!std::holds_alternative<BlockRecord>(record->body)) return {};
        if (record->index > 0) {
            ROPE_DO(execute(*record));
        }
        ROPE_DO(compare());
        parts_.progress(done_, header_.size);
        return {};
    }

    /// Heights without a record were empty blocks; any time between their neighbours' will do.
    Result<void> execute(const Record& record) {
        auto at = ledger_->reader().latest()->at();
        while (at.height + 1 < record.height) {
            ROPE_DO(run_block(at.height + 1, at.time_ms + 1, {}));
            at = ledger_->reader().latest()->at();
        }
        if (at.height + 1 != record.height || record.time_ms <= at.time_ms) {
            return unfit("block " + std::to_string(record.height) + " is out of its place");
        }
        return run_block(record.height, record.time_ms, std::exchange(txs_, {}));
    }

    Result<void> run_block(std::uint64_t height, std::int64_t time_ms,
                           const std::vector<execution::CheckedTx>& txs) {
        ROPE_TRY([[maybe_unused]] const auto results, ledger_->finalize(height, time_ms, txs));
        return ledger_->commit();
    }

    /// The block record holds the state root and each tx record its outcome's digest, so the same
    /// records mean the same state and the same outcomes.
    Result<void> compare() {
        const ledger::Reader& reader = ledger_->reader();
        if (reader.latest()->log_size() != done_ + expected_.size()) {
            return unfit("executing it leads to another number of records after " +
                         std::to_string(done_));
        }
        for (const Bytes& expected : expected_) {
            ROPE_TRY(const auto found, reader.record_at(done_));
            if (found != expected) {
                return unfit("executing it leads to another record " + std::to_string(done_));
            }
            ++done_;
        }
        expected_.clear();
        return {};
    }

    Result<LoadedRope> finish() {
        const auto at = ledger_->reader().latest()->at();
        ROPE_TRY(const auto item, next_());
        const auto* end = item ? std::get_if<ExportEnd>(&*item) : nullptr;
        if (end == nullptr || end->size != header_.size) return unfit("it has no end");
        // Whoever puts the keys back may never sign less than this.
        ROPE_TRY(const auto signed_state,
                 storage::SignedState::open(parts_.files, folder_.signed_state(rope_)));
        ROPE_DO(
            signed_state->record({.size = at.log_size, .height = at.height, .root = at.log_root}));
        ROPE_DO(ledger_->install_checkpoint(header_.size, header_.note));
        ROPE_DO(ledger_->flush());
        loaded_.origin = header_.origin;
        loaded_.height = at.height;
        loaded_.log_size = at.log_size;
        loaded_.state_root = at.state_root;
        loaded_.log_root = at.log_root;
        return loaded_;
    }

    const DataFolder folder_;
    const NextExportItem& next_;
    const LoadParts& parts_;
    ExportHeader header_;
    std::string rope_;
    storage::KvEnvironment kv_;
    std::unique_ptr<ledger::Ledger> ledger_;
    std::vector<execution::CheckedTx> txs_;  // of the block that is being read
    std::vector<Bytes> expected_;            // its records
    std::uint64_t done_ = 0;                 // records executed and compared
    LoadedRope loaded_;
};

}  // namespace

Result<LoadedRope> load_rope(const DataFolder& folder, const NextExportItem& next,
                             const LoadParts& parts) {
    ROPE_TRY(const bool there, is_initialised(parts.files, folder));
    if (there) return fail(ErrorCode::exists, folder.path + " holds a node already");
    return Loader{folder, next, parts}.run();
}

}  // namespace ropenet::node
