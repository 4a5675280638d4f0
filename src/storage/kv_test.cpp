// Integration: real RocksDB in temporary folders.
#include "storage/kv.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "storage/testing/temp_folder.hpp"

namespace ropenet::storage {
namespace {

enum : Column { kMeta, kValues, kIndex };
const std::vector<std::string> kColumns{"meta", "values", "index"};

class KvTest : public ::testing::Test {
  protected:
    KvTest() { reopen(); }

    void reopen() {
        kv_.reset();
        auto kv = Kv::open(environment_, dir_, kColumns);
        ASSERT_TRUE(kv) << kv.error().what;
        kv_ = *std::move(kv);
    }

    void put(Column column, std::string_view key, std::string_view value) {
        KvBatch batch;
        batch.put(column, view_of(key), view_of(value));
        ASSERT_TRUE(kv_->write(batch));
    }

    std::optional<std::string> get(Column column, std::string_view key,
                                   const KvSnapshot* at = nullptr) {
        const auto value = kv_->get(column, view_of(key), at);
        EXPECT_TRUE(value);
        if (!value || !value->has_value()) return std::nullopt;
        return std::string{text_of(**value)};
    }

    std::string keys(KvRange range, const KvSnapshot* at = nullptr) {
        std::string all;
        const auto visited = kv_->scan(
            range,
            [&](BytesView key, BytesView) {
                all += text_of(key);
                return Go::on;
            },
            at);
        EXPECT_TRUE(visited && *visited == all.size());
        return all;
    }

    void write_height(std::uint64_t height) {
        KvBatch batch;
        const std::string text = std::to_string(height);
        batch.put(kMeta, view_of("height"), view_of(text));
        batch.put(kValues, view_of("value"), view_of(text));
        batch.put(kIndex, view_of("at" + text), view_of(text));
        ASSERT_TRUE(kv_->write(batch));
    }

    testing::TempFolder folder_;
    std::string dir_ = folder_ / "state";
    KvEnvironment environment_{{.block_cache_bytes = 4U << 20, .write_buffer_bytes = 8U << 20}};
    std::unique_ptr<Kv> kv_;
};

TEST_F(KvTest, reads_what_was_written_and_nothing_else) {
    put(kValues, "a", "1");
    put(kValues, "empty", "");
    EXPECT_EQ(get(kValues, "a"), "1");
    EXPECT_EQ(get(kValues, "empty"), "");
    EXPECT_EQ(get(kValues, "b"), std::nullopt);
    EXPECT_EQ(get(kIndex, "a"), std::nullopt) << "columns are apart";
}

TEST_F(KvTest, of_two_changes_in_a_batch_the_later_wins) {
    KvBatch batch;
    batch.put(kValues, view_of("a"), view_of("1"));
    batch.put(kValues, view_of("a"), view_of("2"));
    batch.put(kValues, view_of("b"), view_of("3"));
    batch.del(kValues, view_of("b"));
    EXPECT_EQ(batch.count(), 4U);
    ASSERT_TRUE(kv_->write(batch));
    EXPECT_EQ(get(kValues, "a"), "2");
    EXPECT_EQ(get(kValues, "b"), std::nullopt);
    batch.clear();
    EXPECT_EQ(batch.count(), 0U);
    EXPECT_TRUE(kv_->write(batch));
}

TEST_F(KvTest, deletes_a_range_without_its_end) {
    for (const char* const key : {"a", "b", "c", "d"})
        put(kIndex, key, "x");
    KvBatch batch;
    batch.del_range(kIndex, view_of("b"), view_of("d"));
    ASSERT_TRUE(kv_->write(batch));
    EXPECT_EQ(keys({.column = kIndex}), "ad");
}

TEST_F(KvTest, after_a_crash_the_height_and_the_values_are_those_of_the_last_flush) {
    for (std::uint64_t height = 1; height <= 10; ++height)
        write_height(height);
    ASSERT_TRUE(kv_->flush());
    for (std::uint64_t height = 11; height <= 20; ++height)
        write_height(height);
    reopen();
    EXPECT_EQ(get(kMeta, "height"), "10");
    EXPECT_EQ(get(kValues, "value"), "10");
    EXPECT_EQ(get(kIndex, "at10"), "10");
    EXPECT_EQ(get(kIndex, "at11"), std::nullopt);
}

TEST_F(KvTest, without_a_flush_nothing_survives) {
    write_height(1);
    reopen();
    EXPECT_EQ(get(kMeta, "height"), std::nullopt);
}

TEST_F(KvTest, a_flush_caused_by_the_memory_limit_keeps_all_columns_at_one_height) {
    const std::string filler(40'000, 'f');
    for (std::uint64_t height = 1; height <= 1000; ++height) {
        KvBatch batch;
        const std::string text = std::to_string(height);
        batch.put(kMeta, view_of("height"), view_of(text));
        batch.put(kValues, view_of("big" + text), view_of(filler));
        batch.put(kIndex, view_of("last"), view_of(text));
        ASSERT_TRUE(kv_->write(batch));
    }
    reopen();
    const auto height = get(kMeta, "height");
    ASSERT_TRUE(height.has_value()) << "the limit caused no flush";
    EXPECT_EQ(get(kIndex, "last"), height);
    EXPECT_TRUE(get(kValues, "big" + *height).has_value());
    EXPECT_EQ(get(kValues, "big" + std::to_string(std::stoull(*height) + 1)), std::nullopt);
}

TEST_F(KvTest, multi_get_answers_in_the_order_of_the_keys) {
    put(kValues, "a", "1");
    put(kValues, "c", "3");
    ASSERT_TRUE(kv_->flush());
    put(kValues, "b", "2");
    const auto values = kv_->multi_get(
        kValues, {to_bytes("c"), to_bytes("missing"), to_bytes("a"), to_bytes("b"), to_bytes("c")});
    ASSERT_TRUE(values);
    using Value = std::optional<Bytes>;
    EXPECT_EQ(*values, (std::vector<Value>{to_bytes("3"), std::nullopt, to_bytes("1"),
                                           to_bytes("2"), to_bytes("3")}));
}

TEST_F(KvTest, scans_a_half_open_range_in_both_orders_up_to_a_limit) {
    for (const char* const key : {"a", "b", "c", "d", "e"})
        put(kIndex, key, key);
    const Bytes b = to_bytes("b");
    const Bytes d = to_bytes("d");
    const auto descending = Order::descending;
    EXPECT_EQ(keys({.column = kIndex}), "abcde");
    EXPECT_EQ(keys({.column = kIndex, .order = descending}), "edcba");
    EXPECT_EQ(keys({.column = kIndex, .from = b, .to = d}), "bc");
    EXPECT_EQ(keys({.column = kIndex, .from = b, .to = d, .order = descending}), "cb");
    EXPECT_EQ(keys({.column = kIndex, .from = b, .limit = 2}), "bc");
    EXPECT_EQ(keys({.column = kIndex, .from = b, .order = descending, .limit = 3}), "edc");
    EXPECT_EQ(keys({.column = kIndex, .from = d, .to = b}), "");
    EXPECT_EQ(keys({.column = kIndex, .from = d, .to = b, .order = descending}), "");
    EXPECT_EQ(keys({.column = kIndex, .limit = 0}), "");
    const Bytes bc = to_bytes("bc");
    EXPECT_EQ(keys({.column = kIndex, .to = bc, .order = descending}), "ba");
}

TEST_F(KvTest, a_scan_stops_when_the_visitor_says_so) {
    for (const char* const key : {"a", "b", "c"})
        put(kIndex, key, key);
    std::size_t calls = 0;
    const auto visited = kv_->scan(
        {.column = kIndex}, [&](BytesView, BytesView) { return ++calls == 2 ? Go::stop : Go::on; });
    ASSERT_TRUE(visited);
    EXPECT_EQ(*visited, 2U);
    EXPECT_EQ(calls, 2U);
}

TEST_F(KvTest, keys_compare_as_unsigned_bytes) {
    KvBatch batch;
    for (const std::uint8_t byte : Bytes{0xff, 0x00, 0x7f, 0x80}) {
        batch.put(kIndex, Bytes{byte}, Bytes{byte});
    }
    ASSERT_TRUE(kv_->write(batch));
    Bytes order;
    ASSERT_TRUE(kv_->scan({.column = kIndex}, [&](BytesView key, BytesView) {
        append(order, key);
        return Go::on;
    }));
    EXPECT_EQ(order, (Bytes{0x00, 0x7f, 0x80, 0xff}));
}

TEST_F(KvTest, a_snapshot_sees_nothing_of_later_writes) {
    put(kIndex, "a", "1");
    const auto snapshot = kv_->snapshot();
    put(kIndex, "a", "2");
    put(kIndex, "b", "2");
    ASSERT_TRUE(kv_->flush());
    EXPECT_EQ(get(kIndex, "a", snapshot.get()), "1");
    EXPECT_EQ(get(kIndex, "a"), "2");
    EXPECT_EQ(keys({.column = kIndex}, snapshot.get()), "a");
    EXPECT_EQ(keys({.column = kIndex}), "ab");
}

TEST_F(KvTest, a_cursor_walks_both_ways_and_ends_without_an_error) {
    for (const char* const key : {"a", "c", "e"})
        put(kIndex, key, key);
    auto cursor = kv_->cursor(kIndex);
    cursor.seek(view_of("b"));
    ASSERT_TRUE(cursor.valid());
    EXPECT_EQ(text_of(cursor.key()), "c");
    cursor.seek_for_prev(view_of("d"));
    ASSERT_TRUE(cursor.valid());
    EXPECT_EQ(text_of(cursor.value()), "c");
    cursor.next();
    ASSERT_TRUE(cursor.valid());
    EXPECT_EQ(text_of(cursor.key()), "e");
    cursor.next();
    EXPECT_FALSE(cursor.valid());
    EXPECT_TRUE(cursor.status());
    cursor.seek_to_first();
    ASSERT_TRUE(cursor.valid());
    cursor.prev();
    EXPECT_FALSE(cursor.valid());
}

TEST_F(KvTest, two_stores_share_one_environment_and_nothing_else) {
    auto opened = Kv::open(environment_, folder_ / "other", kColumns);
    ASSERT_TRUE(opened);
    const auto other = *std::move(opened);
    put(kValues, "a", "mine");
    const auto value = other->get(kValues, view_of("a"));
    ASSERT_TRUE(value);
    EXPECT_EQ(*value, std::nullopt);
}

TEST_F(KvTest, refuses_to_open_a_store_twice) {
    const auto second = Kv::open(environment_, dir_, kColumns);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::io);
}

TEST_F(KvTest, takes_a_new_column_and_refuses_one_it_does_not_know_by_name) {
    put(kValues, "a", "1");
    ASSERT_TRUE(kv_->flush());
    kv_.reset();
    const std::vector<std::string> more{"meta", "values", "index", "added"};
    {
        const auto kv = Kv::open(environment_, dir_, more);
        ASSERT_TRUE(kv) << kv.error().what;
        EXPECT_TRUE((*kv)->get(3, view_of("a")));
    }
    const auto kv = Kv::open(environment_, dir_, kColumns);
    ASSERT_FALSE(kv);
    EXPECT_EQ(kv.error().code, ErrorCode::config);
    EXPECT_NE(kv.error().what.find("'added'"), std::string::npos);
}

TEST_F(KvTest, a_changed_byte_of_a_value_on_disk_is_corrupt_and_never_served) {
    const std::string value(200, 'v');
    put(kValues, "key", value);
    ASSERT_TRUE(kv_->flush());
    kv_.reset();
    std::filesystem::path table;
    for (const auto& entry : std::filesystem::directory_iterator{dir_}) {
        if (entry.path().extension() == ".sst") table = entry.path();
    }
    ASSERT_FALSE(table.empty());
    std::fstream file{table, std::ios::in | std::ios::out | std::ios::binary};
    file.seekp(20);  // inside the first data block
    file.put('\x5a');
    file.close();

    auto kv = Kv::open(environment_, dir_, kColumns);
    ASSERT_TRUE(kv);
    const auto read = (*kv)->get(kValues, view_of("key"));
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::corrupt);
    EXPECT_NE(read.error().what.find("ropenet node repair"), std::string::npos);
    const auto verified = (*kv)->verify();
    ASSERT_FALSE(verified);
    EXPECT_EQ(verified.error().code, ErrorCode::corrupt);
}

TEST_F(KvTest, is_dead_once_a_flush_has_failed) {
    put(kValues, "a", "1");
    std::filesystem::remove_all(dir_);  // the disk is gone from under it
    const auto failed = kv_->flush();
    ASSERT_FALSE(failed);
    EXPECT_TRUE(kv_->dead());
    EXPECT_EQ(kv_->write(KvBatch{}).error().code, ErrorCode::io);
    EXPECT_EQ(kv_->flush().error().code, ErrorCode::io);
    EXPECT_EQ(kv_->get(kValues, view_of("a")).error().code, ErrorCode::io);
}

TEST_F(KvTest, a_destroyed_store_opens_empty) {
    put(kValues, "a", "1");
    ASSERT_TRUE(kv_->flush());
    EXPECT_TRUE(kv_->verify());
    kv_.reset();
    ASSERT_TRUE(Kv::destroy(dir_));
    reopen();
    EXPECT_EQ(get(kValues, "a"), std::nullopt);
}

TEST_F(KvTest, sizes_grow_with_what_is_written) {
    const auto before = kv_->approximate_sizes();
    put(kValues, "a", std::string(200'000, 'a'));
    const auto after = kv_->approximate_sizes();
    ASSERT_EQ(after.size(), kColumns.size());
    EXPECT_GT(after[kValues], before[kValues] + 100'000);
    EXPECT_EQ(after[kIndex], before[kIndex]);
}

}  // namespace
}  // namespace ropenet::storage
