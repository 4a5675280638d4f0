// Backups of one rope: the block log up to a signed checkpoint, with what is needed to judge it.
//
//   <store>/<rope>/objects/<sha256>       file contents, each once, whatever backups name it
//   <store>/<rope>/<height>.note, .files  one backup (types/backup_manifest.hpp); height in 12
//   digits
//
// A backup is made beside a running node: it ends at the checkpoint that lies in the log folder,
// whose blocks are durable and no longer change. State and tiles are derived and left away; private
// keys never leave. Knows no command line. Threads: one; one writer of a store at a time.
// Errors: not_found, io; corrupt when a stored byte is not what the note names; invalid for a
// backup or a request out of form.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "node/data_folder.hpp"
#include "storage/file.hpp"
#include "types/backup_manifest.hpp"

namespace ropenet::node {

/// Bytes done, of how many (0 when that is not known).
using BackupProgress = std::function<void(std::uint64_t done, std::uint64_t of)>;

struct BackupParts {
    storage::FileSystem& files;
    BackupProgress progress;
};

struct BackupPlace {
    std::string store;
    std::string rope;

    std::string folder() const { return store + "/" + rope; }
    std::string object(const Hash32& digest) const { return folder() + "/objects/" + hex(digest); }
    std::string note(std::uint64_t height) const;
    std::string list(std::uint64_t height) const;
};

struct MadeBackup {
    BackupManifest manifest;
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
    std::uint64_t copied_files = 0;  // the others were in the store already
    std::uint64_t copied_bytes = 0;
};

Result<MadeBackup> create_backup(const DataFolder& folder, const BackupPlace& place,
                                 std::uint64_t time_ms, const BackupParts& parts);

/// Heights of the rope's backups, rising.
Result<std::vector<std::uint64_t>> list_backups(storage::FileSystem& files,
                                                const BackupPlace& place);
/// Ropes that have one, sorted.
Result<std::vector<std::string>> list_backup_ropes(storage::FileSystem& files,
                                                   const std::string& store);

/// A backup whose note, list and small files have been held against each other.
struct OpenBackup {
    BackupManifest manifest;
    std::vector<BackupFile> files;
    Genesis genesis;
    Bytes genesis_bytes;
    cosign::TrustTexts trust;
    std::string checkpoint;  // the note that the backup ends at
    std::string log_vkey;    // whose signature the manifest carries
};

Result<OpenBackup> open_backup(storage::FileSystem& files, const BackupPlace& place,
                               std::uint64_t height);

/// Visits every block in height order up to `height`, after its file's digest and its checksum are
/// found right. invalid unless the blocks lead to the manifest's size and root.
using VisitBlock = std::function<Result<void>(std::uint64_t height, BytesView block)>;
Result<void> for_each_block(const BackupPlace& place, const OpenBackup& backup,
                            const VisitBlock& visit, const BackupParts& parts);

}  // namespace ropenet::node
