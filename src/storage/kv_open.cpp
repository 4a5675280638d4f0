// Opening a store: every option that differs from RocksDB's defaults, and why.
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <utility>

#include "storage/kv_parts.hpp"

namespace ropenet::storage {
namespace {

constexpr std::size_t kMemtablesPerBudget = 4;
constexpr std::size_t kArenaBlockBytes = 64ULL << 10;
constexpr std::uint64_t kTableFileBytes = 16ULL << 20;
constexpr double kFilterBitsPerKey = 10;
constexpr double kMemtableFilterRatio = 0.02;
constexpr int kOpenFilesMax = 256;

/// RocksDB's own log would be a second log of the node, with no limit on its size.
class SilentLogger final : public rocksdb::Logger {
  public:
    using rocksdb::Logger::Logv;
    void Logv(const char* /*format*/, va_list /*arguments*/) override {}
};

rocksdb::DBOptions db_options(const std::shared_ptr<rocksdb::WriteBufferManager>& write_buffers,
                              rocksdb::Env* files) {
    rocksdb::DBOptions options;
    options.env = files;
    options.create_if_missing = true;
    options.create_missing_column_families = true;
    options.paranoid_checks = true;
    // One flush takes all columns at one point between two batches: the promise of kv.hpp.
    options.atomic_flush = true;
    // Closing is a crash, so that the tested way to reopen is the only one.
    options.avoid_flush_during_shutdown = true;
    // After a failed background flush only a restart goes on.
    options.max_bgerror_resume_count = 0;
    options.write_buffer_manager = write_buffers;
    options.max_open_files = kOpenFilesMax;
    options.max_file_opening_threads = 1;
    options.max_background_jobs = 2;
    options.stats_dump_period_sec = 0;
    options.stats_persist_period_sec = 0;
    options.skip_stats_update_on_db_open = true;
    options.info_log = std::make_shared<SilentLogger>();
    return options;
}

rocksdb::ColumnFamilyOptions column_options(const std::shared_ptr<rocksdb::Cache>& cache,
                                            std::size_t write_buffer_bytes) {
    rocksdb::BlockBasedTableOptions table;
    table.block_cache = cache;
    // Indexes and filters count against the cache, or memory would grow with the data; in small
    // parts, or each miss would read those of a whole file.
    table.cache_index_and_filter_blocks = true;
    table.cache_index_and_filter_blocks_with_high_priority = true;
    table.pin_l0_filter_and_index_blocks_in_cache = true;
    table.pin_top_level_index_and_filter = true;
    table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
    table.partition_filters = true;
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kFilterBitsPerKey));
    table.format_version = 5;

    rocksdb::ColumnFamilyOptions options;
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    options.write_buffer_size = write_buffer_bytes / kMemtablesPerBudget;
    options.arena_block_size = kArenaBlockBytes;
    // Most reads of a block ask for keys that are not there yet.
    options.memtable_prefix_bloom_size_ratio = kMemtableFilterRatio;
    options.memtable_whole_key_filtering = true;
    options.target_file_size_base = kTableFileBytes;
    options.level_compaction_dynamic_level_bytes = true;
    options.compression = rocksdb::kLZ4Compression;
    return options;
}

/// Names of what is there already and not asked for, or RocksDB would say only "not opened".
Result<void> refuse_unknown_columns(const std::string& dir, const std::vector<std::string>& asked,
                                    rocksdb::Env* files) {
    std::vector<std::string> there;
    rocksdb::DBOptions options;
    options.env = files;
    const auto status = rocksdb::DB::ListColumnFamilies(options, dir, &there);
    if (!status.ok()) return {};  // a new store, or damage that opening will report
    for (const std::string& name : there) {
        if (name == rocksdb::kDefaultColumnFamilyName) continue;
        if (std::find(asked.begin(), asked.end(), name) != asked.end()) continue;
        return fail(ErrorCode::config,
                    "store " + dir + " has a column '" + name +
                        "' that this version does not know; it was written by another version");
    }
    return {};
}

}  // namespace

KvEnvironment::KvEnvironment(KvMemory memory, rocksdb::Env* files)
    : shared_{std::make_unique<Shared>()} {
    shared_->cache = rocksdb::NewLRUCache(memory.block_cache_bytes);
    shared_->write_buffers =
        std::make_shared<rocksdb::WriteBufferManager>(memory.write_buffer_bytes);
    shared_->write_buffer_bytes = memory.write_buffer_bytes;
    shared_->files = files != nullptr ? files : rocksdb::Env::Default();
    // The threads belong to the process: all stores flush and compact on these two.
    rocksdb::Env::Default()->SetBackgroundThreads(1, rocksdb::Env::Priority::HIGH);
    rocksdb::Env::Default()->SetBackgroundThreads(1, rocksdb::Env::Priority::LOW);
}

KvEnvironment::~KvEnvironment() = default;

Result<std::unique_ptr<Kv>> Kv::open(KvEnvironment& environment, const std::string& dir,
                                     const std::vector<std::string>& columns) {
    const auto& shared = *environment.shared_;
    if (auto known = refuse_unknown_columns(dir, columns, shared.files); !known) {
        return Unexpected{known.error()};
    }
    const auto options = column_options(shared.cache, shared.write_buffer_bytes);
    std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
    descriptors.reserve(columns.size() + 1);
    for (const std::string& name : columns)
        descriptors.emplace_back(name, options);
    descriptors.emplace_back(rocksdb::kDefaultColumnFamilyName, options);

    auto open = std::make_unique<Open>();
    open->dir = dir;
    open->columns = columns.size();
    rocksdb::DB* db = nullptr;
    const auto status = rocksdb::DB::Open(db_options(shared.write_buffers, shared.files), dir,
                                          descriptors, &open->handles, &db);
    if (!status.ok()) return Unexpected{kv_error("open", dir, status)};
    open->db.reset(db);
    return std::unique_ptr<Kv>{new Kv{std::move(open)}};
}

Result<void> Kv::destroy(const std::string& dir) {
    const auto status = rocksdb::DestroyDB(dir, rocksdb::Options{});
    if (!status.ok()) return Unexpected{kv_error("remove", dir, status)};
    return {};
}

}  // namespace ropenet::storage
