#include "storage/testing/fault_fs.hpp"

#include <algorithm>
#include <utility>

namespace ropenet::storage::testing {

namespace {

struct Inode {
    Bytes now;
    Bytes durable;
};

using Names = std::map<std::string, std::shared_ptr<Inode>>;

}  // namespace

struct FaultFs::Disk {
    Names now;
    Names durable;
    std::set<std::string> dirs{".", "/"};
    std::set<std::string> locked;
    std::size_t changes = 0;
    std::size_t failing_change = 0;  // 0: none
    std::uint64_t life = 0;          // rises with each crash; handles of an older life are useless

    Result<void> change(const std::string& what) {
        ++changes;
        if (changes == failing_change) return fail(ErrorCode::io, what + ": injected fault (EIO)");
        return {};
    }
};

namespace {

using Disk = FaultFs::Disk;

class FaultFile final : public File {
  public:
    FaultFile(std::shared_ptr<Disk> disk, std::shared_ptr<Inode> inode, std::string path)
        : disk_{std::move(disk)},
          inode_{std::move(inode)},
          path_{std::move(path)},
          life_{disk_->life} {}

    Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> out) const override {
        if (auto ok = alive(); !ok) return Unexpected{ok.error()};
        const Bytes& bytes = inode_->now;
        if (offset >= bytes.size()) return std::size_t{0};
        const std::size_t count = std::min<std::size_t>(out.size(), bytes.size() - offset);
        std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(offset), count, out.begin());
        return count;
    }

    Result<void> append(BytesView bytes) override {
        if (auto ok = alive(); !ok) return ok;
        auto done = disk_->change("append to " + path_);
        ropenet::append(inode_->now, done ? bytes : bytes.first(bytes.size() / 2));
        return done;
    }

    Result<void> write_at(std::uint64_t offset, BytesView bytes) override {
        if (auto ok = alive(); !ok) return ok;
        if (auto done = disk_->change("write " + path_); !done) return done;
        Bytes& now = inode_->now;
        if (now.size() < offset + bytes.size()) now.resize(offset + bytes.size());
        std::copy(bytes.begin(), bytes.end(), now.begin() + static_cast<std::ptrdiff_t>(offset));
        return {};
    }

    Result<void> sync() override {
        if (auto ok = alive(); !ok) return ok;
        if (auto done = disk_->change("sync " + path_); !done) return done;
        inode_->durable = inode_->now;
        return {};
    }

    Result<std::uint64_t> size() const override {
        if (auto ok = alive(); !ok) return Unexpected{ok.error()};
        return std::uint64_t{inode_->now.size()};
    }

    Result<void> truncate(std::uint64_t size) override {
        if (auto ok = alive(); !ok) return ok;
        if (auto done = disk_->change("truncate " + path_); !done) return done;
        inode_->now.resize(size);
        return {};
    }

  private:
    Result<void> alive() const {
        if (life_ == disk_->life) return {};
        return fail(ErrorCode::io, path_ + ": opened before the crash");
    }

    std::shared_ptr<Disk> disk_;
    std::shared_ptr<Inode> inode_;
    std::string path_;
    std::uint64_t life_;
};

class FaultLock final : public FileLock {
  public:
    FaultLock(std::shared_ptr<Disk> disk, std::string path)
        : disk_{std::move(disk)}, path_{std::move(path)} {}
    ~FaultLock() override { disk_->locked.erase(path_); }

  private:
    std::shared_ptr<Disk> disk_;
    std::string path_;
};

bool is_below(const std::string& path, const std::string& dir) {
    return path.size() > dir.size() && path.starts_with(dir) && path[dir.size()] == '/';
}

}  // namespace

FaultFs::FaultFs() : disk_{std::make_shared<Disk>()} {}
FaultFs::~FaultFs() = default;

Result<std::unique_ptr<File>> FaultFs::open(const std::string& path, OpenMode mode) {
    const auto found = disk_->now.find(path);
    const bool there = found != disk_->now.end();
    if (!there && (mode == OpenMode::read || !disk_->dirs.contains(parent_of(path)))) {
        return fail(ErrorCode::not_found, "open " + path + ": no such file or folder");
    }
    if (!there || mode == OpenMode::recreate) {
        if (auto done = disk_->change("create " + path); !done) return Unexpected{done.error()};
    }
    const auto inode = there ? found->second : std::make_shared<Inode>();
    if (!there) disk_->now[path] = inode;
    if (mode == OpenMode::recreate) inode->now.clear();
    return std::unique_ptr<File>{std::make_unique<FaultFile>(disk_, inode, path)};
}

Result<void> FaultFs::rename(const std::string& from, const std::string& to) {
    if (auto done = disk_->change("rename " + from); !done) return done;
    const auto found = disk_->now.find(from);
    if (found == disk_->now.end()) return fail(ErrorCode::not_found, "rename " + from);
    const auto inode = found->second;
    disk_->now.erase(found);
    disk_->now[to] = inode;
    return {};
}

Result<void> FaultFs::remove(const std::string& path) {
    if (auto done = disk_->change("remove " + path); !done) return done;
    if (disk_->now.erase(path) == 0) return fail(ErrorCode::not_found, "remove " + path);
    return {};
}

Result<void> FaultFs::remove_all(const std::string& path) {
    if (auto done = disk_->change("remove " + path); !done) return done;
    std::erase_if(disk_->now, [&](const auto& entry) {
        return entry.first == path || is_below(entry.first, path);
    });
    std::erase_if(disk_->dirs,
                  [&](const std::string& dir) { return dir == path || is_below(dir, path); });
    return {};
}

Result<void> FaultFs::create_dirs(const std::string& path) {
    if (disk_->dirs.contains(path)) return {};
    if (auto done = disk_->change("create folder " + path); !done) return done;
    for (std::string dir = path; !disk_->dirs.contains(dir); dir = parent_of(dir)) {
        disk_->dirs.insert(dir);
    }
    return {};
}

Result<std::vector<std::string>> FaultFs::list(const std::string& dir) {
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
    if (auto done = disk_->change("sync folder " + dir); !done) return done;
    std::erase_if(disk_->durable, [&](const auto& entry) { return parent_of(entry.first) == dir; });
    for (const auto& [path, inode] : disk_->now) {
        if (parent_of(path) == dir) disk_->durable[path] = inode;
    }
    return {};
}

Result<bool> FaultFs::exists(const std::string& path) {
    return disk_->now.contains(path) || disk_->dirs.contains(path);
}

Result<std::unique_ptr<FileLock>> FaultFs::lock(const std::string& path) {
    if (!disk_->locked.insert(path).second) {
        return fail(ErrorCode::busy, "lock " + path + ": held by process 0");
    }
    return std::unique_ptr<FileLock>{std::make_unique<FaultLock>(disk_, path)};
}

void FaultFs::fail_change(std::size_t n) {
    disk_->failing_change = disk_->changes + n;
}

std::size_t FaultFs::change_count() const {
    return disk_->changes;
}

void FaultFs::crash(Unsynced unsynced) {
    ++disk_->life;
    disk_->failing_change = 0;
    disk_->locked.clear();
    disk_->now = disk_->durable;
    for (const auto& [path, inode] : disk_->now) {
        const std::size_t kept = inode->durable.size();
        if (unsynced == Unsynced::half_kept && inode->now.size() > kept) {
            inode->now.resize(kept + (inode->now.size() - kept) / 2);
            inode->durable = inode->now;
        }
        inode->now = inode->durable;
    }
}

std::optional<Bytes> FaultFs::contents(const std::string& path) const {
    const auto found = disk_->now.find(path);
    if (found == disk_->now.end()) return std::nullopt;
    return found->second->now;
}

void FaultFs::put(const std::string& path, Bytes bytes) {
    for (std::string dir = parent_of(path); !disk_->dirs.contains(dir); dir = parent_of(dir)) {
        disk_->dirs.insert(dir);
    }
    auto& inode = disk_->now[path];
    if (inode == nullptr) inode = std::make_shared<Inode>();
    inode->now = std::move(bytes);
    inode->durable = inode->now;
    disk_->durable[path] = inode;
}

std::vector<std::string> FaultFs::files() const {
    std::vector<std::string> paths;
    for (const auto& [path, inode] : disk_->now)
        paths.push_back(path);
    return paths;
}

}  // namespace ropenet::storage::testing
