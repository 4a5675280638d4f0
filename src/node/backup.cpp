#include "node/backup.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "crypto/hash.hpp"
#include "keys/key_file.hpp"
#include "storage/segment_scan.hpp"
#include "types/block.hpp"
#include "types/checkpoint.hpp"
#include "types/limits.hpp"
#include "types/note.hpp"

namespace ropenet::node {
namespace {

using storage::FileSystem;

constexpr std::size_t kHeightDigits = 12;
constexpr std::uint64_t kFileBytesMax = 128ULL << 20;
constexpr std::string_view kNoteSuffix = ".note";
constexpr std::string_view kBlocks = "blocks/";

std::string name_of_height(std::uint64_t height) {
    std::string digits = std::to_string(height);
    digits.insert(0, kHeightDigits - std::min(kHeightDigits, digits.size()), '0');
    return digits;
}

Unexpected<Error> unsound(const std::string& what) {
    return fail(ErrorCode::corrupt, "the backup does not hold: " + what);
}

std::string text_in(const Bytes& bytes) {
    return std::string{text_of(bytes)};
}

Result<Checkpoint> checkpoint_in(std::string_view note_text) {
    const auto note = note_from_text(note_text);
    const auto checkpoint = checkpoint_from_text(note ? std::string_view{note->text} : "");
    if (!checkpoint) return fail(ErrorCode::corrupt, "a checkpoint cannot be read");
    return *checkpoint;
}

/// Takes the files of one rope into the store.
class Maker {
  public:
    Maker(const DataFolder& folder, const BackupPlace& place, const BackupParts& parts)
        : rope_{folder.rope(place.rope)}, place_{place}, parts_{parts} {}

    Result<MadeBackup> take() {
        ROPE_DO(parts_.files.create_dirs(place_.folder() + "/objects"));
        // First, so that the blocks below it are all there.
        ROPE_TRY(const Bytes note, read("log/checkpoint"));
        ROPE_TRY(const Checkpoint checkpoint, checkpoint_in(text_of(note)));
        made_.manifest.origin = checkpoint.origin;
        made_.manifest.size = checkpoint.size;
        made_.manifest.root = checkpoint.root;
        ROPE_DO(take_blocks(checkpoint));
        for (const char* name : {"genesis.cbor", "keys.txt", "policy.txt"}) {
            ROPE_TRY(const Bytes bytes, read(name));
            ROPE_DO(store(name, bytes));
        }
        ROPE_DO(store("log/checkpoint", note));
        std::ranges::sort(files_, {}, &BackupFile::path);
        return made_;
    }

    const std::vector<BackupFile>& files() const { return files_; }

  private:
    Result<Bytes> read(const std::string& path) {
        return storage::read_file(parts_.files, rope_ + "/" + path, kFileBytesMax);
    }

    Result<void> take_blocks(const Checkpoint& checkpoint) {
        const std::string dir = rope_ + "/blocks";
        ROPE_TRY(const auto names, parts_.files.list(dir));
        std::uint64_t size = 1;  // genesis alone
        Hash32 root = checkpoint.root;
        for (const std::string& name : names) {
            if (!name.ends_with(".seg")) continue;
            if (size >= checkpoint.size) break;
            ROPE_TRY(const Bytes bytes, read(std::string{kBlocks} + name));
            ROPE_TRY(const std::uint64_t end, end_in(bytes, checkpoint.size, size, root));
            ROPE_DO(store(std::string{kBlocks} + name, BytesView{bytes}.first(end)));
        }
        if (size == checkpoint.size && root == checkpoint.root) return {};
        return fail(ErrorCode::corrupt, dir +
                                            " does not lead to the checkpoint of the log; stop "
                                            "the node and run `ropenet node repair`");
    }

    /// Bytes of the segment's entries up to the block that `wanted` leaves end with.
    Result<std::uint64_t> end_in(BytesView segment, std::uint64_t wanted, std::uint64_t& size,
                                 Hash32& root) {
        std::uint64_t end = 0;
        constexpr std::uint64_t kAll = std::numeric_limits<std::uint64_t>::max() - 1;
        const std::uint64_t from = made_.manifest.height + 1;
        ROPE_TRY([[maybe_unused]] const auto scan,
                 storage::scan_segment(segment, from, kAll,
                                       [&](std::uint64_t height, BytesView bytes) -> Result<void> {
                                           if (size >= wanted) return {};
                                           const auto block = decode_block(bytes);
                                           if (!block)
                                               return fail(ErrorCode::corrupt,
                                                           "a block cannot be read");
                                           size = block->log_size;
                                           root = block->log_root;
                                           made_.manifest.height = height;
                                           end += storage::bytes_of_entry(bytes);
                                           return {};
                                       }));
        return end;
    }

    Result<void> store(const std::string& path, BytesView bytes) {
        const Hash32 digest = crypto::sha256(bytes);
        files_.push_back({.path = path, .digest = digest});
        ++made_.files;
        made_.bytes += bytes.size();
        ROPE_TRY(const bool there, parts_.files.exists(place_.object(digest)));
        if (!there) {
            ROPE_DO(storage::write_file_atomically(parts_.files, place_.object(digest), bytes));
            ++made_.copied_files;
            made_.copied_bytes += bytes.size();
        }
        parts_.progress(made_.bytes, 0);
        return {};
    }

    const std::string rope_;
    const BackupPlace& place_;
    const BackupParts& parts_;
    MadeBackup made_;
    std::vector<BackupFile> files_;
};

const BackupFile* find_file(const std::vector<BackupFile>& files, std::string_view path) {
    const auto it = std::ranges::lower_bound(files, path, {}, &BackupFile::path);
    return it == files.end() || it->path != path ? nullptr : &*it;
}

Result<Bytes> read_object(FileSystem& files, const BackupPlace& place, const BackupFile& file) {
    auto bytes = storage::read_file(files, place.object(file.digest), kFileBytesMax);
    if (!bytes && bytes.error().code == ErrorCode::not_found) {
        return unsound("the object of " + file.path + " is missing");
    }
    if (!bytes) return bytes;
    if (crypto::sha256(*bytes) != file.digest) {
        return unsound("the object of " + file.path +
                       " has another digest: " + place.object(file.digest));
    }
    return bytes;
}

Result<Bytes> read_named(FileSystem& files, const BackupPlace& place, const OpenBackup& backup,
                         std::string_view path) {
    const BackupFile* file = find_file(backup.files, path);
    if (file == nullptr) return unsound(std::string{path} + " is not in its list");
    return read_object(files, place, *file);
}

/// Signed by the log key that genesis names, and every part says the same.
Result<void> check_parts(const OpenBackup& backup, const Note& note) {
    const BackupManifest& manifest = backup.manifest;
    const auto key = key_from_vkey(backup.log_vkey);
    if (!key) return unsound("genesis names no log key");
    if (note.signatures.size() != 1 ||
        !verify_note_signature(*key, note.signatures.front(), note.text)) {
        return unsound("the note is not signed by the rope's log key");
    }
    if (manifest.origin != backup.genesis.origin) return unsound("genesis is of another origin");
    const auto trust = cosign::check_trust(backup.trust, backup.genesis);
    if (!trust) return unsound(trust.error().what);
    const auto checkpoint_note = note_from_text(backup.checkpoint);
    if (!checkpoint_note || !check_quorum(trust->policy, *checkpoint_note)) {
        return unsound("its checkpoint is not signed as its policy asks");
    }
    ROPE_TRY(const Checkpoint checkpoint, checkpoint_in(backup.checkpoint));
    if (checkpoint.size != manifest.size || checkpoint.root != manifest.root) {
        return unsound("its checkpoint is not the one that its note names");
    }
    return {};
}

}  // namespace

std::string BackupPlace::note(std::uint64_t height) const {
    return folder() + "/" + name_of_height(height) + std::string{kNoteSuffix};
}

std::string BackupPlace::list(std::uint64_t height) const {
    return folder() + "/" + name_of_height(height) + ".files";
}

Result<MadeBackup> create_backup(const DataFolder& folder, const BackupPlace& place,
                                 std::uint64_t time_ms, const BackupParts& parts) {
    ROPE_TRY(const auto signer, keys::load_signer(folder.key(place.rope, "log")));
    Maker maker{folder, place, parts};
    ROPE_TRY(MadeBackup made, maker.take());
    const std::string list = text_from_backup_files(maker.files());
    made.manifest.time_ms = time_ms;
    made.manifest.files_digest = crypto::sha256(view_of(list));
    Note note{.text = text_from_backup_manifest(made.manifest), .signatures = {}};
    ROPE_TRY(const Bytes signature, signer->sign(log_signed_message(note.text)));
    note.signatures.push_back(make_note_signature(
        cosign::log_key_of(made.manifest.origin, signer->public_key()), signature));
    const std::uint64_t height = made.manifest.height;
    // The note last: without it there is no backup.
    ROPE_DO(storage::write_file_atomically(parts.files, place.list(height), view_of(list)));
    ROPE_DO(storage::write_file_atomically(parts.files, place.note(height),
                                           view_of(text_from_note(note))));
    return made;
}

Result<std::vector<std::uint64_t>> list_backups(FileSystem& files, const BackupPlace& place) {
    ROPE_TRY(const auto names, files.list(place.folder()));
    std::vector<std::uint64_t> heights;
    for (const std::string& name : names) {
        if (name.size() != kHeightDigits + kNoteSuffix.size() || !name.ends_with(kNoteSuffix)) {
            continue;
        }
        std::string_view digits{name.data(), kHeightDigits};
        while (digits.size() > 1 && digits.front() == '0')
            digits.remove_prefix(1);
        if (const auto height = decimal_from_text(digits)) heights.push_back(*height);
    }
    std::ranges::sort(heights);
    return heights;
}

Result<std::vector<std::string>> list_backup_ropes(FileSystem& files, const std::string& store) {
    ROPE_TRY(const auto names, files.list(store));
    std::vector<std::string> ropes;
    for (const std::string& name : names) {
        ROPE_TRY(const bool there, files.exists(store + "/" + name + "/objects"));
        if (there) ropes.push_back(name);
    }
    return ropes;
}

Result<OpenBackup> open_backup(FileSystem& files, const BackupPlace& place, std::uint64_t height) {
    ROPE_TRY(const Bytes note_bytes, storage::read_file(files, place.note(height), kNoteBytesMax));
    const auto note = note_from_text(text_of(note_bytes));
    const auto manifest =
        backup_manifest_from_text(note ? std::string_view{note->text} : std::string_view{});
    if (!manifest) return unsound(place.note(height) + " cannot be read");
    if (manifest->height != height) return unsound("its note has the name of another height");
    ROPE_TRY(const Bytes list, storage::read_file(files, place.list(height), kFileBytesMax));
    if (crypto::sha256(list) != manifest->files_digest) {
        return unsound(place.list(height) + " is not the list that its note names");
    }
    auto listed = backup_files_from_text(text_of(list));
    if (!listed) return unsound(place.list(height) + " cannot be read");
    OpenBackup backup{.manifest = *manifest, .files = *std::move(listed)};
    ROPE_TRY(backup.genesis_bytes, read_named(files, place, backup, "genesis.cbor"));
    auto genesis = decode_genesis(backup.genesis_bytes);
    if (!genesis) return unsound("its genesis cannot be read");
    backup.genesis = *std::move(genesis);
    backup.log_vkey = backup.genesis.validators.front().log_vkey;
    ROPE_TRY(const Bytes policy, read_named(files, place, backup, "policy.txt"));
    ROPE_TRY(const Bytes keys, read_named(files, place, backup, "keys.txt"));
    ROPE_TRY(const Bytes checkpoint, read_named(files, place, backup, "log/checkpoint"));
    backup.trust = {.policy = text_in(policy), .keys = text_in(keys)};
    backup.checkpoint = text_in(checkpoint);
    ROPE_DO(check_parts(backup, *note));
    return backup;
}

Result<void> for_each_block(const BackupPlace& place, const OpenBackup& backup,
                            const VisitBlock& visit, const BackupParts& parts) {
    std::uint64_t next = 1;
    std::uint64_t done = 0;
    BytesView last;
    Bytes bytes;
    for (const BackupFile& file : backup.files) {
        if (!file.path.starts_with(kBlocks)) continue;
        ROPE_TRY(bytes, read_object(parts.files, place, file));
        ROPE_TRY(const auto scan,
                 storage::scan_segment(bytes, next, backup.manifest.height,
                                       [&](std::uint64_t height, BytesView block) -> Result<void> {
                                           last = block;
                                           return visit(height, block);
                                       }));
        if (!scan.whole || scan.bytes != bytes.size()) {
            return unsound(file.path + " is damaged at byte " + std::to_string(scan.bytes));
        }
        next = scan.next_height;
        done += bytes.size();
        parts.progress(done, 0);
    }
    if (next != backup.manifest.height + 1) return unsound("its blocks end too early");
    if (next == 1) return {};
    const auto block = decode_block(last);
    if (!block || block->log_size != backup.manifest.size ||
        block->log_root != backup.manifest.root) {
        return unsound("its blocks do not lead to its checkpoint");
    }
    return {};
}

}  // namespace ropenet::node
