#include "storage/testing/fault_rocksdb.hpp"

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <span>
#include <utility>

namespace ropenet::storage::testing {
namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

IOStatus status_of(const Error& error) {
    if (error.code == ErrorCode::not_found) return IOStatus::PathNotFound(error.what);
    if (error.what.find("ENOSPC") != std::string::npos) return IOStatus::NoSpace(error.what);
    return IOStatus::IOError(error.what);
}

template <typename T>
IOStatus status_of(const Result<T>& result) {
    return result ? IOStatus::OK() : status_of(result.error());
}

/// RocksDB writes "dir//name" and "dir/" here and there.
std::string plain(const std::string& path) {
    std::string out;
    for (const char c : path) {
        if (c != '/' || out.empty() || out.back() != '/') out += c;
    }
    if (out.size() > 1 && out.back() == '/') out.pop_back();
    return out;
}

BytesView bytes_of(const Slice& slice) {
    return ropenet::view_of(std::string_view{slice.data(), slice.size()});
}

IOStatus read_into(const File& file, std::uint64_t offset, std::size_t n, Slice* result,
                   char* scratch) {
    const auto count = file.read_at(offset, std::span{reinterpret_cast<std::uint8_t*>(scratch), n});
    *result = Slice{scratch, count ? *count : 0};
    return status_of(count);
}

class Sequential final : public rocksdb::FSSequentialFile {
  public:
    explicit Sequential(std::unique_ptr<File> file) : file_{std::move(file)} {}
    IOStatus Read(size_t n, const IOOptions& /*options*/, Slice* result, char* scratch,
                  IODebugContext* /*dbg*/) override {
        const IOStatus status = read_into(*file_, at_, n, result, scratch);
        at_ += result->size();
        return status;
    }
    IOStatus Skip(uint64_t n) override {
        at_ += n;
        return IOStatus::OK();
    }

  private:
    std::unique_ptr<File> file_;
    std::uint64_t at_ = 0;
};

class RandomAccess final : public rocksdb::FSRandomAccessFile {
  public:
    explicit RandomAccess(std::unique_ptr<File> file) : file_{std::move(file)} {}
    IOStatus Read(uint64_t offset, size_t n, const IOOptions& /*options*/, Slice* result,
                  char* scratch, IODebugContext* /*dbg*/) const override {
        return read_into(*file_, offset, n, result, scratch);
    }

  private:
    std::unique_ptr<File> file_;
};

class Writable final : public rocksdb::FSWritableFile {
  public:
    explicit Writable(std::unique_ptr<File> file) : file_{std::move(file)} {}
    using rocksdb::FSWritableFile::Append;
    IOStatus Append(const Slice& data, const IOOptions& /*options*/,
                    IODebugContext* /*dbg*/) override {
        return status_of(file_->append(bytes_of(data)));
    }
    IOStatus Append(const Slice& data, const IOOptions& options,
                    const rocksdb::DataVerificationInfo& /*checksum*/,
                    IODebugContext* dbg) override {
        return Append(data, options, dbg);
    }
    IOStatus Truncate(uint64_t size, const IOOptions& /*options*/,
                      IODebugContext* /*dbg*/) override {
        const auto now = file_->size();
        if (now && *now == size) return IOStatus::OK();
        return status_of(file_->truncate(size));
    }
    IOStatus Close(const IOOptions& /*options*/, IODebugContext* /*dbg*/) override {
        return IOStatus::OK();
    }
    IOStatus Flush(const IOOptions& /*options*/, IODebugContext* /*dbg*/) override {
        return IOStatus::OK();
    }
    IOStatus Sync(const IOOptions& /*options*/, IODebugContext* /*dbg*/) override {
        return status_of(file_->sync());
    }
    uint64_t GetFileSize(const IOOptions& /*options*/, IODebugContext* /*dbg*/) override {
        const auto size = file_->size();
        return size ? *size : 0;
    }

  private:
    std::unique_ptr<File> file_;
};

class Directory final : public rocksdb::FSDirectory {
  public:
    Directory(FaultFs& disk, std::string path) : disk_{disk}, path_{std::move(path)} {}
    IOStatus Fsync(const IOOptions& /*options*/, IODebugContext* /*dbg*/) override {
        return status_of(disk_.sync_dir(path_));
    }

  private:
    FaultFs& disk_;
    std::string path_;
};

struct Held final : rocksdb::FileLock {
    std::unique_ptr<storage::FileLock> lock;
};

class OnFaultFs final : public rocksdb::FileSystem {
  public:
    explicit OnFaultFs(FaultFs& disk) : disk_{disk} {}

    const char* Name() const override { return "FaultFs"; }

    IOStatus NewSequentialFile(const std::string& path, const FileOptions& /*options*/,
                               std::unique_ptr<rocksdb::FSSequentialFile>* result,
                               IODebugContext* /*dbg*/) override {
        return open<Sequential>(path, OpenMode::read, result);
    }
    IOStatus NewRandomAccessFile(const std::string& path, const FileOptions& /*options*/,
                                 std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
                                 IODebugContext* /*dbg*/) override {
        return open<RandomAccess>(path, OpenMode::read, result);
    }
    IOStatus NewWritableFile(const std::string& path, const FileOptions& /*options*/,
                             std::unique_ptr<rocksdb::FSWritableFile>* result,
                             IODebugContext* /*dbg*/) override {
        return open<Writable>(path, OpenMode::recreate, result);
    }
    IOStatus ReopenWritableFile(const std::string& path, const FileOptions& /*options*/,
                                std::unique_ptr<rocksdb::FSWritableFile>* result,
                                IODebugContext* /*dbg*/) override {
        return open<Writable>(path, OpenMode::append, result);
    }
    IOStatus NewDirectory(const std::string& path, const IOOptions& /*options*/,
                          std::unique_ptr<rocksdb::FSDirectory>* result,
                          IODebugContext* /*dbg*/) override {
        if (!disk_.is_dir(plain(path))) return IOStatus::PathNotFound(path);
        *result = std::make_unique<Directory>(disk_, plain(path));
        return IOStatus::OK();
    }
    IOStatus FileExists(const std::string& path, const IOOptions& /*options*/,
                        IODebugContext* /*dbg*/) override {
        const auto there = disk_.exists(plain(path));
        if (there && !*there) return IOStatus::NotFound(path);
        return status_of(there);
    }
    IOStatus GetChildren(const std::string& dir, const IOOptions& /*options*/,
                         std::vector<std::string>* result, IODebugContext* /*dbg*/) override {
        auto names = disk_.list(plain(dir));
        const IOStatus status = status_of(names);
        if (names) *result = *std::move(names);
        return status;
    }
    IOStatus DeleteFile(const std::string& path, const IOOptions& /*options*/,
                        IODebugContext* /*dbg*/) override {
        return status_of(disk_.remove(plain(path)));
    }
    IOStatus CreateDir(const std::string& dir, const IOOptions& options,
                       IODebugContext* dbg) override {
        if (disk_.is_dir(plain(dir))) return IOStatus::IOError(dir, "exists");
        return CreateDirIfMissing(dir, options, dbg);
    }
    IOStatus CreateDirIfMissing(const std::string& dir, const IOOptions& /*options*/,
                                IODebugContext* /*dbg*/) override {
        return status_of(disk_.create_dirs(plain(dir)));
    }
    IOStatus DeleteDir(const std::string& dir, const IOOptions& /*options*/,
                       IODebugContext* /*dbg*/) override {
        return status_of(disk_.remove_all(plain(dir)));
    }
    IOStatus GetFileSize(const std::string& path, const IOOptions& /*options*/, uint64_t* size,
                         IODebugContext* /*dbg*/) override {
        const auto file = disk_.open(plain(path), OpenMode::read);
        if (!file) return status_of(file);
        const auto found = (*file)->size();
        *size = found ? *found : 0;
        return status_of(found);
    }
    IOStatus GetFileModificationTime(const std::string& /*path*/, const IOOptions& /*options*/,
                                     uint64_t* time, IODebugContext* /*dbg*/) override {
        *time = 0;
        return IOStatus::OK();
    }
    IOStatus RenameFile(const std::string& from, const std::string& to,
                        const IOOptions& /*options*/, IODebugContext* /*dbg*/) override {
        return status_of(disk_.rename(plain(from), plain(to)));
    }
    IOStatus LockFile(const std::string& path, const IOOptions& /*options*/,
                      rocksdb::FileLock** lock, IODebugContext* /*dbg*/) override {
        auto taken = disk_.lock(plain(path));
        const IOStatus status = status_of(taken);
        if (!taken) return status;
        auto held = std::make_unique<Held>();
        held->lock = *std::move(taken);
        *lock = held.release();
        return status;
    }
    IOStatus UnlockFile(rocksdb::FileLock* lock, const IOOptions& /*options*/,
                        IODebugContext* /*dbg*/) override {
        const std::unique_ptr<rocksdb::FileLock> given_back{lock};
        return IOStatus::OK();
    }
    IOStatus GetTestDirectory(const IOOptions& /*options*/, std::string* path,
                              IODebugContext* /*dbg*/) override {
        *path = "/";
        return IOStatus::OK();
    }
    IOStatus GetAbsolutePath(const std::string& path, const IOOptions& /*options*/,
                             std::string* absolute, IODebugContext* /*dbg*/) override {
        *absolute = plain(path);
        return IOStatus::OK();
    }
    IOStatus IsDirectory(const std::string& path, const IOOptions& /*options*/, bool* is_dir,
                         IODebugContext* /*dbg*/) override {
        *is_dir = disk_.is_dir(plain(path));
        return IOStatus::OK();
    }

  private:
    template <typename Mine, typename Theirs>
    IOStatus open(const std::string& path, OpenMode mode, std::unique_ptr<Theirs>* result) {
        auto file = disk_.open(plain(path), mode);
        const IOStatus status = status_of(file);
        if (file) *result = std::make_unique<Mine>(*std::move(file));
        return status;
    }

    FaultFs& disk_;
};

}  // namespace

std::shared_ptr<rocksdb::Env> rocksdb_env_on(FaultFs& disk) {
    return rocksdb::NewCompositeEnv(std::make_shared<OnFaultFs>(disk));
}

}  // namespace ropenet::storage::testing
