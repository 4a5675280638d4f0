// node.toml: what an operator sets. Unknown keys stop the start with a suggestion.
//
// Knows no files; the caller reads them. Errors: config, naming file, line and key. Plain values.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/log.hpp"

namespace ropenet::node {

inline constexpr std::size_t kConfigBytesMax = 64 * 1024;
inline constexpr std::size_t kRopesMax = 64;
inline constexpr unsigned kHttpThreadsMax = 64;

struct Config {
    std::string network = "dev.local";
    std::vector<std::string> ropes{"register", "scratch"};
    std::string http = "127.0.0.1:8480";  // the public API
    std::string admin = "127.0.0.1:0";    // health and metrics
    std::string tls_cert;                 // PEM; empty: the API in plain HTTP
    std::string tls_key;                  // its key, mode 0600
    unsigned http_threads = 2;
    LogLevel log_level = LogLevel::info;

    friend bool operator==(const Config&, const Config&) = default;
};

/// `<network>/<rope>`
std::string origin_of(const Config& config, std::string_view rope);

/// `path` is for the sentences alone.
Result<Config> config_from_toml(std::string_view text, std::string_view path);
/// With a comment for each key; config_from_toml gives the same config back.
std::string toml_from_config(const Config& config);

}  // namespace ropenet::node
