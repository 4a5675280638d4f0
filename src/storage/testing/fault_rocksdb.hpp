// RocksDB on a FaultFs, so that a store and all else of a ledger stand on one disk that fails.
//
// Files, folders and locks go to the FaultFs; clock and background threads stay the process's own.
// Threads: any. Errors: what FaultFs reports becomes an IOStatus of the same meaning.
#pragma once

#include <memory>

#include "storage/testing/fault_fs.hpp"

namespace rocksdb {
class Env;
}

namespace ropenet::storage::testing {

/// For KvEnvironment. `disk` must outlive it; it must outlive the stores that are opened on it.
std::shared_ptr<rocksdb::Env> rocksdb_env_on(FaultFs& disk);

}  // namespace ropenet::storage::testing
