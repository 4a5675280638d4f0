#include "keys/secret_file.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "base/bytes.hpp"
#include "keys/random.hpp"

namespace ropenet::keys {
namespace {

class File {
  public:
    explicit File(int descriptor) : descriptor_{descriptor} {}
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() { close(); }

    int get() const { return descriptor_; }
    bool is_open() const { return descriptor_ >= 0; }
    bool close() {
        const int closing = std::exchange(descriptor_, -1);
        return closing < 0 || ::close(closing) == 0;
    }

  private:
    int descriptor_;
};

/// Takes errno as the reason.
Unexpected<Error> failed(const char* tried, const std::filesystem::path& path) {
    const int reason = errno;
    const ErrorCode code = reason == ENOENT   ? ErrorCode::not_found
                           : reason == EEXIST ? ErrorCode::exists
                                              : ErrorCode::io;
    return fail(code, std::string{tried} + " " + path.string() + ": " +
                          std::system_category().message(reason));
}

Result<void> check_mode(int descriptor, const std::filesystem::path& path) {
    struct stat status{};
    if (::fstat(descriptor, &status) != 0) return failed("looking at key file", path);
    if (!S_ISREG(status.st_mode)) {
        return fail(ErrorCode::config, "key file " + path.string() + " is not a regular file");
    }
    if ((status.st_mode & 077U) != 0) {
        return fail(ErrorCode::config, "key file " + path.string() +
                                           " is open to group or others; run: chmod 600 " +
                                           path.string());
    }
    return {};
}

Result<std::size_t> read_all(int descriptor, SecretText& text, const std::filesystem::path& path) {
    std::size_t size = 0;
    while (size < text.capacity()) {
        const ssize_t got = ::read(descriptor, text.data() + size, text.capacity() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failed("reading key file", path);
        if (got == 0) return size;
        size += static_cast<std::size_t>(got);
    }
    return fail(ErrorCode::config, "key file " + path.string() + " is too large for a key");
}

Result<void> write_all(int descriptor, std::string_view text, const std::filesystem::path& path) {
    while (!text.empty()) {
        const ssize_t done = ::write(descriptor, text.data(), text.size());
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) return failed("writing key file", path);
        text.remove_prefix(static_cast<std::size_t>(done));
    }
    return {};
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
    return path.has_parent_path() ? path.parent_path() : std::filesystem::path{"."};
}

Result<void> sync_folder(const std::filesystem::path& folder) {
    const File file{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!file.is_open() || ::fsync(file.get()) != 0) return failed("syncing folder", folder);
    return {};
}

Result<void> write_new_file(const std::filesystem::path& path, std::string_view text) {
    File file{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
    if (!file.is_open()) return failed("creating key file", path);
    // The process may run with a mask that took away more than we need.
    if (::fchmod(file.get(), 0600) != 0) return failed("setting mode of key file", path);
    auto written = write_all(file.get(), text, path);
    if (!written) return written;
    if (::fsync(file.get()) != 0 || !file.close()) return failed("syncing key file", path);
    return {};
}

Result<void> put_in_place(const std::filesystem::path& from, const std::filesystem::path& to,
                          Overwrite overwrite) {
    const unsigned flags = overwrite == Overwrite::refuse ? RENAME_NOREPLACE : 0U;
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags) == 0) return {};
    // Some file systems cannot rename without replacing; a second name is as atomic.
    if (errno != EINVAL || ::link(from.c_str(), to.c_str()) != 0) {
        return failed("putting key file in place", to);
    }
    ::unlink(from.c_str());
    return {};
}

}  // namespace

Result<void> write_secret_file(const std::filesystem::path& path, std::string_view text,
                               Overwrite overwrite) {
    ROPE_TRY(const auto nonce, random_nonce());
    std::filesystem::path temporary = path;
    temporary += ".tmp-" + hex(nonce);
    auto done = write_new_file(temporary, text);
    if (done) done = put_in_place(temporary, path, overwrite);
    if (!done) {
        ::unlink(temporary.c_str());
        return done;
    }
    return sync_folder(folder_of(path));
}

Result<std::size_t> read_secret_file(const std::filesystem::path& path, SecretText& text) {
    const File file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!file.is_open()) return failed("opening key file", path);
    ROPE_DO(check_mode(file.get(), path));
    return read_all(file.get(), text, path);
}

}  // namespace ropenet::keys
