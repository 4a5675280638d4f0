#include "storage/kv.hpp"

#include <rocksdb/write_batch.h>

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "storage/kv_parts.hpp"

namespace ropenet::storage {
namespace {

rocksdb::ReadOptions read_options() {
    rocksdb::ReadOptions options;
    options.verify_checksums = true;
    return options;
}

bool is_before(BytesView a, BytesView b) {
    return slice_of(a).compare(slice_of(b)) < 0;
}

/// Puts the cursor on the first key of the range in its order.
void start(KvCursor& cursor, const KvRange& range) {
    if (range.order == Order::ascending) return cursor.seek(range.from);
    if (range.to.empty()) return cursor.seek_to_last();
    cursor.seek_for_prev(range.to);
    if (cursor.valid() && equal(cursor.key(), range.to)) cursor.prev();
}

bool is_inside(const KvCursor& cursor, const KvRange& range) {
    if (!cursor.valid()) return false;
    if (range.order == Order::descending) return !is_before(cursor.key(), range.from);
    return range.to.empty() || is_before(cursor.key(), range.to);
}

}  // namespace

Error kv_error(std::string_view operation, const std::string& dir, const rocksdb::Status& status) {
    const bool damaged = status.IsCorruption();
    std::string what = std::string{operation} + " store " + dir + ": " + status.ToString();
    if (damaged) what += "; run `ropenet node repair`";
    return {.code = damaged ? ErrorCode::corrupt : ErrorCode::io, .what = std::move(what)};
}

// KvBatch

void KvBatch::add(Kind kind, Column column, BytesView first, BytesView second) {
    changes_.push_back({.kind = kind,
                        .column = column,
                        .at = bytes_.size(),
                        .first = first.size(),
                        .second = second.size()});
    append(bytes_, first);
    append(bytes_, second);
}

void KvBatch::put(Column column, BytesView key, BytesView value) {
    add(Kind::put, column, key, value);
}

void KvBatch::del(Column column, BytesView key) {
    add(Kind::del, column, key, {});
}

void KvBatch::del_range(Column column, BytesView from, BytesView to) {
    add(Kind::del_range, column, from, to);
}

void KvBatch::clear() {
    bytes_.clear();
    changes_.clear();
}

BytesView KvBatch::first_of(const Change& change) const {
    return BytesView{bytes_}.subspan(change.at, change.first);
}

BytesView KvBatch::second_of(const Change& change) const {
    return BytesView{bytes_}.subspan(change.at + change.first, change.second);
}

// KvSnapshot

KvSnapshot::Held::~Held() {
    db->ReleaseSnapshot(snapshot);
}

KvSnapshot::KvSnapshot(std::unique_ptr<Held> held) : held_{std::move(held)} {}
KvSnapshot::~KvSnapshot() = default;

// KvCursor

KvCursor::KvCursor(std::unique_ptr<Walk> walk) : walk_{std::move(walk)} {}
KvCursor::~KvCursor() = default;
KvCursor::KvCursor(KvCursor&& other) noexcept = default;
KvCursor& KvCursor::operator=(KvCursor&& other) noexcept = default;

void KvCursor::seek(BytesView key) {
    walk_->iterator->Seek(slice_of(key));
}
void KvCursor::seek_for_prev(BytesView key) {
    walk_->iterator->SeekForPrev(slice_of(key));
}
void KvCursor::seek_to_first() {
    walk_->iterator->SeekToFirst();
}
void KvCursor::seek_to_last() {
    walk_->iterator->SeekToLast();
}
void KvCursor::next() {
    walk_->iterator->Next();
}
void KvCursor::prev() {
    walk_->iterator->Prev();
}
bool KvCursor::valid() const {
    return walk_->iterator->Valid();
}

BytesView KvCursor::key() const {
    ROPE_CHECK(valid());
    return view_of(walk_->iterator->key());
}

BytesView KvCursor::value() const {
    ROPE_CHECK(valid());
    return view_of(walk_->iterator->value());
}

Result<void> KvCursor::status() const {
    const auto status = walk_->iterator->status();
    if (!status.ok()) return Unexpected{kv_error("walk", walk_->dir, status)};
    return {};
}

// Kv

Kv::Open::~Open() {
    for (rocksdb::ColumnFamilyHandle* const handle : handles) {
        static_cast<void>(db->DestroyColumnFamilyHandle(handle));
    }
    if (db != nullptr) static_cast<void>(db->Close());
}

Result<void> Kv::Open::die(std::string_view operation, const rocksdb::Status& status) {
    if (status.ok()) return {};
    dead.store(true);
    return Unexpected{kv_error(operation, dir, status)};
}

rocksdb::ReadOptions Kv::Open::options_at(const KvSnapshot* at) {
    auto options = read_options();
    if (at != nullptr) options.snapshot = at->held_->snapshot;
    return options;
}

Kv::Kv(std::unique_ptr<Open> open) : open_{std::move(open)} {}
Kv::~Kv() = default;

Result<void> Kv::alive() const {
    if (!dead()) return {};
    return fail(ErrorCode::io,
                "store " + open_->dir + " stopped after a failed write; restart the node");
}

std::vector<const KvBatch::Change*> KvBatch::in_key_order() const {
    std::vector<const Change*> sorted;
    sorted.reserve(changes_.size());
    for (const Change& change : changes_)
        sorted.push_back(&change);
    const auto is_range = [](const Change* change) { return change->kind == Kind::del_range; };
    // What a range deletes must stay before or after it.
    for (auto from = sorted.begin(); from != sorted.end();) {
        const auto to = std::find_if(from, sorted.end(), is_range);
        std::sort(from, to, [this](const Change* a, const Change* b) {
            if (a->column != b->column) return a->column < b->column;
            const auto order = std::lexicographical_compare_three_way(
                first_of(*a).begin(), first_of(*a).end(), first_of(*b).begin(), first_of(*b).end());
            // Of two changes to one key the later one wins: as they stand in changes_.
            return order != 0 ? order < 0 : a < b;
        });
        from = to == sorted.end() ? to : to + 1;
    }
    return sorted;
}

Result<void> Kv::write(const KvBatch& batch) {
    if (auto ok = alive(); !ok) return ok;
    rocksdb::WriteBatch out{batch.bytes_.size() + 16 * batch.changes_.size()};
    for (const auto* const at : batch.in_key_order()) {
        const auto& change = *at;
        ROPE_CHECK(change.column < open_->columns);
        const auto handle = open_->handles[change.column];
        const auto first = slice_of(batch.first_of(change));
        const auto second = slice_of(batch.second_of(change));
        rocksdb::Status status;
        switch (change.kind) {
            case KvBatch::Kind::put:
                status = out.Put(handle, first, second);
                break;
            case KvBatch::Kind::del:
                status = out.Delete(handle, first);
                break;
            case KvBatch::Kind::del_range:
                status = out.DeleteRange(handle, first, second);
                break;
        }
        if (!status.ok()) return Unexpected{kv_error("write", open_->dir, status)};
    }
    rocksdb::WriteOptions options;
    options.disableWAL = true;
    return open_->die("write", open_->db->Write(options, &out));
}

Result<void> Kv::flush() {
    if (auto ok = alive(); !ok) return ok;
    rocksdb::FlushOptions options;
    options.wait = true;
    options.allow_write_stall = true;
    return open_->die("flush", open_->db->Flush(options, open_->handles));
}

Result<std::optional<Bytes>> Kv::get(Column column, BytesView key, const KvSnapshot* at) const {
    ROPE_CHECK(column < open_->columns);
    if (auto ok = alive(); !ok) return Unexpected{ok.error()};
    rocksdb::PinnableSlice value;
    const auto status =
        open_->db->Get(Open::options_at(at), open_->handles[column], slice_of(key), &value);
    if (status.IsNotFound()) return std::optional<Bytes>{};
    if (!status.ok()) return Unexpected{kv_error("read", open_->dir, status)};
    return std::optional<Bytes>{to_bytes(view_of(value))};
}

Result<std::vector<std::optional<Bytes>>> Kv::multi_get(Column column,
                                                        const std::vector<Bytes>& keys,
                                                        const KvSnapshot* at) const {
    ROPE_CHECK(column < open_->columns);
    if (auto ok = alive(); !ok) return Unexpected{ok.error()};
    std::vector<rocksdb::Slice> slices;
    slices.reserve(keys.size());
    for (const Bytes& key : keys)
        slices.push_back(slice_of(key));
    std::vector<rocksdb::PinnableSlice> values(keys.size());
    std::vector<rocksdb::Status> statuses(keys.size());
    open_->db->MultiGet(Open::options_at(at), open_->handles[column], keys.size(), slices.data(),
                        values.data(), statuses.data());
    std::vector<std::optional<Bytes>> out(keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (statuses[i].IsNotFound()) continue;
        if (!statuses[i].ok()) return Unexpected{kv_error("read", open_->dir, statuses[i])};
        out[i] = to_bytes(view_of(values[i]));
    }
    return out;
}

KvCursor Kv::cursor(Column column, const KvSnapshot* at) const {
    ROPE_CHECK(column < open_->columns);
    auto walk = std::make_unique<KvCursor::Walk>();
    walk->iterator.reset(open_->db->NewIterator(Open::options_at(at), open_->handles[column]));
    walk->dir = open_->dir;
    return KvCursor{std::move(walk)};
}

Result<std::size_t> Kv::scan(const KvRange& range, const Visit& visit, const KvSnapshot* at) const {
    if (auto ok = alive(); !ok) return Unexpected{ok.error()};
    std::size_t visited = 0;
    if (range.limit == 0) return visited;
    KvCursor walk = cursor(range.column, at);
    for (start(walk, range); is_inside(walk, range);) {
        ++visited;
        if (visit(walk.key(), walk.value()) == Go::stop || visited == range.limit) return visited;
        if (range.order == Order::ascending) {
            walk.next();
        } else {
            walk.prev();
        }
    }
    if (auto ok = walk.status(); !ok) return Unexpected{ok.error()};
    return visited;
}

std::unique_ptr<KvSnapshot> Kv::snapshot() const {
    auto held = std::make_unique<KvSnapshot::Held>();
    held->db = open_->db.get();
    held->snapshot = open_->db->GetSnapshot();
    return std::unique_ptr<KvSnapshot>{new KvSnapshot{std::move(held)}};
}

std::vector<std::uint64_t> Kv::approximate_sizes() const {
    std::vector<std::uint64_t> sizes;
    for (std::size_t i = 0; i < open_->columns; ++i) {
        std::uint64_t on_disk = 0;
        std::uint64_t in_memory = 0;
        // A property that is not known counts as nothing.
        open_->db->GetIntProperty(open_->handles[i], rocksdb::DB::Properties::kTotalSstFilesSize,
                                  &on_disk);
        open_->db->GetIntProperty(open_->handles[i], rocksdb::DB::Properties::kCurSizeAllMemTables,
                                  &in_memory);
        sizes.push_back(on_disk + in_memory);
    }
    return sizes;
}

Result<void> Kv::verify() const {
    const auto status = open_->db->VerifyChecksum(read_options());
    if (!status.ok()) return Unexpected{kv_error("verify", open_->dir, status)};
    return {};
}

bool Kv::dead() const {
    return open_->dead.load();
}

}  // namespace ropenet::storage
