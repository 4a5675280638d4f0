// Files that hold private keys: mode 0600, refused when group or others may read them.
//
// Knows nothing of what stands in them. Inside keys only.
// Errors: config (the mode, or too large), not_found, exists, io. Any thread.
#pragma once

#include <openssl/crypto.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "keys/key_file.hpp"

namespace ropenet::keys {

inline constexpr std::size_t kKeyFileBytesMax = 16 * 1024;

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

/// The number of bytes read into `text`. Refuses a file that group or others may read.
Result<std::size_t> read_secret_file(const std::filesystem::path& path, SecretText& text);

/// Durable when it returns: temporary file (0600), fsync, put in place, fsync of the folder.
Result<void> write_secret_file(const std::filesystem::path& path, std::string_view text,
                               Overwrite overwrite);

}  // namespace ropenet::keys
