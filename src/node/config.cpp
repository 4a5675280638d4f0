#include "node/config.hpp"

#include <algorithm>
#include <array>
#include <sstream>

#include <toml++/toml.h>

#include "base/nearest.hpp"
#include "types/names.hpp"

namespace ropenet::node {
namespace {

constexpr std::array<std::string_view, 8> kKeys = {
    "network", "ropes", "http", "admin", "tls_cert", "tls_key", "http_threads", "log_level"};
constexpr std::array<std::string_view, 4> kLevels = {"debug", "info", "warning", "error"};

Unexpected<Error> wrong(std::string_view path, std::string what) {
    return fail(ErrorCode::config, std::string{path} + ": " + std::move(what));
}

std::string suggestion(std::string_view key) {
    const std::vector<std::string> known(kKeys.begin(), kKeys.end());
    const std::string meant = nearest_word(key, known);
    if (!meant.empty()) return "; did you mean `" + meant + "`?";
    return "; the keys are network, ropes, http, admin, tls_cert, tls_key, http_threads, log_level";
}

Result<void> check_keys(const toml::table& table, std::string_view path) {
    for (const auto& [key, node] : table) {
        const std::string_view name = key.str();
        if (std::ranges::find(kKeys, name) != kKeys.end()) continue;
        return wrong(path, "line " + std::to_string(node.source().begin.line) + ": unknown key `" +
                               std::string{name} + "`" + suggestion(name));
    }
    return {};
}

Result<void> read_text(const toml::table& table, std::string_view path, std::string_view key,
                       std::string& out) {
    const toml::node* node = table.get(key);
    if (node == nullptr) return {};
    const auto text = node->value_exact<std::string>();
    if (!text) return wrong(path, "`" + std::string{key} + "` must be text");
    out = *text;
    return {};
}

Result<void> read_ropes(const toml::table& table, std::string_view path, Config& config) {
    const toml::node* node = table.get("ropes");
    if (node == nullptr) return {};
    const toml::array* items = node->as_array();
    if (items == nullptr || items->empty() || items->size() > kRopesMax) {
        return wrong(path, "`ropes` must be a list of 1 to 64 names");
    }
    config.ropes.clear();
    for (const toml::node& item : *items) {
        const auto name = item.value_exact<std::string>();
        if (!name || !is_origin_part(*name)) {
            return wrong(path, "`ropes`: a name is [a-z0-9][a-z0-9.-]{0,62}");
        }
        if (std::ranges::find(config.ropes, *name) != config.ropes.end()) {
            return wrong(path, "`ropes`: `" + *name + "` twice");
        }
        config.ropes.push_back(*name);
    }
    return {};
}

Result<void> read_numbers(const toml::table& table, std::string_view path, Config& config) {
    if (const toml::node* node = table.get("http_threads")) {
        const auto threads = node->value_exact<std::int64_t>();
        if (!threads || *threads < 1 || *threads > kHttpThreadsMax) {
            return wrong(path, "`http_threads` must be 1 to 64");
        }
        config.http_threads = static_cast<unsigned>(*threads);
    }
    std::string level{kLevels[static_cast<std::size_t>(config.log_level)]};
    ROPE_DO(read_text(table, path, "log_level", level));
    const auto known = std::ranges::find(kLevels, level);
    if (known == kLevels.end()) {
        return wrong(path, "`log_level` must be debug, info, warning or error");
    }
    config.log_level = static_cast<LogLevel>(known - kLevels.begin());
    return {};
}

}  // namespace

std::string origin_of(const Config& config, std::string_view rope) {
    return config.network + "/" + std::string{rope};
}

Result<Config> config_from_toml(std::string_view text, std::string_view path) {
    if (text.size() > kConfigBytesMax) return wrong(path, "larger than 64 KiB");
    toml::table table;
    try {
        table = toml::parse(text);
    } catch (const toml::parse_error& error) {
        return wrong(path, "line " + std::to_string(error.source().begin.line) + ": " +
                               std::string{error.description()});
    }
    ROPE_DO(check_keys(table, path));
    Config config;
    ROPE_DO(read_text(table, path, "network", config.network));
    ROPE_DO(read_text(table, path, "http", config.http));
    ROPE_DO(read_text(table, path, "admin", config.admin));
    ROPE_DO(read_text(table, path, "tls_cert", config.tls_cert));
    ROPE_DO(read_text(table, path, "tls_key", config.tls_key));
    if (config.tls_cert.empty() != config.tls_key.empty()) {
        return wrong(path, "`tls_cert` and `tls_key` belong together: give both");
    }
    ROPE_DO(read_ropes(table, path, config));
    ROPE_DO(read_numbers(table, path, config));
    if (!is_origin_part(config.network)) {
        return wrong(path, "`network` is [a-z0-9][a-z0-9.-]{0,62}");
    }
    return config;
}

namespace {

/// A path may hold what ends a text in TOML.
std::string quoted(const std::string& text) {
    std::ostringstream out;
    out << toml::value<std::string>{text};
    return out.str();
}

}  // namespace

std::string toml_from_config(const Config& config) {
    std::string ropes;
    for (const std::string& rope : config.ropes) {
        ropes += (ropes.empty() ? "\"" : ", \"") + rope + "\"";
    }
    std::ostringstream out;
    out << "# The network's name; with each rope's it makes an origin. Fixed once the folder is "
           "made.\n"
        << "network = \"" << config.network << "\"\n"
        << "ropes = [" << ropes << "]\n"
        << "# Where the API is served, and health and metrics. Port 0: any free one.\n"
        << "http = \"" << config.http << "\"\n"
        << "admin = \"" << config.admin << "\"\n"
        << "# The certificate (PEM) and its key (PEM, mode 0600) with which the API speaks TLS. "
           "They are\n"
           "# read again when they change. Another than a loopback address needs them.\n"
        << "tls_cert = " << quoted(config.tls_cert) << "\n"
        << "tls_key = " << quoted(config.tls_key) << "\n"
        << "http_threads = " << config.http_threads << "\n"
        << "# debug, info, warning or error\n"
        << "log_level = \"" << kLevels[static_cast<std::size_t>(config.log_level)] << "\"\n";
    return out.str();
}

}  // namespace ropenet::node
