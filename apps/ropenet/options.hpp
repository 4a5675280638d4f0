// What every verb understands, and where unsaid things come from.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "ropenet/answer.hpp"

namespace ropenet::cli {

inline constexpr const char* kDefaultHttp = "127.0.0.1:8480";
inline constexpr const char* kDefaultData = "ropenet-data";

struct Options {
    std::string http;  // URL of a node; empty: the data folder's node, else the default
    std::string rope;  // empty: the node's first
    std::string data;  // data folder; empty: $ROPENET_DATA, else ./ropenet-data
    std::string as;    // a development identity
    std::string key;   // a PKCS#8 PEM file
    std::string
        cacert;  // authorities that https:// believes; empty: $ROPENET_CACERT, else the system's
    bool json = false;
    std::string lang;  // "en", "zh" or empty: from LANG

    std::filesystem::path data_folder() const;
    Lang language() const;
    /// --http, else $ROPENET_HTTP, else what the data folder's running node wrote, else the
    /// default.
    std::string node_url() const;
    /// --cacert, else $ROPENET_CACERT; empty: those of the system.
    std::string ca_file() const;
};

/// A development identity as <data>/dev/accounts.json lists it.
struct Identity {
    std::string name;
    std::string account;
    std::filesystem::path key_file;
};

Expected<Identity, Failure> find_identity(const std::filesystem::path& data,
                                          const std::string& name);

/// The whole file; `bytes_max` keeps a mistake from filling memory.
Expected<Bytes, Failure> read_input_file(const std::filesystem::path& path,
                                         std::size_t bytes_max = 1U << 30);
/// Standard input to its end, at most so much.
Expected<Bytes, Failure> read_standard_input(std::size_t bytes_max);
/// Exclusively new, or replaced as a whole.
Expected<void, Failure> write_output_file(const std::filesystem::path& path, BytesView bytes);

}  // namespace ropenet::cli
