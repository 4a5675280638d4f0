#include "ropenet/import_journal.hpp"

#include <fstream>

#include "ropenet/session.hpp"

namespace ropenet::cli {
namespace {

constexpr std::uint64_t kFormat = 1;

json::Value header_of(const ImportIdentity& identity) {
    return json::Object{{"import", kFormat},
                        {"input", identity.input},
                        {"mapping", identity.mapping},
                        {"origin", identity.origin},
                        {"account", identity.account}};
}

Failure failed(const std::filesystem::path& path, const char* what) {
    return failure_of(Error{.code = ErrorCode::io, .what = path.string() + ": " + what});
}

Failure not_ours(const std::filesystem::path& path) {
    return Failure{.exit = Exit::conflict,
                   .code = "import.journal",
                   .what = {path.string() + " is the journal of another import: the file, the "
                                            "mapping, the rope or the account has changed",
                            path.string() + " 是另一次导入的日志：文件、映射、账绳或账户已变更"},
                   .next = {"undo the change to go on, or begin anew with --journal OTHER",
                            "撤销变更以继续，或用 --journal 指定其他文件重新开始"},
                   .detail = {}};
}

std::optional<OpenBatch> batch_from(const json::Value& value) {
    const json::Value* lines = value.find("lines");
    const json::Value* expires = value.find("expires_at_ms");
    if (lines == nullptr || lines->as_array() == nullptr || expires == nullptr) return std::nullopt;
    OpenBatch out{.lines = {}, .expires_at_ms = expires->as_int().value_or(0)};
    for (const json::Value& line : *lines->as_array())
        out.lines.push_back(line.as_uint().value_or(0));
    return out;
}

json::Value value_of(const OpenBatch& batch) {
    json::Array lines;
    for (const std::uint64_t line : batch.lines)
        lines.emplace_back(line);
    return json::Object{{"sending", json::Object{{"lines", json::Value{std::move(lines)}},
                                                 {"expires_at_ms", batch.expires_at_ms}}}};
}

}  // namespace

Expected<std::unique_ptr<ImportJournal>, Failure> ImportJournal::open(
    const std::filesystem::path& path, const ImportIdentity& identity) {
    std::unique_ptr<ImportJournal> journal{new ImportJournal};
    journal->path_ = path;
    auto lock = journal->files_.lock(path.string() + ".lock");
    if (!lock) return Unexpected{failure_of_writing(lock.error())};
    journal->lock_ = *std::move(lock);
    auto file = journal->files_.open(path.string(), storage::OpenMode::append);
    if (!file) return Unexpected{failure_of_writing(file.error())};
    journal->file_ = *std::move(file);
    ROPE_DO(journal->load(identity));
    return journal;
}

/// One line of a journal; false where it cannot stand.
bool ImportJournal::take_line(const std::string& text) {
    const auto value = json::parse(text);
    if (!value) return false;
    if (const json::Value* sending = value->find("sending")) {
        open_batch_ = batch_from(*sending);
        return open_batch_.has_value();
    }
    if (const json::Value* through = value->find("through")) {
        through_ = through->as_uint().value_or(0);
        for (const auto& [status, count] : pending_)
            counts_[status] += count;
        pending_.clear();
        open_batch_.reset();
        return true;
    }
    ++pending_[text_at(*value, "status")];
    return value->find("line") != nullptr;
}

/// Results stand only if `through` follows them; what comes after the last one and is no whole
/// `sending` line is cut off.
Expected<void, Failure> ImportJournal::load(const ImportIdentity& identity) {
    std::ifstream in{path_, std::ios::binary};
    std::string text;
    std::uint64_t kept = 0;
    std::uint64_t at = 0;
    bool first = true;
    while (std::getline(in, text) && !in.eof()) {
        at += text.size() + 1;
        if (first) {
            const auto header = json::parse(text);
            if (!header || *header != header_of(identity)) return Unexpected{not_ours(path_)};
            first = false;
            kept = at;
            continue;
        }
        if (!take_line(text)) break;
        if (pending_.empty()) kept = at;
    }
    if (in.bad()) return Unexpected{failed(path_, "cannot be read")};
    resumed_ = !first;
    const auto cut = file_->truncate(kept);
    if (!cut) return Unexpected{failure_of(cut.error())};
    if (resumed_) return {};
    ROPE_DO(append(json::serialize(header_of(identity)) + "\n"));
    const auto named = files_.sync_dir(storage::parent_of(path_.string()));
    if (!named) return Unexpected{failure_of(named.error())};
    return {};
}

Expected<void, Failure> ImportJournal::append(const std::string& text) {
    const auto written = file_->append(view_of(text));
    if (!written) return Unexpected{failure_of(written.error())};
    const auto synced = file_->sync();
    if (!synced) return Unexpected{failure_of(synced.error())};
    return {};
}

Expected<void, Failure> ImportJournal::sending(const OpenBatch& batch) {
    open_batch_ = batch;
    return append(json::serialize(value_of(batch)) + "\n");
}

Expected<void, Failure> ImportJournal::finished(const std::vector<json::Object>& results,
                                                std::uint64_t through) {
    std::string text;
    for (const json::Object& result : results) {
        const json::Value value{result};
        ++counts_[text_at(value, "status")];
        text += json::serialize(value) + "\n";
    }
    text += json::serialize(json::Object{{"through", through}}) + "\n";
    ROPE_DO(append(text));
    through_ = through;
    open_batch_.reset();
    return {};
}

Expected<void, Failure> ImportJournal::each_result(
    const std::function<void(const std::string&)>& take) const {
    std::ifstream in{path_, std::ios::binary};
    std::string text;
    while (std::getline(in, text)) {
        if (text.starts_with("{\"line\":")) take(text);
    }
    if (in.bad()) return Unexpected{failed(path_, "cannot be read")};
    return {};
}

}  // namespace ropenet::cli
