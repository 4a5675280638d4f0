#include "keys/key_file.hpp"

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

#include "keys/local_signer.hpp"
#include "keys/random.hpp"

namespace ropenet::keys {
namespace {

constexpr std::size_t kKeyFileBytesMax = 16 * 1024;
constexpr std::string_view kPemBegin = "-----BEGIN PRIVATE KEY-----";
constexpr std::string_view kPemEnd = "-----END PRIVATE KEY-----";

/// Text of a private key; wiped when it goes. Never grows, so that no copy stays behind.
class SecretText {
  public:
    explicit SecretText(std::size_t size) : text_(size, '\0') {}
    SecretText(const SecretText&) = delete;
    SecretText& operator=(const SecretText&) = delete;
    ~SecretText() { OPENSSL_cleanse(text_.data(), text_.size()); }

    char* data() { return text_.data(); }
    std::size_t capacity() const { return text_.size(); }
    std::string_view first(std::size_t size) const {
        return std::string_view{text_}.substr(0, size);
    }

  private:
    std::string text_;
};

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

Result<void> write_durably(const std::filesystem::path& path, std::string_view text,
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

struct BioFree {
    void operator()(BIO* bio) const { BIO_free(bio); }
};
using Bio = std::unique_ptr<BIO, BioFree>;

/// Answers for a password that there is none, instead of asking the terminal.
int no_password(char*, int, int, void*) {
    return -1;
}

/// What a person most likely did when the text is not a PRIVATE KEY block.
std::string wrong_block(std::string_view pem) {
    const std::string fix = "; convert it with: openssl pkcs8 -topk8 -nocrypt";
    if (pem.find("BEGIN ENCRYPTED PRIVATE KEY") != std::string_view::npos) {
        return "the key is encrypted, which is not supported" + fix;
    }
    if (pem.find("BEGIN EC PRIVATE KEY") != std::string_view::npos ||
        pem.find("BEGIN SM2 PRIVATE KEY") != std::string_view::npos) {
        return "the key is not in PKCS#8 form" + fix;
    }
    return "not one PEM block of type PRIVATE KEY (PKCS#8)";
}

bool is_one_private_key_block(std::string_view pem) {
    if (!pem.starts_with(kPemBegin)) return false;
    const std::size_t end = pem.find(kPemEnd);
    if (end == std::string_view::npos) return false;
    return pem.find_first_not_of("\r\n", end + kPemEnd.size()) == std::string_view::npos;
}

}  // namespace

Result<std::unique_ptr<Signer>> generate_signer(crypto::Alg alg) {
    EVP_PKEY* key = nullptr;
    switch (alg) {
        case crypto::Alg::ed25519:
            key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
            break;
        case crypto::Alg::es256:
            key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
            break;
        case crypto::Alg::sm2:
            key = EVP_PKEY_Q_keygen(nullptr, nullptr, "SM2");
            break;
    }
    if (key == nullptr) {
        return fail(ErrorCode::unavailable, with_openssl_reason("generating a key failed"));
    }
    return make_local_signer(PrivateKey{key});
}

Result<std::unique_ptr<Signer>> signer_from_pem(std::string_view pem) {
    if (pem.size() > kKeyFileBytesMax || !is_one_private_key_block(pem)) {
        return fail(ErrorCode::config, wrong_block(pem));
    }
    const Bio bio{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
    PrivateKey key{bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr)
                       : nullptr};
    if (!key) {
        return fail(ErrorCode::config,
                    with_openssl_reason("not a key of type Ed25519, EC on P-256, or SM2"));
    }
    ERR_clear_error();
    return make_local_signer(std::move(key));
}

Result<std::unique_ptr<Signer>> load_signer(const std::filesystem::path& path) {
    const File file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!file.is_open()) return failed("opening key file", path);
    const auto mode = check_mode(file.get(), path);
    if (!mode) return Unexpected{mode.error()};
    SecretText text{kKeyFileBytesMax};
    ROPE_TRY(const std::size_t size, read_all(file.get(), text, path));
    auto signer = signer_from_pem(text.first(size));
    if (!signer) return Unexpected{with_context("key file " + path.string(), signer.error())};
    return signer;
}

Result<void> save_signer(const Signer& signer, const std::filesystem::path& path,
                         Overwrite overwrite) {
    const auto* local = dynamic_cast<const LocalSigner*>(&signer);
    if (local == nullptr) {
        return fail(ErrorCode::invalid, "the private key of this signer is not in this process");
    }
    // A secure-memory BIO wipes its buffer when it is freed.
    const Bio bio{BIO_new(BIO_s_secmem())};
    if (!bio || PEM_write_bio_PKCS8PrivateKey(bio.get(), local->private_key(), nullptr, nullptr, 0,
                                              nullptr, nullptr) != 1) {
        return fail(ErrorCode::invalid, with_openssl_reason("encoding the private key failed"));
    }
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    return write_durably(path, {text, static_cast<std::size_t>(size)}, overwrite);
}

}  // namespace ropenet::keys
