#include "ropenet/bundle_files.hpp"

#include <algorithm>
#include <array>

#include "ropenet/options.hpp"
#include "ropenet/temporary_folder.hpp"

namespace ropenet::cli {
namespace {

namespace fs = std::filesystem;

Failure not_a_bundle(const fs::path& path, const std::string& why) {
    return Failure{
        .exit = Exit::bad_data,
        .code = "not_a_bundle",
        .what = {path.string() + " is not an evidence bundle: " + why,
                 path.string() + " 不是证据包：" + why},
        .next = {"name a folder that `ropenet evidence export` wrote, or a bundle's .tar",
                 "请指定 `ropenet evidence export` 写出的目录或证据包 .tar"},
        .detail = {}};
}

Failure not_there(const fs::path& path) {
    return Failure{.exit = Exit::not_found,
                   .code = "not_found",
                   .what = {path.string() + " does not exist", path.string() + " 不存在"},
                   .next = {},
                   .detail = {}};
}

Expected<BundleFiles, Failure> read_folder(const fs::path& folder) {
    BundleFiles files;
    std::error_code error;
    for (fs::recursive_directory_iterator it{folder, error}; !error && it != fs::end(it);
         it.increment(error)) {
        if (!it->is_regular_file(error)) continue;
        if (files.size() >= kBundleFilesMax) {
            return Unexpected{not_a_bundle(folder, "too many files")};
        }
        ROPE_TRY(Bytes bytes, read_input_file(it->path(), kBundleFileBytesMax));
        files.emplace(fs::relative(it->path(), folder, error).generic_string(), std::move(bytes));
    }
    if (error) return Unexpected{not_a_bundle(folder, error.message())};
    return files;
}

/// A bundle without one of these is a damaged one; a folder without all of them is something else.
bool looks_like_a_bundle(const BundleFiles& files) {
    constexpr std::array<std::string_view, 4> kHeart{"tx.cose", "record.cbor", "proof.tlog",
                                                     "checkpoint.txt"};
    return std::ranges::any_of(kHeart, [&](std::string_view name) { return files.contains(name); });
}

/// What a user types, as a path whose last part is the folder's name.
fs::path named_folder(const fs::path& given) {
    std::error_code ignored;
    const fs::path path = fs::absolute(given, ignored).lexically_normal();
    return path.has_filename() ? path : path.parent_path();
}

Failure cannot_write(const fs::path& folder, const std::string& why) {
    return failure_of(Error{.code = ErrorCode::io, .what = folder.string() + ": " + why});
}

Failure in_the_way(const fs::path& folder) {
    return Failure{
        .exit = Exit::conflict,
        .code = "exists",
        .what = {folder.string() + " holds something else", folder.string() + " 中已有其他内容"},
        .next = {"name another folder with --out", "请用 --out 指定其他目录"},
        .detail = {}};
}

}  // namespace

Expected<BundleFiles, Failure> read_bundle(const fs::path& path) {
    std::error_code error;
    if (!fs::exists(path, error)) return Unexpected{not_there(path)};
    if (fs::is_directory(path, error)) {
        ROPE_TRY(BundleFiles files, read_folder(path));
        if (looks_like_a_bundle(files)) return files;
        return Unexpected{not_a_bundle(path, "no tx.cose and no record.cbor in it")};
    }
    ROPE_TRY(const Bytes bytes, read_input_file(path, kBundleTarBytesMax));
    auto files = files_from_tar(bytes);
    if (!files) return Unexpected{not_a_bundle(path, "not a tar of one")};
    return *std::move(files);
}

Expected<void, Failure> write_bundle(const fs::path& given, const BundleFiles& files) {
    const fs::path folder = named_folder(given);
    std::error_code error;
    const fs::file_status there = fs::status(folder, error);
    if (fs::exists(there) && !fs::is_directory(there)) return Unexpected{in_the_way(given)};
    if (fs::exists(there) && !fs::is_empty(folder, error)) {
        const auto held = read_folder(folder);
        if (held && *held == files) return {};
        return Unexpected{in_the_way(given)};
    }
    fs::create_directories(folder.parent_path(), error);
    TemporaryFolder fresh{folder.string() + "."};
    if (fresh.path().empty()) return Unexpected{cannot_write(given, "cannot make a folder there")};
    for (const auto& [name, bytes] : files) {
        ROPE_DO(write_output_file(fs::path{fresh.path()} / name, bytes));
    }
    constexpr auto kFolderMode =
        fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec;
    fs::permissions(fresh.path(), kFolderMode, error);
    fs::rename(fresh.path(), folder, error);  // takes the place of an empty folder
    if (error) return Unexpected{cannot_write(given, error.message())};
    fresh.release();
    return {};
}

Answer answer_of_verdict(const verify::Verdict& verdict) {
    json::Array checks;
    std::vector<Words> lines;
    for (const verify::Check& check : verdict.checks) {
        checks.emplace_back(json::Object{{"name", check.name},
                                         {"ok", check.ok},
                                         {"checked", check.checked},
                                         {"detail", check.detail},
                                         {"detail_zh", check.detail_zh}});
        const std::string mark = check.ok ? "  ok    " : check.checked ? "  FAIL  " : "  --    ";
        lines.push_back(
            {mark + check.name + ": " + check.detail, mark + check.name + "：" + check.detail_zh});
    }
    const verify::TimestampVerdict& timestamp = verdict.timestamp;
    const std::string state{verify::name_of(timestamp.state)};
    json::Object stamp{{"state", state}};
    if (timestamp.state == verify::TimestampState::ok ||
        timestamp.state == verify::TimestampState::foreign) {
        stamp.emplace_back("gen_time", timestamp.facts.gen_time);
        stamp.emplace_back("authority", timestamp.facts.authority);
        stamp.emplace_back("serial", timestamp.facts.serial);
    }
    lines.push_back({"timestamp " + state, "时间戳 " + state});
    const std::string text{verify::text_of_verdict(verdict.kind)};
    lines.push_back({text, std::string{verify::text_zh_of_verdict(verdict.kind)}});
    return Answer{.document = json::Object{{"verdict", text},
                                           {"code", verify::code_of_verdict(verdict.kind)},
                                           {"timestamp", json::Value{std::move(stamp)}},
                                           {"checks", json::Value{std::move(checks)}}},
                  .lines = std::move(lines),
                  .exit = static_cast<Exit>(verify::exit_code_of(verdict.kind))};
}

}  // namespace ropenet::cli
