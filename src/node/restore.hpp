// Makes a data folder out of a backup (backup.hpp), as the rope was at a height: the blocks are
// copied and executed again, and every root must be the one that the block names.
//
// The restored rope goes on only if a checkpoint from a peer or witness, signed as the backup's
// policy asks, shows that nothing newer was signed than the backup holds. Otherwise it is kept to
// be read, and a new rope takes its place, with new keys, whose genesis names the gap.
// Threads: one. Errors: invalid for a checkpoint that forbids to go on; exists; those of backups.
#pragma once

#include <optional>
#include <string>

#include "node/backup.hpp"

namespace ropenet::node {

struct RestoreRequest {
    BackupPlace place;
    std::uint64_t backup = 0;               // its height
    std::uint64_t height = 0;               // up to here; not above the backup's
    std::optional<std::string> checkpoint;  // a note of a peer or witness
    std::string keys;                       // with it: the folder of the rope's private keys
    std::int64_t now_ms = 0;
};

struct Restored {
    std::string origin;      // that was restored
    std::string goes_on_as;  // the same, or the new one
    bool readable = false;   // the node serves the restored rope
    std::uint64_t height = 0;
    std::uint64_t log_size = 0;
    std::uint64_t tx_count = 0;
    Hash32 state_root{};
    Hash32 log_root{};
};

/// The new rope's name: what it follows, up to which height.
std::string following_rope(std::string_view rope, std::uint64_t height);

/// `folder` must hold no node; a folder left behind by a failure is to be removed.
Result<Restored> restore_backup(const DataFolder& folder, const RestoreRequest& request,
                                const BackupParts& parts, Log& log);

}  // namespace ropenet::node
