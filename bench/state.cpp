// Updates of the authenticated state: read the old value, write a new one, know the new root, have
// it on the disk. Against RocksDB alone, which does the same without a root.
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <unordered_set>

#include "base/testing/split_mix.hpp"
#include "bench/catalogue.hpp"
#include "bench/statistics.hpp"
#include "bench/stopwatch.hpp"
#include "ledger/head_state.hpp"
#include "storage/block_log.hpp"
#include "storage/posix_file_system.hpp"

namespace ropenet::bench {
namespace {

constexpr std::size_t kBatchKeys = 1'000;  // made durable together
constexpr std::size_t kValueBytes = 40;
constexpr std::size_t kLeavesInMemory = 2'000'000;

Bytes key_of(std::uint64_t number) {
    return state::full_key("bench", "key-" + std::to_string(number));
}

Bytes value_of(std::uint64_t number, std::uint64_t round) {
    Bytes value(kValueBytes);
    for (std::size_t i = 0; i < 8; ++i) {
        value[i] = static_cast<std::uint8_t>(number >> (8 * i));
        value[8 + i] = static_cast<std::uint8_t>(round >> (8 * i));
    }
    return value;
}

/// Different keys, drawn from all.
std::vector<std::uint64_t> draw_keys(vectors::SplitMix& random, std::size_t keys) {
    std::unordered_set<std::uint64_t> drawn;
    while (drawn.size() < std::min(kBatchKeys, keys))
        drawn.insert(random.below(keys));
    return {drawn.begin(), drawn.end()};
}

/// The ledger's state with its tree, its store and a block log, without transactions.
class Tree {
  public:
    static Result<std::unique_ptr<Tree>> open(const std::string& folder) {
        std::unique_ptr<Tree> tree{new Tree};
        ROPE_DO(tree->files_.create_dirs(folder));
        ROPE_TRY(tree->store_, ledger::Store::open(tree->kv_, folder + "/state"));
        ROPE_TRY(tree->log_, storage::BlockLog::open(tree->files_, folder + "/blocks", 0));
        tree->head_.emplace(*tree->store_, kLeavesInMemory);
        return tree;
    }

    /// Reads each value, writes another, and returns when that is durable.
    Result<void> update(const std::vector<std::uint64_t>& numbers) {
        state::StateDiff diff;
        Bytes block;
        ++at_.height;
        for (const std::uint64_t number : numbers) {
            Bytes key = key_of(number);
            ROPE_TRY([[maybe_unused]] const auto old, head_->find(key));
            Bytes value = value_of(number, at_.height);
            append(block, key);
            append(block, value);
            diff.emplace(std::move(key), std::move(value));
        }
        ROPE_TRY(const merkle::TreeUpdate tree, head_->root_after(diff, at_.height));
        ROPE_DO(log_->append_durably(at_.height, block));
        ROPE_DO(write(diff, tree));
        at_.state_root = tree.root();
        at_.state_version = at_.height;
        head_->advance(at_, diff, tree);
        return {};
    }

  private:
    Tree() = default;

    Result<void> write(const state::StateDiff& diff, const merkle::TreeUpdate& tree) {
        using ledger::Column;
        storage::KvBatch batch;
        for (const auto& [key, value] : diff) {
            Bytes row = ledger::be64_key(at_.height);
            append(row, ledger::versioned(value));
            batch.put(ledger::id_of(Column::values), key, row);
        }
        for (const merkle::PlacedChange& it : tree.changes) {
            batch.put(ledger::id_of(Column::leaves), it.position,
                      ledger::encode_leaf({.key = it.change.key, .value = *it.change.value}));
        }
        return store_->write(batch);
    }

    storage::PosixFileSystem files_;
    storage::KvEnvironment kv_;
    std::unique_ptr<ledger::Store> store_;
    std::unique_ptr<storage::BlockLog> log_;
    std::optional<ledger::HeadState> head_;
    ledger::HeightSummary at_;
};

/// RocksDB as it comes, with its write-ahead log synced for each batch.
class Plain {
  public:
    static Result<std::unique_ptr<Plain>> open(const std::string& folder) {
        std::unique_ptr<Plain> plain{new Plain};
        rocksdb::Options options;
        options.create_if_missing = true;
        rocksdb::DB* db = nullptr;
        const auto status = rocksdb::DB::Open(options, folder, &db);
        if (!status.ok()) return fail(ErrorCode::io, status.ToString());
        plain->db_.reset(db);
        return plain;
    }

    Result<void> update(const std::vector<std::uint64_t>& numbers) {
        rocksdb::WriteBatch batch;
        std::string old;
        ++round_;
        for (const std::uint64_t number : numbers) {
            const Bytes key = key_of(number);
            const auto found = db_->Get({}, slice_of(key), &old);
            if (!found.ok() && !found.IsNotFound()) return fail(ErrorCode::io, found.ToString());
            const Bytes value = value_of(number, round_);
            batch.Put(slice_of(key), slice_of(value));
        }
        rocksdb::WriteOptions options;
        options.sync = true;
        const auto status = db_->Write(options, &batch);
        if (!status.ok()) return fail(ErrorCode::io, status.ToString());
        return {};
    }

  private:
    Plain() = default;
    static rocksdb::Slice slice_of(const Bytes& bytes) {
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }

    std::unique_ptr<rocksdb::DB> db_;
    std::uint64_t round_ = 0;
};

template <typename Store>
Result<void> fill(Store& store, std::size_t keys) {
    std::vector<std::uint64_t> numbers;
    for (std::uint64_t number = 0; number < keys; ++number) {
        numbers.push_back(number);
        if (numbers.size() < kBatchKeys && number + 1 < keys) continue;
        ROPE_DO(store.update(numbers));
        numbers.clear();
    }
    return {};
}

struct Rate {
    double by_wall = 0;
    double by_cpu = 0;  // of the process, so background work counts
};

template <typename Store>
Result<Rate> rate_of(Store& store, std::span<const std::vector<std::uint64_t>> batches) {
    const Stopwatch wall{TimeOf::wall};
    const Stopwatch cpu{TimeOf::process};
    double updates = 0;
    for (const auto& numbers : batches) {
        ROPE_DO(store.update(numbers));
        updates += static_cast<double>(numbers.size());
    }
    return Rate{.by_wall = updates / wall.seconds(), .by_cpu = updates / cpu.seconds()};
}

}  // namespace

Result<void> measure_state(Bench& bench) {
    const std::size_t keys = bench.pick(5'000, 1'000'000, 1'000'000);
    const std::size_t batches = bench.pick(2, 40, 100);
    ROPE_TRY(const auto tree, Tree::open(bench.new_path("tree")));
    ROPE_TRY(const auto plain, Plain::open(bench.new_path("rocksdb")));
    bench.say("state: " + std::to_string(keys) + " keys");
    ROPE_DO(fill(*tree, keys));
    ROPE_DO(fill(*plain, keys));
    vectors::SplitMix random{1};
    std::vector<double> tree_wall, plain_wall, tree_cpu, plain_cpu;
    for (std::size_t i = 0; i < bench.pick(1, 10, 10); ++i) {
        std::vector<std::vector<std::uint64_t>> drawn;
        for (std::size_t batch = 0; batch < batches; ++batch)
            drawn.push_back(draw_keys(random, keys));
        ROPE_TRY(const Rate ours, rate_of(*tree, drawn));
        ROPE_TRY(const Rate theirs, rate_of(*plain, drawn));
        tree_wall.push_back(ours.by_wall);
        plain_wall.push_back(theirs.by_wall);
        tree_cpu.push_back(ours.by_cpu);
        plain_cpu.push_back(theirs.by_cpu);
    }
    const std::string what = std::to_string(keys) + " keys, 1,000 a batch, 40-byte values";
    bench.report(figure_of("state_updates_cpu", "1/s", paired_of(tree_cpu, plain_cpu),
                           "read, write, root, append, store, by a core's time; " + what +
                               "; baseline: RocksDB read-modify-write"));
    bench.report(figure_of("state_updates_durable", "1/s", paired_of(tree_wall, plain_wall),
                           "the same by the clock, fdatasync included; baseline: RocksDB with "
                           "synced batches, which has no root"));
    return {};
}

}  // namespace ropenet::bench
