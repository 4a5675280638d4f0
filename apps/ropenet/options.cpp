#include "ropenet/options.hpp"

#include <cstdio>
#include <cstdlib>

#include "storage/posix_file_system.hpp"

namespace ropenet::cli {
namespace {

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string{} : std::string{value};
}

std::string with_scheme(std::string address) {
    return address.find("://") == std::string::npos ? "http://" + address : address;
}

std::optional<json::Value> read_json(const std::filesystem::path& path) {
    const auto bytes = read_input_file(path, 1U << 20);
    if (!bytes) return std::nullopt;
    auto value = json::parse(text_of(*bytes));
    return value ? std::optional{*std::move(value)} : std::nullopt;
}

const std::string* string_at(const json::Value& object, std::string_view key) {
    const json::Value* value = object.find(key);
    return value == nullptr ? nullptr : value->as_string();
}

}  // namespace

std::filesystem::path Options::data_folder() const {
    if (!data.empty()) return data;
    const std::string from_environment = environment("ROPENET_DATA");
    return from_environment.empty() ? kDefaultData : from_environment;
}

Lang Options::language() const {
    if (!lang.empty()) return lang == "zh" ? Lang::zh : Lang::en;
    for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
        const std::string value = environment(name);
        if (!value.empty()) return value.starts_with("zh") ? Lang::zh : Lang::en;
    }
    return Lang::en;
}

std::string Options::node_url() const {
    if (!http.empty()) return with_scheme(http);
    const std::string from_environment = environment("ROPENET_HTTP");
    if (!from_environment.empty()) return with_scheme(from_environment);
    const auto running = read_json(data_folder() / "node.json");
    const std::string* address = running ? string_at(*running, "http") : nullptr;
    return with_scheme(address == nullptr ? kDefaultHttp : *address);
}

std::string Options::ca_file() const {
    if (!cacert.empty()) return cacert;
    const std::string from_environment = environment("ROPENET_CACERT");
    if (!from_environment.empty()) return from_environment;
    // What node_url() takes from the running node comes with the authority that it made, if any.
    if (!http.empty() || !environment("ROPENET_HTTP").empty()) return {};
    const auto running = read_json(data_folder() / "node.json");
    const std::string* ca = running ? string_at(*running, "ca") : nullptr;
    return ca == nullptr ? std::string{} : *ca;
}

Expected<Identity, Failure> find_identity(const std::filesystem::path& data,
                                          const std::string& name) {
    const auto path = data / "dev" / "accounts.json";
    const auto list = read_json(path);
    const json::Value* accounts = list ? list->find("accounts") : nullptr;
    if (accounts == nullptr || accounts->as_array() == nullptr) {
        return Unexpected{Failure{
            .exit = Exit::not_found,
            .code = "no_identities",
            .what = {"no development identities in " + path.string(),
                     path.string() + " 中没有演示身份"},
            .next = {"name the folder of a `ropenet dev` node with --data, or sign with --key FILE",
                     "用 --data 指定 `ropenet dev` 的数据目录，或用 --key FILE 签名"}}};
    }
    std::string known;
    for (const json::Value& item : *accounts->as_array()) {
        const std::string* item_name = string_at(item, "name");
        const std::string* account = string_at(item, "account");
        const std::string* key_file = string_at(item, "key_file");
        if (item_name == nullptr || account == nullptr || key_file == nullptr) continue;
        if (*item_name == name) {
            std::filesystem::path file{*key_file};
            if (file.is_relative()) file = data / "dev" / file;
            return Identity{.name = name, .account = *account, .key_file = file};
        }
        known += known.empty() ? *item_name : ", " + *item_name;
    }
    return Unexpected{Failure{
        .exit = Exit::not_found,
        .code = "unknown_identity",
        .what = {"no development identity is called " + name, "没有名为 " + name + " 的演示身份"},
        .next = {"use one of: " + known, "可用：" + known}}};
}

Expected<Bytes, Failure> read_input_file(const std::filesystem::path& path, std::size_t bytes_max) {
    storage::PosixFileSystem files;
    auto bytes = storage::read_file(files, path.string(), bytes_max);
    if (!bytes) return Unexpected{failure_of(bytes.error())};
    return *std::move(bytes);
}

Expected<Bytes, Failure> read_standard_input(std::size_t bytes_max) {
    Bytes out(bytes_max + 1);
    const std::size_t got = std::fread(out.data(), 1, out.size(), stdin);
    if (std::ferror(stdin) != 0) {
        return Unexpected{
            failure_of(Error{.code = ErrorCode::io, .what = "cannot read standard input"})};
    }
    if (got > bytes_max) {
        return Unexpected{failure_of(Error{
            .code = ErrorCode::invalid,
            .what = "standard input holds more than " + std::to_string(bytes_max) + " bytes"})};
    }
    out.resize(got);
    return out;
}

Expected<void, Failure> write_output_file(const std::filesystem::path& path, BytesView bytes) {
    storage::PosixFileSystem files;
    if (path.has_parent_path()) {
        const auto made = files.create_dirs(path.parent_path().string());
        if (!made) return Unexpected{failure_of_writing(made.error())};
    }
    const auto written = storage::write_file_atomically(files, path.string(), bytes);
    if (!written) return Unexpected{failure_of_writing(written.error())};
    return {};
}

}  // namespace ropenet::cli
