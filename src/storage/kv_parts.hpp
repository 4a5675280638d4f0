// What kv.cpp and kv_open.cpp share of RocksDB; nobody else includes it.
#pragma once

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/iterator.h>
#include <rocksdb/slice.h>
#include <rocksdb/status.h>
#include <rocksdb/write_buffer_manager.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "storage/kv.hpp"

namespace ropenet::storage {

struct KvEnvironment::Shared {
    std::shared_ptr<rocksdb::Cache> cache;
    std::shared_ptr<rocksdb::WriteBufferManager> write_buffers;
    std::size_t write_buffer_bytes = 0;
    rocksdb::Env* files = nullptr;  // never null in a made environment
};

struct Kv::Open {
    ~Open();
    Result<void> die(std::string_view operation, const rocksdb::Status& status);
    static rocksdb::ReadOptions options_at(const KvSnapshot* at);

    std::string dir;
    std::unique_ptr<rocksdb::DB> db;
    /// The caller's columns, then RocksDB's own `default`, which stays empty.
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    std::size_t columns = 0;
    std::atomic<bool> dead{false};
};

struct KvSnapshot::Held {
    ~Held();

    rocksdb::DB* db = nullptr;
    const rocksdb::Snapshot* snapshot = nullptr;
};

struct KvCursor::Walk {
    std::unique_ptr<rocksdb::Iterator> iterator;
    std::string dir;
};

Error kv_error(std::string_view operation, const std::string& dir, const rocksdb::Status& status);

inline rocksdb::Slice slice_of(BytesView bytes) {
    if (bytes.empty()) return {};  // never a null pointer: RocksDB hands it to memcmp
    return {text_of(bytes).data(), bytes.size()};
}

inline BytesView view_of(const rocksdb::Slice& slice) {
    return ropenet::view_of(std::string_view{slice.data(), slice.size()});
}

}  // namespace ropenet::storage
