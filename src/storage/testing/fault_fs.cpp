#include "storage/testing/fault_fs.hpp"

#include <algorithm>
#include <utility>

#include "storage/testing/fault_disk.hpp"

namespace ropenet::storage::testing {

namespace {

using Disk = FaultFs::Disk;

/// Nobody may hold the mutex: the listener copies the disk.
void announce(Disk& disk) {
    if (disk.listener) disk.listener();
}

class FaultFile final : public File {
  public:
    FaultFile(std::shared_ptr<Disk> disk, InodePtr inode, std::string path)
        : disk_{std::move(disk)},
          inode_{std::move(inode)},
          path_{std::move(path)},
          life_{disk_->life} {}

    Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> out) const override {
        const MutexLock lock{disk_->mutex};
        if (auto ok = alive(); !ok) return Unexpected{ok.error()};
        if (auto done = disk_->begin(Operation::read, "read " + path_); !done) {
            return Unexpected{done.error()};
        }
        const Bytes& bytes = inode_->now;
        if (offset >= bytes.size()) return std::size_t{0};
        const std::size_t count = std::min<std::size_t>(out.size(), bytes.size() - offset);
        std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(offset), count, out.begin());
        return count;
    }

    Result<void> append(BytesView bytes) override {
        announce(*disk_);
        const MutexLock lock{disk_->mutex};
        if (auto ok = alive(); !ok) return ok;
        const std::uint64_t end = inode_->now.size();
        auto done = disk_->begin(Operation::write, "append to " + path_);
        if (!done) {
            if (!disk_->is_off) inode_->write(end, bytes.first(bytes.size() / 2));
            return done;
        }
        return put(end, bytes);
    }

    Result<void> write_at(std::uint64_t offset, BytesView bytes) override {
        announce(*disk_);
        const MutexLock lock{disk_->mutex};
        if (auto ok = alive(); !ok) return ok;
        if (auto done = disk_->begin(Operation::write, "write " + path_); !done) return done;
        return put(offset, bytes);
    }

    Result<void> sync() override {
        announce(*disk_);
        const MutexLock lock{disk_->mutex};
        if (auto ok = alive(); !ok) return ok;
        if (auto done = disk_->begin(Operation::sync, "sync " + path_); !done) return done;
        inode_->sync();
        return {};
    }

    Result<std::uint64_t> size() const override {
        const MutexLock lock{disk_->mutex};
        if (auto ok = alive(); !ok) return Unexpected{ok.error()};
        return std::uint64_t{inode_->now.size()};
    }

    Result<void> truncate(std::uint64_t size) override {
        announce(*disk_);
        const MutexLock lock{disk_->mutex};
        if (auto ok = alive(); !ok) return ok;
        if (auto done = disk_->begin(Operation::change, "truncate " + path_); !done) return done;
        inode_->resize(size);
        return {};
    }

  private:
    Result<void> alive() const {
        if (life_ == disk_->life) return {};
        return fail(ErrorCode::io, path_ + ": opened before the crash");
    }

    /// A write that was not told to fail.
    Result<void> put(std::uint64_t offset, BytesView bytes) {
        const std::size_t number = disk_->counter(Operation::write).done;
        if (disk_->misdone_write == number) {
            if (disk_->misdeed == Misdeed::shortened) {
                bytes = bytes.first(bytes.size() / 2);
            } else {
                offset = offset >= kSectorBytes ? offset - kSectorBytes : offset + kSectorBytes;
            }
        }
        if (disk_->capacity) {
            const std::uint64_t used = disk_->used() - inode_->now.size();
            const std::uint64_t room = *disk_->capacity > used ? *disk_->capacity - used : 0;
            if (offset + bytes.size() > std::max<std::uint64_t>(room, inode_->now.size())) {
                if (offset < room) inode_->write(offset, bytes.first(room - offset));
                return fail(ErrorCode::io, "write " + path_ + ": no space left (ENOSPC)");
            }
        }
        inode_->write(offset, bytes);
        return {};
    }

    std::shared_ptr<Disk> disk_;
    InodePtr inode_;
    std::string path_;
    std::uint64_t life_;
};

class FaultLock final : public FileLock {
  public:
    FaultLock(std::shared_ptr<Disk> disk, std::string path)
        : disk_{std::move(disk)}, path_{std::move(path)}, life_{disk_->life} {}
    ~FaultLock() override {
        const MutexLock lock{disk_->mutex};
        if (life_ == disk_->life) disk_->locked.erase(path_);
    }

  private:
    std::shared_ptr<Disk> disk_;
    std::string path_;
    std::uint64_t life_;
};

bool is_below(const std::string& path, const std::string& dir) {
    return path.size() > dir.size() && path.starts_with(dir) && path[dir.size()] == '/';
}

}  // namespace

FaultFs::FaultFs() : disk_{std::make_shared<Disk>()} {}
FaultFs::FaultFs(std::shared_ptr<Disk> disk) : disk_{std::move(disk)} {}
FaultFs::~FaultFs() = default;

Result<std::unique_ptr<File>> FaultFs::open(const std::string& path, OpenMode mode) {
    if (mode != OpenMode::read) announce(*disk_);
    const MutexLock lock{disk_->mutex};
    if (disk_->is_off) return fail(ErrorCode::io, "open " + path + ": the power is off (EIO)");
    const auto found = disk_->now.find(path);
    const bool there = found != disk_->now.end();
    if (!there && (mode == OpenMode::read || !disk_->dirs.contains(parent_of(path)))) {
        return fail(ErrorCode::not_found, "open " + path + ": no such file or folder");
    }
    if (!there || mode == OpenMode::recreate) {
        if (auto done = disk_->begin(Operation::change, "create " + path); !done) {
            return Unexpected{done.error()};
        }
    }
    const auto inode = there ? found->second : std::make_shared<Inode>();
    if (!there) {
        disk_->now[path] = inode;
        disk_->note({.dir = parent_of(path), .path = path, .inode = inode, .from = {}});
    }
    if (mode == OpenMode::recreate) inode->resize(0);
    return std::unique_ptr<File>{std::make_unique<FaultFile>(disk_, inode, path)};
}

Result<void> FaultFs::rename(const std::string& from, const std::string& to) {
    announce(*disk_);
    const MutexLock lock{disk_->mutex};
    if (auto done = disk_->begin(Operation::change, "rename " + from); !done) return done;
    const auto found = disk_->now.find(from);
    if (found == disk_->now.end()) return fail(ErrorCode::not_found, "rename " + from);
    const auto inode = found->second;
    disk_->now.erase(found);
    disk_->now[to] = inode;
    disk_->note({.dir = parent_of(to), .path = to, .inode = inode, .from = from});
    return {};
}

Result<void> FaultFs::remove(const std::string& path) {
    announce(*disk_);
    const MutexLock lock{disk_->mutex};
    if (auto done = disk_->begin(Operation::change, "remove " + path); !done) return done;
    if (disk_->now.erase(path) == 0) return fail(ErrorCode::not_found, "remove " + path);
    disk_->note({.dir = parent_of(path), .path = path, .inode = nullptr, .from = {}});
    return {};
}

Result<void> FaultFs::remove_all(const std::string& path) {
    announce(*disk_);
    const MutexLock lock{disk_->mutex};
    if (auto done = disk_->begin(Operation::change, "remove " + path); !done) return done;
    std::erase_if(disk_->now, [&](const auto& entry) {
        if (entry.first != path && !is_below(entry.first, path)) return false;
        disk_->note({.dir = parent_of(path), .path = entry.first, .inode = nullptr, .from = {}});
        return true;
    });
    std::erase_if(disk_->dirs,
                  [&](const std::string& dir) { return dir == path || is_below(dir, path); });
    return {};
}

Result<void> FaultFs::create_dirs(const std::string& path) {
    announce(*disk_);
    const MutexLock lock{disk_->mutex};
    if (disk_->dirs.contains(path)) return {};
    if (auto done = disk_->begin(Operation::change, "create folder " + path); !done) return done;
    for (std::string dir = path; !disk_->dirs.contains(dir); dir = parent_of(dir)) {
        disk_->dirs.insert(dir);
    }
    return {};
}

Result<std::vector<std::string>> FaultFs::list(const std::string& dir) {
    const MutexLock lock{disk_->mutex};
    if (!disk_->dirs.contains(dir)) return fail(ErrorCode::not_found, "list " + dir);
    std::vector<std::string> names;
    const auto take = [&](const std::string& path) {
        if (path != dir && parent_of(path) == dir)
            names.push_back(path.substr(path.rfind('/') + 1));
    };
    for (const auto& [path, inode] : disk_->now)
        take(path);
    for (const std::string& path : disk_->dirs)
        take(path);
    std::sort(names.begin(), names.end());
    return names;
}

Result<void> FaultFs::sync_dir(const std::string& dir) {
    announce(*disk_);
    const MutexLock lock{disk_->mutex};
    if (auto done = disk_->begin(Operation::sync, "sync folder " + dir); !done) return done;
    disk_->secure(dir);
    return {};
}

Result<bool> FaultFs::exists(const std::string& path) {
    const MutexLock lock{disk_->mutex};
    return disk_->now.contains(path) || disk_->dirs.contains(path);
}

bool FaultFs::is_dir(const std::string& path) const {
    const MutexLock lock{disk_->mutex};
    return disk_->dirs.contains(path);
}

Result<std::unique_ptr<FileLock>> FaultFs::lock(const std::string& path) {
    const MutexLock lock{disk_->mutex};
    if (!disk_->locked.insert(path).second) {
        return fail(ErrorCode::busy, "lock " + path + ": held by process 0");
    }
    return std::unique_ptr<FileLock>{std::make_unique<FaultLock>(disk_, path)};
}

void FaultFs::fail_nth(Operation operation, std::size_t n, Lasting lasting) {
    const MutexLock lock{disk_->mutex};
    Disk::Counter& counter = disk_->counter(operation);
    counter.failing = n == 0 ? 0 : counter.done + n;
    counter.lasting = lasting;
}

void FaultFs::power_off_at(std::size_t n) {
    const MutexLock lock{disk_->mutex};
    disk_->power_off = n == 0 ? 0 : disk_->counter(Operation::change).done + n;
}

void FaultFs::misdo_write(std::size_t n, Misdeed misdeed) {
    const MutexLock lock{disk_->mutex};
    disk_->misdone_write = n == 0 ? 0 : disk_->counter(Operation::write).done + n;
    disk_->misdeed = misdeed;
}

void FaultFs::set_capacity(std::optional<std::uint64_t> bytes) {
    const MutexLock lock{disk_->mutex};
    disk_->capacity = bytes;
}

std::size_t FaultFs::count(Operation operation) const {
    const MutexLock lock{disk_->mutex};
    return disk_->counter(operation).done;
}

void FaultFs::crash(Unsynced unsynced, std::uint64_t seed) {
    const MutexLock lock{disk_->mutex};
    Dice dice{seed};
    disk_->crash(unsynced, dice);
}

std::vector<Bit> FaultFs::rot(std::size_t bits, std::uint64_t seed) {
    Dice dice{seed};
    std::vector<Bit> flipped;
    for (std::size_t i = 0; i < bits; ++i) {
        Bit bit;
        {
            const MutexLock lock{disk_->mutex};
            const std::uint64_t used = disk_->used();
            if (used == 0) return flipped;
            bit.at = dice.below(used * 8);
            for (const auto& [path, inode] : disk_->now) {
                bit.path = path;
                if (bit.at < inode->now.size() * 8) break;
                bit.at -= inode->now.size() * 8;
            }
        }
        flip(bit);
        flipped.push_back(std::move(bit));
    }
    return flipped;
}

void FaultFs::flip(const Bit& bit) {
    const MutexLock lock{disk_->mutex};
    const auto found = disk_->now.find(bit.path);
    if (found == disk_->now.end()) return;
    const auto mask = static_cast<std::uint8_t>(1U << (bit.at % 8));
    for (Bytes* const bytes : {&found->second->now, &found->second->durable}) {
        if (bit.at / 8 < bytes->size()) (*bytes)[bit.at / 8] ^= mask;
    }
}

std::unique_ptr<FaultFs> FaultFs::copy() const {
    const MutexLock lock{disk_->mutex};
    auto other = std::make_shared<Disk>();
    std::map<const Inode*, InodePtr> copies;
    const auto copy_of = [&](const InodePtr& inode) {
        if (inode == nullptr) return InodePtr{};
        InodePtr& copied = copies[inode.get()];
        if (copied == nullptr) copied = std::make_shared<Inode>(*inode);
        return copied;
    };
    for (const auto& [path, inode] : disk_->now)
        other->now[path] = copy_of(inode);
    for (const auto& [path, inode] : disk_->durable)
        other->durable[path] = copy_of(inode);
    for (const NameChange& change : disk_->unsynced_names) {
        other->unsynced_names.push_back(change);
        other->unsynced_names.back().inode = copy_of(change.inode);
    }
    other->dirs = disk_->dirs;
    return std::unique_ptr<FaultFs>{new FaultFs{std::move(other)}};
}

void FaultFs::on_change(std::function<void()> listener) {
    const MutexLock lock{disk_->mutex};
    disk_->listener = std::move(listener);
}

std::optional<Bytes> FaultFs::contents(const std::string& path) const {
    const MutexLock lock{disk_->mutex};
    const auto found = disk_->now.find(path);
    if (found == disk_->now.end()) return std::nullopt;
    return found->second->now;
}

void FaultFs::put(const std::string& path, Bytes bytes) {
    const MutexLock lock{disk_->mutex};
    disk_->add_dirs_of(path);
    auto& inode = disk_->now[path];
    if (inode == nullptr) inode = std::make_shared<Inode>();
    inode->resize(0);
    inode->write(0, bytes);
    inode->sync();
    disk_->durable[path] = inode;
}

std::vector<std::string> FaultFs::files() const {
    const MutexLock lock{disk_->mutex};
    std::vector<std::string> paths;
    for (const auto& [path, inode] : disk_->now)
        paths.push_back(path);
    return paths;
}

}  // namespace ropenet::storage::testing
