#include "storage/posix_file_system.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

namespace ropenet::storage {
namespace {

constexpr mode_t kFileMode = 0640;
constexpr mode_t kDirMode = 0750;

Unexpected<Error> fail_errno(std::string_view operation, const std::string& path, int number) {
    const ErrorCode code =
        number == ENOENT || number == ENOTDIR ? ErrorCode::not_found : ErrorCode::io;
    std::string what = std::string{operation} + " " + path + ": ";
    what +=
        number == ENOSPC ? "the disk is full (ENOSPC)" : std::generic_category().message(number);
    return fail(code, std::move(what));
}

/// Repeats a system call that a signal interrupted.
template <typename Call>
auto retry(const Call& call) {
    while (true) {
        const auto result = call();
        if (result >= 0 || errno != EINTR) return result;
    }
}

class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_{fd} {}
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    Descriptor(Descriptor&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
    Descriptor& operator=(Descriptor&&) = delete;
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    int get() const { return fd_; }

  private:
    int fd_;
};

Result<Descriptor> open_descriptor(const std::string& path, int flags) {
    const int fd = retry([&] { return ::open(path.c_str(), flags | O_CLOEXEC, kFileMode); });
    if (fd < 0) return fail_errno("open", path, errno);
    return Descriptor{fd};
}

class PosixFile final : public File {
  public:
    PosixFile(Descriptor fd, std::string path) : fd_{std::move(fd)}, path_{std::move(path)} {}

    Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> out) const override {
        std::size_t done = 0;
        while (done < out.size()) {
            const auto rest = out.subspan(done);
            const auto at = static_cast<off_t>(offset + done);
            const ssize_t got =
                retry([&] { return ::pread(fd_.get(), rest.data(), rest.size(), at); });
            if (got < 0) return fail_errno("read", path_, errno);
            if (got == 0) break;
            done += static_cast<std::size_t>(got);
        }
        return done;
    }

    Result<void> append(BytesView bytes) override {
        while (!bytes.empty()) {
            const ssize_t put =
                retry([&] { return ::write(fd_.get(), bytes.data(), bytes.size()); });
            if (put < 0) return fail_errno("append to", path_, errno);
            bytes = bytes.subspan(static_cast<std::size_t>(put));
        }
        return {};
    }

    Result<void> write_at(std::uint64_t offset, BytesView bytes) override {
        while (!bytes.empty()) {
            const auto at = static_cast<off_t>(offset);
            const ssize_t put =
                retry([&] { return ::pwrite(fd_.get(), bytes.data(), bytes.size(), at); });
            if (put < 0) return fail_errno("write", path_, errno);
            bytes = bytes.subspan(static_cast<std::size_t>(put));
            offset += static_cast<std::uint64_t>(put);
        }
        return {};
    }

    Result<void> sync() override {
        if (retry([&] { return ::fdatasync(fd_.get()); }) < 0) {
            return fail_errno("sync", path_, errno);
        }
        return {};
    }

    Result<std::uint64_t> size() const override {
        struct stat info{};
        if (::fstat(fd_.get(), &info) < 0) return fail_errno("stat", path_, errno);
        return static_cast<std::uint64_t>(info.st_size);
    }

    Result<void> truncate(std::uint64_t size) override {
        const auto to = static_cast<off_t>(size);
        if (retry([&] { return ::ftruncate(fd_.get(), to); }) < 0) {
            return fail_errno("truncate", path_, errno);
        }
        return {};
    }

    Descriptor release() && { return std::move(fd_); }

  private:
    Descriptor fd_;
    std::string path_;
};

class PosixFileLock final : public FileLock {
  public:
    explicit PosixFileLock(Descriptor fd) : fd_{std::move(fd)} {}

  private:
    Descriptor fd_;
};

int flags_of(OpenMode mode) {
    switch (mode) {
        case OpenMode::read:
            return O_RDONLY;
        case OpenMode::write:
            return O_RDWR | O_CREAT;
        case OpenMode::append:
            return O_RDWR | O_CREAT | O_APPEND;
        case OpenMode::recreate:
            return O_RDWR | O_CREAT | O_APPEND | O_TRUNC;
    }
    return O_RDONLY;
}

/// Who holds a lock, from the text it wrote; only ever shown to a person.
std::string holder_of(const PosixFile& file) {
    std::array<std::uint8_t, 20> text{};
    const auto got = file.read_at(0, text);
    if (!got) return "?";
    const std::string_view digits =
        text_of(text).substr(0, std::min(text_of(text).find_first_not_of("0123456789"), *got));
    return digits.empty() ? "?" : std::string{digits};
}

}  // namespace

Result<std::unique_ptr<File>> PosixFileSystem::open(const std::string& path, OpenMode mode) {
    ROPE_TRY(Descriptor fd, open_descriptor(path, flags_of(mode)));
    struct stat info{};
    if (::fstat(fd.get(), &info) < 0) return fail_errno("stat", path, errno);
    if (S_ISDIR(info.st_mode)) return fail(ErrorCode::not_found, "open " + path + ": is a folder");
    return std::unique_ptr<File>{std::make_unique<PosixFile>(std::move(fd), path)};
}

Result<void> PosixFileSystem::rename(const std::string& from, const std::string& to) {
    if (std::rename(from.c_str(), to.c_str()) != 0) {
        return fail_errno("rename", from + " to " + to, errno);
    }
    return {};
}

Result<void> PosixFileSystem::remove(const std::string& path) {
    if (::unlink(path.c_str()) != 0) return fail_errno("remove", path, errno);
    return {};
}

Result<void> PosixFileSystem::remove_all(const std::string& path) {
    std::error_code error;
    std::filesystem::remove_all(path, error);
    if (error) return fail(ErrorCode::io, "remove " + path + ": " + error.message());
    return {};
}

Result<void> PosixFileSystem::create_dirs(const std::string& path) {
    for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
        const std::string dir = path.substr(0, end);
        if (::mkdir(dir.c_str(), kDirMode) == 0) {
            if (auto done = sync_dir(parent_of(dir)); !done) return done;
        } else if (errno != EEXIST) {
            return fail_errno("create folder", dir, errno);
        }
        if (end == std::string::npos || end + 1 == path.size()) return {};
    }
}

Result<std::vector<std::string>> PosixFileSystem::list(const std::string& dir) {
    DIR* const stream = ::opendir(dir.c_str());
    if (stream == nullptr) return fail_errno("list", dir, errno);
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* const entry = ::readdir(stream)) {
        const std::string_view name{entry->d_name};
        if (name != "." && name != "..") names.emplace_back(name);
        errno = 0;
    }
    const int number = errno;
    ::closedir(stream);
    if (number != 0) return fail_errno("list", dir, number);
    std::sort(names.begin(), names.end());
    return names;
}

Result<void> PosixFileSystem::sync_dir(const std::string& dir) {
    ROPE_TRY(const Descriptor fd, open_descriptor(dir, O_RDONLY | O_DIRECTORY));
    if (retry([&] { return ::fsync(fd.get()); }) < 0) return fail_errno("sync folder", dir, errno);
    return {};
}

Result<bool> PosixFileSystem::exists(const std::string& path) {
    struct stat info{};
    if (::stat(path.c_str(), &info) == 0) return true;
    if (errno == ENOENT || errno == ENOTDIR) return false;
    return fail_errno("stat", path, errno);
}

Result<std::unique_ptr<FileLock>> PosixFileSystem::lock(const std::string& path) {
    ROPE_TRY(Descriptor fd, open_descriptor(path, O_RDWR | O_CREAT));
    const int raw = fd.get();
    PosixFile file{std::move(fd), path};
    if (retry([&] { return ::flock(raw, LOCK_EX | LOCK_NB); }) < 0) {
        if (errno != EWOULDBLOCK) return fail_errno("lock", path, errno);
        return fail(ErrorCode::busy, "lock " + path + ": held by process " + holder_of(file));
    }
    if (auto done = file.truncate(0); !done) return Unexpected{done.error()};
    const std::string pid = std::to_string(::getpid()) + "\n";
    if (auto done = file.write_at(0, view_of(pid)); !done) return Unexpected{done.error()};
    return std::unique_ptr<FileLock>{std::make_unique<PosixFileLock>(std::move(file).release())};
}

}  // namespace ropenet::storage
