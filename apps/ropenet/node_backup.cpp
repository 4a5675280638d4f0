// node backup: copies of a rope while its node runs, and a data folder out of one.
#include <filesystem>

#include "node/restore.hpp"
#include "ropenet/session.hpp"
#include "ropenet/verbs.hpp"
#include "storage/posix_file_system.hpp"
#include "types/note.hpp"

namespace ropenet::cli {
namespace {

struct BackupOptions {
    std::string store;
    std::string checkpoint;
    std::string keys;
    std::optional<std::uint64_t> at;
    std::optional<std::uint64_t> height;
};

std::string data_of(const Options& options) {
    return std::filesystem::absolute(options.data_folder()).string();
}

std::string text(std::uint64_t number) {
    return std::to_string(number);
}

node::BackupProgress progress_on(const Console& console, const Words& what) {
    const auto pace = std::make_shared<Pace>();
    return [&console, pace, what](std::uint64_t done, std::uint64_t) {
        if (!pace->due()) return;
        const std::string mib = text(done >> 20U) + " MiB";
        console.say({what.en + " " + mib, what.zh + " " + mib});
    };
}

json::Object document_of(const BackupManifest& manifest) {
    return json::Object{{"origin", manifest.origin},
                        {"height", manifest.height},
                        {"time_ms", manifest.time_ms},
                        {"log_size", manifest.size},
                        {"log_root", hex(manifest.root)}};
}

Expected<json::Value, Failure> create_one(const node::DataFolder& folder,
                                          const node::BackupPlace& place, const Console& console,
                                          Answer& out) {
    storage::PosixFileSystem files;
    const auto made =
        node::create_backup(folder, place, static_cast<std::uint64_t>(SystemClock{}.wall_ms()),
                            {.files = files, .progress = progress_on(console, {"read", "已读取"})});
    if (!made) return Unexpected{failure_of(made.error())};
    const std::string height = text(made->manifest.height);
    const std::string copied = text(made->copied_files) + "/" + text(made->files);
    out.lines.push_back({place.rope + ": backup at height " + height + ", " + copied +
                             " files copied (" + text(made->copied_bytes) + " bytes)",
                         place.rope + "：已备份至高度 " + height + "，复制文件 " + copied + "（" +
                             text(made->copied_bytes) + " 字节）"});
    json::Object document = document_of(made->manifest);
    document.emplace_back("rope", place.rope);
    document.emplace_back("files", made->files);
    document.emplace_back("bytes", made->bytes);
    document.emplace_back("copied_files", made->copied_files);
    document.emplace_back("copied_bytes", made->copied_bytes);
    return json::Value{std::move(document)};
}

VerbResult run_create(const Options& options, const BackupOptions& backup, const Console& console) {
    storage::PosixFileSystem files;
    const node::DataFolder folder{data_of(options)};
    const auto config = node::load_config(files, folder);
    if (!config) return Unexpected{failure_of(config.error())};
    Answer out;
    json::Array ropes;
    for (const std::string& rope : config->ropes) {
        if (!options.rope.empty() && options.rope != rope) continue;
        const auto read_only = files.exists(folder.read_only_marker(rope));
        if (!read_only) return Unexpected{failure_of(read_only.error())};
        if (*read_only) continue;  // its keys are not here; its own node backs it up
        ROPE_TRY(json::Value made,
                 create_one(folder, {.store = backup.store, .rope = rope}, console, out));
        ropes.push_back(std::move(made));
    }
    if (ropes.empty()) {
        return Unexpected{failure_of(
            Error{.code = ErrorCode::not_found, .what = "no such rope that this node signs for"})};
    }
    out.document = json::Object{{"to", backup.store}, {"backups", json::Value{std::move(ropes)}}};
    return out;
}

Expected<std::vector<std::string>, Failure> ropes_in(const Options& options,
                                                     const std::string& store) {
    if (!options.rope.empty()) return std::vector{options.rope};
    storage::PosixFileSystem files;
    auto ropes = node::list_backup_ropes(files, store);
    if (!ropes) return Unexpected{failure_of(ropes.error())};
    if (ropes->empty()) {
        return Unexpected{failure_of(
            Error{.code = ErrorCode::not_found, .what = store + " holds no backup of a rope"})};
    }
    return *std::move(ropes);
}

/// The newest of the rope when `at` is not given.
Expected<std::uint64_t, Failure> height_in(const node::BackupPlace& place,
                                           std::optional<std::uint64_t> at) {
    storage::PosixFileSystem files;
    const auto heights = node::list_backups(files, place);
    if (!heights) return Unexpected{failure_of(heights.error())};
    if (heights->empty()) {
        return Unexpected{failure_of(
            Error{.code = ErrorCode::not_found, .what = place.folder() + " holds no backup"})};
    }
    return at.value_or(heights->back());
}

VerbResult run_list(const Options& options, const BackupOptions& backup) {
    storage::PosixFileSystem files;
    ROPE_TRY(const auto ropes, ropes_in(options, backup.store));
    Answer out;
    json::Array found;
    for (const std::string& rope : ropes) {
        const node::BackupPlace place{.store = backup.store, .rope = rope};
        const auto heights = node::list_backups(files, place);
        if (!heights) return Unexpected{failure_of(heights.error())};
        for (const std::uint64_t height : *heights) {
            const auto opened = node::open_backup(files, place, height);
            if (!opened) return Unexpected{failure_of(opened.error())};
            const std::string line = rope + "  height " + text(height) + "  log " +
                                     text(opened->manifest.size) + "  time_ms " +
                                     text(opened->manifest.time_ms);
            out.lines.push_back({line, line});
            json::Object document = document_of(opened->manifest);
            document.emplace_back("rope", rope);
            found.emplace_back(std::move(document));
        }
    }
    out.document = json::Object{{"from", backup.store}, {"backups", json::Value{std::move(found)}}};
    return out;
}

Expected<json::Value, Failure> verify_one(const node::BackupPlace& place, std::uint64_t height,
                                          const Console& console, Answer& out) {
    storage::PosixFileSystem files;
    const auto opened = node::open_backup(files, place, height);
    if (!opened) return Unexpected{failure_of(opened.error())};
    const auto checked = node::for_each_block(
        place, *opened, [](std::uint64_t, BytesView) { return Result<void>{}; },
        {.files = files, .progress = progress_on(console, {"checked", "已核验"})});
    if (!checked) return Unexpected{failure_of(checked.error())};
    out.lines.push_back({place.rope + ": the backup at height " + text(height) +
                             " holds: digests, signature and every block; log key " +
                             opened->log_vkey,
                         place.rope + "：高度 " + text(height) +
                             " 的备份完好：摘要、签名与每个区块；日志公钥 " + opened->log_vkey});
    json::Object document = document_of(opened->manifest);
    document.emplace_back("rope", place.rope);
    document.emplace_back("log_vkey", opened->log_vkey);
    document.emplace_back("holds", true);
    return json::Value{std::move(document)};
}

VerbResult run_verify(const Options& options, const BackupOptions& backup, const Console& console) {
    ROPE_TRY(const auto ropes, ropes_in(options, backup.store));
    Answer out;
    json::Array checked;
    for (const std::string& rope : ropes) {
        const node::BackupPlace place{.store = backup.store, .rope = rope};
        ROPE_TRY(const std::uint64_t height, height_in(place, backup.at));
        ROPE_TRY(json::Value one, verify_one(place, height, console, out));
        checked.push_back(std::move(one));
    }
    out.document =
        json::Object{{"from", backup.store}, {"backups", json::Value{std::move(checked)}}};
    return out;
}

bool is_url(const std::string& where) {
    return where.starts_with("http://") || where.starts_with("https://");
}

/// A file, or the address of a log whose checkpoint it is.
Expected<std::string, Failure> read_checkpoint(const std::string& where,
                                               const std::string& ca_file) {
    if (!is_url(where)) {
        ROPE_TRY(const Bytes bytes, read_input_file(where, kNoteBytesMax));
        return std::string{text_of(bytes)};
    }
    const std::size_t path = where.find('/', where.find("://") + 3);
    if (path == std::string::npos) {
        return Unexpected{usage_failure({"--checkpoint wants the whole address of a checkpoint",
                                         "--checkpoint 须为签名树头的完整地址"})};
    }
    auto made = http::Client::for_url(where.substr(0, path), {.ca_file = ca_file});
    if (!made) return Unexpected{failure_of(made.error())};
    http::Client client = *std::move(made);
    const auto response = client.get(where.substr(path));
    if (!response) return Unexpected{failure_of(response.error())};
    constexpr unsigned kOk = 200;
    if (response->status != kOk) {
        return Unexpected{
            failure_of(Error{.code = ErrorCode::unavailable,
                             .what = where + " answered " + std::to_string(response->status)})};
    }
    return std::string{response->body_text()};
}

Answer told(const node::Restored& done, const std::string& data) {
    const bool goes_on = done.goes_on_as == done.origin;
    Answer out{.document = json::Object{{"data", data},
                                        {"origin", done.origin},
                                        {"goes_on_as", done.goes_on_as},
                                        {"continues", goes_on},
                                        {"readable", done.readable},
                                        {"height", done.height},
                                        {"log_size", done.log_size},
                                        {"txs", done.tx_count},
                                        {"state_root", hex(done.state_root)},
                                        {"log_root", hex(done.log_root)}},
               .lines = {}};
    const std::string height = text(done.height);
    out.lines.push_back({"Restored " + done.origin + " to height " + height + " (" +
                             text(done.tx_count) + " transactions), every root as before",
                         "已恢复 " + done.origin + " 至高度 " + height + "（交易 " +
                             text(done.tx_count) + " 笔），各根与原先一致"});
    if (goes_on) {
        out.lines.push_back(
            {"It goes on: nothing newer is known to be signed", "账绳继续：未见更新的签名"});
        return out;
    }
    out.lines.push_back({"It does not go on; " + done.goes_on_as +
                             " takes its place with new keys, and its genesis names the gap",
                         "原账绳不再继续；" + done.goes_on_as + " 以新密钥接续，其创世载明缺口"});
    return out;
}

VerbResult run_restore(const Options& options, const BackupOptions& backup,
                       const Console& console) {
    if (!backup.checkpoint.empty() && backup.keys.empty()) {
        return Unexpected{usage_failure({"--checkpoint needs --keys, the rope's private keys",
                                         "--checkpoint 须同时给出 --keys（账绳私钥目录）"})};
    }
    ROPE_TRY(const auto ropes, ropes_in(options, backup.store));
    if (ropes.size() > 1) {
        return Unexpected{usage_failure({"the store holds several ropes; name one with --rope",
                                         "备份库含多条账绳；请用 --rope 指定一条"})};
    }
    const node::BackupPlace place{.store = backup.store, .rope = ropes.front()};
    node::RestoreRequest request{.place = place, .keys = backup.keys};
    ROPE_TRY(request.backup, height_in(place, backup.at));
    request.height = backup.height.value_or(request.backup);
    request.now_ms = SystemClock{}.wall_ms();
    if (!backup.checkpoint.empty()) {
        ROPE_TRY(request.checkpoint, read_checkpoint(backup.checkpoint, options.ca_file()));
    }
    storage::PosixFileSystem files;
    NullLog log;
    console.say({"copying blocks and executing them again ...", "正在复制区块并重新执行……"});
    const std::string data = data_of(options);
    const auto done = node::restore_backup(
        {data}, request, {.files = files, .progress = progress_on(console, {"copied", "已复制"})},
        log);
    if (!done) return Unexpected{failure_of(done.error())};
    return told(*done, data);
}

}  // namespace

void add_node_backup(Program& program, CLI::App* above) {
    CLI::App* noun = program.add_noun(
        {.name = "backup",
         .what = {"Copy ropes while the node runs, and restore them.", "在线备份与恢复账绳。"},
         .examples = "  ropenet node backup create --data DIR --to STORE\n"
                     "  ropenet node backup verify --from STORE\n"
                     "  ropenet node backup restore --from STORE --data NEW\n"},
        above);
    const auto backup = std::make_shared<BackupOptions>();
    const Words from{"the folder of the backups", "备份目录"};
    const Words at{"the backup of this height; default: the newest", "该高度的备份；默认为最新"};
    CLI::App* verb = program.add_verb(
        noun,
        {.name = "create",
         .what = {"Copy what is new up to the newest checkpoint; the node may run. Private keys "
                  "are not copied.",
                  "复制至最新签名树头为止的新增数据；节点可在运行。不复制私钥。"},
         .examples = "  ropenet node backup create --data DIR --to STORE\n"},
        [backup](const Options& options, const Console& console) {
            return run_create(options, *backup, console);
        });
    verb->add_option("--to", backup->store, program.in(from))->required();
    verb = program.add_verb(
        noun,
        {.name = "list",
         .what = {"What a store holds.", "列出备份。"},
         .examples = "  ropenet node backup list --from STORE --json\n"},
        [backup](const Options& options, const Console&) { return run_list(options, *backup); });
    verb->add_option("--from", backup->store, program.in(from))->required();
    verb = program.add_verb(noun,
                            {.name = "verify",
                             .what = {"Check digests, signature and every block of a backup.",
                                      "核验备份的摘要、签名与每个区块。"},
                             .examples = "  ropenet node backup verify --from STORE\n"},
                            [backup](const Options& options, const Console& console) {
                                return run_verify(options, *backup, console);
                            });
    verb->add_option("--from", backup->store, program.in(from))->required();
    verb->add_option("--at", backup->at, program.in(at));
    verb = program.add_verb(
        noun,
        {.name = "restore",
         .what = {"Make a data folder as at a height. The rope goes on only with --checkpoint, the "
                  "newest one that a peer or witness has; otherwise a new one takes its place.",
                  "按某一高度重建数据目录。仅当以 --checkpoint 给出对等节点或见证方的最新签名树头时"
                  "账绳才继续；否则由新账绳接续。"},
         .examples = "  ropenet node backup restore --from STORE --data NEW --height 1200\n"
                     "  ropenet node backup restore --from STORE --data NEW --checkpoint FILE "
                     "--keys KEYS\n"},
        [backup](const Options& options, const Console& console) {
            return run_restore(options, *backup, console);
        });
    verb->add_option("--from", backup->store, program.in(from))->required();
    verb->add_option("--at", backup->at, program.in(at));
    verb->add_option("--height", backup->height,
                     program.in({"up to this height; default: all of it", "至该高度；默认为全部"}));
    verb->add_option("--checkpoint", backup->checkpoint,
                     program.in({"file or address of the newest checkpoint elsewhere",
                                 "他处最新签名树头的文件或地址"}));
    verb->add_option("--keys", backup->keys,
                     program.in({"folder of the rope's private keys", "账绳私钥目录"}));
}

}  // namespace ropenet::cli
