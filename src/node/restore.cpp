#include "node/restore.hpp"

#include <memory>

#include "crypto/hash.hpp"
#include "keys/key_file.hpp"
#include "ledger/ledger.hpp"
#include "storage/block_log.hpp"
#include "storage/kv.hpp"
#include "storage/signed_state.hpp"
#include "types/block.hpp"
#include "types/checkpoint.hpp"
#include "types/limits.hpp"
#include "types/names.hpp"
#include "types/note.hpp"

namespace ropenet::node {
namespace {

constexpr std::string_view kAfter = "-after-";
/// Blocks that are made durable together.
constexpr std::uint64_t kBlocksAtOnce = 1'000;

constexpr std::string_view kReadOnlyText =
    "This rope was restored from a backup without a checkpoint that shows it to be the newest. "
    "Its\n"
    "node answers reads; another rope takes its place, whose genesis names it.\n"
    "该账绳由备份恢复，未获证明其为最新的签名树头。其节点仅供读取；接续的账绳在其创世中载明此绳。"
    "\n";

Unexpected<Error> refused(std::string what) {
    return fail(ErrorCode::invalid, "the rope cannot go on: " + std::move(what));
}

/// The rule of going on: nothing was ever signed that the restored log does not hold.
Result<void> check_newest(const RestoreRequest& request, const OpenBackup& backup) {
    ROPE_TRY(const auto trust, cosign::check_trust(backup.trust, backup.genesis));
    const auto note = note_from_text(*request.checkpoint);
    if (!note) return refused("the checkpoint is not a signed note");
    if (!check_quorum(trust.policy, *note)) {
        return refused("the checkpoint is not signed as the policy of " + backup.genesis.origin +
                       " asks");
    }
    const auto checkpoint = checkpoint_from_text(note->text);
    if (!checkpoint) return refused("the note is not a checkpoint");
    const std::string theirs = std::to_string(checkpoint->size);
    const std::string ours = std::to_string(backup.manifest.size);
    if (checkpoint->size < backup.manifest.size) {
        return refused("the checkpoint (size " + theirs + ") is older than the backup (size " +
                       ours + "); ask a peer or witness for its newest");
    }
    if (checkpoint->size > backup.manifest.size) {
        return refused("the origin went on to size " + theirs + ", the backup ends at size " +
                       ours + "; take a newer backup, or restore without --checkpoint");
    }
    if (checkpoint->root != backup.manifest.root) {
        return refused("the checkpoint has another root at size " + ours +
                       "; keep both, they prove that the origin was forked");
    }
    if (request.height < backup.manifest.height) {
        return refused("height " + std::to_string(request.height) +
                       " is below what was signed; restore the whole backup");
    }
    return {};
}

class Restorer {
  public:
    Restorer(const DataFolder& folder, const RestoreRequest& request, const BackupParts& parts,
             Log& log)
        : folder_{folder}, request_{request}, parts_{parts}, log_{log} {}

    Result<Restored> run() {
        ROPE_TRY(backup_, open_backup(parts_.files, request_.place, request_.backup));
        if (request_.height > backup_.manifest.height) {
            return fail(ErrorCode::invalid,
                        "the backup ends at height " + std::to_string(backup_.manifest.height));
        }
        ROPE_TRY(cosign::CosignKeys keys, keys_to_go_on());
        ROPE_DO(make_rope());
        ROPE_DO(copy_blocks());
        ROPE_DO(execute());
        ROPE_DO(request_.checkpoint ? take_keys(keys) : begin_another());
        // Last: until it is there, this is no node's folder.
        ROPE_DO(write(folder_.config(), view_of(toml_from_config(config_))));
        return out_;
    }

  private:
    bool whole() const { return request_.height == backup_.manifest.height; }
    std::string rope() const { return std::string{rope_of(backup_.genesis.origin)}; }
    Result<void> write(const std::string& path, BytesView bytes) {
        return storage::write_file_atomically(parts_.files, path, bytes);
    }

    /// Empty without a checkpoint.
    Result<cosign::CosignKeys> keys_to_go_on() {
        cosign::CosignKeys keys;
        if (!request_.checkpoint) return keys;
        ROPE_DO(check_newest(request_, backup_));
        const std::string stem = request_.keys + "/" + rope();
        ROPE_TRY(keys.log, keys::load_signer(stem + "-log.pem"));
        ROPE_TRY(keys.witness, keys::load_signer(stem + "-cosign.pem"));
        ROPE_TRY(keys.receipt, keys::load_signer(stem + "-receipt.pem"));
        ROPE_TRY([[maybe_unused]] const auto fits,
                 cosign::check_trust(backup_.trust, keys, backup_.genesis));
        return keys;
    }

    Result<void> make_rope() {
        const std::string dir = folder_.rope(rope());
        ROPE_TRY(const bool there, parts_.files.exists(dir));
        if (there) return fail(ErrorCode::exists, dir + " is there already; remove it first");
        ROPE_DO(parts_.files.create_dirs(dir));
        ROPE_DO(make_private_folder(parts_.files, folder_.keys()));
        ROPE_DO(make_private_folder(parts_.files, folder_.path + "/signed"));
        ROPE_DO(write(dir + "/policy.txt", view_of(backup_.trust.policy)));
        ROPE_DO(write(dir + "/keys.txt", view_of(backup_.trust.keys)));
        return write(dir + "/genesis.cbor", backup_.genesis_bytes);
    }

    Result<void> copy_blocks() {
        ROPE_TRY(const auto blocks,
                 storage::BlockLog::open(parts_.files, folder_.rope(rope()) + "/blocks", 0));
        const auto copy = [&](std::uint64_t height, BytesView bytes) -> Result<void> {
            if (height > request_.height) return {};
            const auto block = decode_block(bytes);
            if (!block) return fail(ErrorCode::corrupt, "a block of the backup cannot be read");
            out_.tx_count += block->txs.size();
            ROPE_DO(blocks->append(height, bytes));
            return height % kBlocksAtOnce == 0 ? blocks->sync() : Result<void>{};
        };
        ROPE_DO(for_each_block(request_.place, backup_, copy, parts_));
        return blocks->sync();
    }

    /// Opening the ledger executes what its empty store lacks, and compares every root.
    Result<void> execute() {
        storage::KvEnvironment kv;
        ROPE_TRY(const auto ledger,
                 ledger::Ledger::open({.folder = folder_.rope(rope()),
                                       .genesis = backup_.genesis_bytes,
                                       .signed_size = whole() ? backup_.manifest.size : 0},
                                      parts_.files, kv, log_));
        const auto at = ledger->reader().latest()->at();
        if (at.height != request_.height || (whole() && (at.log_size != backup_.manifest.size ||
                                                         at.log_root != backup_.manifest.root))) {
            return fail(ErrorCode::corrupt, "executing the backup leads to another log");
        }
        out_.height = at.height;
        out_.log_size = at.log_size;
        out_.state_root = at.state_root;
        out_.log_root = at.log_root;
        if (whole()) {
            ROPE_TRY(const auto signed_state,
                     storage::SignedState::open(parts_.files, folder_.signed_state(rope())));
            ROPE_DO(signed_state->record(
                {.size = at.log_size, .height = at.height, .root = at.log_root}));
            ROPE_DO(ledger->install_checkpoint(backup_.manifest.size, backup_.checkpoint));
        }
        return ledger->flush();
    }

    Result<void> take_keys(const cosign::CosignKeys& keys) {
        ROPE_DO(keys::save_signer(*keys.log, folder_.key(rope(), "log")));
        ROPE_DO(keys::save_signer(*keys.witness, folder_.key(rope(), "cosign")));
        ROPE_DO(keys::save_signer(*keys.receipt, folder_.key(rope(), "receipt")));
        name_ropes({rope()});
        out_.readable = true;
        out_.goes_on_as = out_.origin;
        return {};
    }

    Result<void> begin_another() {
        Genesis next = backup_.genesis;
        next.follows = GenesisFollows{.origin = backup_.genesis.origin,
                                      .genesis_digest = crypto::sha256(backup_.genesis_bytes),
                                      .height = out_.height,
                                      .log_size = out_.log_size,
                                      .log_root = out_.log_root,
                                      .known_size = backup_.manifest.size};
        const std::string name = following_rope(rope(), out_.height);
        next.origin = std::string{network_of(backup_.genesis.origin)} + "/" + name;
        if (!is_origin(next.origin)) return refused(next.origin + " is too long for an origin");
        ROPE_DO(init_following_rope(parts_.files, folder_, next, request_.now_ms));
        ROPE_DO(write(folder_.read_only_marker(rope()), view_of(kReadOnlyText)));
        // Without a checkpoint at its head nobody could be shown a proof.
        out_.readable = whole();
        name_ropes(whole() ? std::vector{name, rope()} : std::vector{name});
        out_.goes_on_as = next.origin;
        return {};
    }

    void name_ropes(std::vector<std::string> ropes) {
        config_.network = network_of(backup_.genesis.origin);
        config_.ropes = std::move(ropes);
        out_.origin = backup_.genesis.origin;
        if (out_.goes_on_as.empty()) out_.goes_on_as = out_.origin;
    }

    static std::string_view network_of(std::string_view origin) {
        return origin.substr(0, origin.find('/'));
    }

    const DataFolder& folder_;
    const RestoreRequest& request_;
    const BackupParts& parts_;
    Log& log_;
    OpenBackup backup_;
    Config config_;
    Restored out_;
};

}  // namespace

std::string following_rope(std::string_view rope, std::uint64_t height) {
    return std::string{rope.substr(0, rope.find(kAfter))} + std::string{kAfter} +
           std::to_string(height);
}

Result<Restored> restore_backup(const DataFolder& folder, const RestoreRequest& request,
                                const BackupParts& parts, Log& log) {
    ROPE_TRY(const bool there, is_initialised(parts.files, folder));
    if (there) return fail(ErrorCode::exists, folder.path + " holds a node already");
    return Restorer{folder, request, parts, log}.run();
}

}  // namespace ropenet::node
