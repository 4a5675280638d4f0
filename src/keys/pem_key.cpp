#include "keys/pem_key.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "keys/secret_file.hpp"

namespace ropenet::keys {
namespace {

constexpr std::size_t kRsaBits = 3072;
constexpr std::string_view kPemBegin = "-----BEGIN PRIVATE KEY-----";
constexpr std::string_view kPemEnd = "-----END PRIVATE KEY-----";

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

std::string with_openssl_reason(std::string what) {
    const char* reason = ERR_reason_error_string(ERR_peek_last_error());
    ERR_clear_error();
    if (reason == nullptr) return what;
    return std::move(what) + ": " + reason;
}

Result<PrivateKey> private_key_from_pem(std::string_view pem, std::string_view kinds) {
    if (pem.size() > kKeyFileBytesMax || !is_one_private_key_block(pem)) {
        return fail(ErrorCode::config, wrong_block(pem));
    }
    const Bio bio{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
    PrivateKey key{bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr)
                       : nullptr};
    if (!key) {
        return fail(ErrorCode::config,
                    with_openssl_reason("not a key of type " + std::string{kinds}));
    }
    ERR_clear_error();
    return key;
}

Result<void> save_private_key(EVP_PKEY* key, const std::filesystem::path& path,
                              Overwrite overwrite) {
    // A secure-memory BIO wipes its buffer when it is freed.
    const Bio bio{BIO_new(BIO_s_secmem())};
    if (!bio ||
        PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
        return fail(ErrorCode::invalid, with_openssl_reason("encoding the private key failed"));
    }
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    return write_secret_file(path, {text, static_cast<std::size_t>(size)}, overwrite);
}

Result<PrivateKey> generate_rsa_key() {
    PrivateKey key{EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", kRsaBits)};
    if (!key) return fail(ErrorCode::unavailable, with_openssl_reason("making an RSA key failed"));
    return key;
}

Result<PrivateKey> load_rsa_key(const std::filesystem::path& path) {
    SecretText text{kKeyFileBytesMax};
    ROPE_TRY(const std::size_t size, read_secret_file(path, text));
    auto key = private_key_from_pem(text.first(size), "RSA");
    if (!key) return Unexpected{with_context("key file " + path.string(), key.error())};
    if (EVP_PKEY_is_a(key->get(), "RSA") != 1 ||
        EVP_PKEY_get_bits(key->get()) != static_cast<int>(kRsaBits)) {
        return fail(ErrorCode::config, "key file " + path.string() + " holds no RSA-3072 key");
    }
    return key;
}

}  // namespace ropenet::keys
