#include "ropenet/import_lines.hpp"

#include <set>

#include "codec/json.hpp"

namespace ropenet::cli {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kPieceBytes = 1U << 20;

/// The text of a value that a column can hold; absent for lists and fractions.
std::optional<std::string> cell_of(const json::Value& value) {
    if (value.is_null()) return std::string{};
    if (const auto* text = value.as_string()) return *text;
    if (value.as_bool() || value.as_int() || value.as_uint()) return json::serialize(value);
    return std::nullopt;
}

/// A member of an object within an object is the column `outer.inner`.
std::optional<LineFault> add_cells(const json::Object& object, const std::string& prefix,
                                   Row& cells) {
    for (const auto& [name, value] : object) {
        const std::string column = prefix + name;
        if (const auto* inner = value.as_object()) {
            auto fault = add_cells(*inner, column + ".", cells);
            if (fault) return fault;
            continue;
        }
        auto cell = cell_of(value);
        if (!cell) {
            return LineFault{column, {"is neither text nor an integer", "既不是文本也不是整数"}};
        }
        if (cell->empty()) continue;
        if (!cells.emplace(column, *std::move(cell)).second) {
            return LineFault{column, {"is given twice", "重复"}};
        }
    }
    return std::nullopt;
}

Failure bad_file(Words what) {
    return Failure{.exit = Exit::bad_data,
                   .code = "import.file",
                   .what = std::move(what),
                   .next = {"mend the file and run the command again", "请修改文件后重新运行"},
                   .detail = {}};
}

}  // namespace

ImportLines::ImportLines(std::unique_ptr<storage::File> file, ImportFormat format,
                         std::uint64_t lines_max)
    : file_{std::move(file)},
      format_{format},
      lines_max_{lines_max},
      csv_{[this] { return read_piece(); }} {}

Expected<std::unique_ptr<ImportLines>, Failure> ImportLines::open(const std::filesystem::path& path,
                                                                  ImportFormat format,
                                                                  std::uint64_t lines_max) {
    storage::PosixFileSystem files;
    auto file = files.open(path.string(), storage::OpenMode::read);
    if (!file) return Unexpected{failure_of(file.error())};
    std::unique_ptr<ImportLines> lines{new ImportLines{*std::move(file), format, lines_max}};
    if (format == ImportFormat::csv) {
        ROPE_DO(lines->read_header());
    }
    return lines;
}

std::string ImportLines::read_piece() {
    std::string piece(kPieceBytes, '\0');
    const std::span<std::uint8_t> out{reinterpret_cast<std::uint8_t*>(piece.data()), piece.size()};
    const auto got = file_->read_at(offset_, out);
    if (!got) {
        failure_ = failure_of(got.error());
        return {};
    }
    piece.resize(*got);
    hash_.update(view_of(piece));
    const bool marked = offset_ == 0 && piece.starts_with(kByteOrderMark);
    offset_ += *got;
    return marked ? piece.substr(kByteOrderMark.size()) : piece;
}

Expected<void, Failure> ImportLines::read_header() {
    const auto read = csv_.next(header_);
    if (failure_) return Unexpected{*failure_};
    if (!read) {
        const Words why = words_of(read.error());
        return Unexpected{bad_file({"line 1: " + why.en, "第 1 行：" + why.zh})};
    }
    if (!*read) return Unexpected{bad_file({"the file is empty", "文件为空"})};
    std::set<std::string> names;
    for (const std::string& name : header_) {
        if (!names.insert(name).second) {
            return Unexpected{bad_file({"line 1: the column " + name + " is there twice",
                                        "第 1 行：列 " + name + " 重复"})};
        }
    }
    return {};
}

Expected<std::optional<ImportLine>, Failure> ImportLines::next() {
    auto line = format_ == ImportFormat::csv ? next_row() : next_object();
    if (failure_) return Unexpected{*failure_};
    if (line && ++given_ > lines_max_) {
        const std::string most = std::to_string(lines_max_);
        return Unexpected{bad_file(
            {"more than " + most + " lines; split the file", "超过 " + most + " 行；请拆分文件"})};
    }
    return line;
}

std::optional<ImportLine> ImportLines::next_row() {
    std::vector<std::string> fields;
    while (!broken_) {
        const auto more = csv_.next(fields);
        ImportLine line{.number = csv_.line(), .cells = {}, .fault = {}};
        if (!more) {
            broken_ = true;
            line.fault = LineFault{{}, words_of(more.error())};
            return line;
        }
        if (!*more) return std::nullopt;
        if (fields.size() == 1 && fields[0].empty()) continue;
        if (fields.size() != header_.size()) {
            const std::string got = std::to_string(fields.size());
            const std::string want = std::to_string(header_.size());
            line.fault = LineFault{{},
                                   {"has " + got + " fields, the header has " + want,
                                    "有 " + got + " 个字段，表头有 " + want + " 个"}};
            return line;
        }
        for (std::size_t i = 0; i < fields.size(); ++i) {
            if (!fields[i].empty()) line.cells.emplace(header_[i], std::move(fields[i]));
        }
        return line;
    }
    return std::nullopt;
}

/// The next line without its end; of one that is too long the beginning. False at the end.
bool ImportLines::next_text(std::string& text) {
    text.clear();
    bool any = false;
    while (true) {
        if (position_ == piece_.size()) {
            piece_ = read_piece();
            position_ = 0;
            if (piece_.empty()) return any;
        }
        any = true;
        const auto end = piece_.find('\n', position_);
        const auto stop = end == std::string::npos ? piece_.size() : end;
        const auto room = kImportLineBytesMax + 2 - text.size();  // one too long, and its CR
        text.append(piece_, position_, std::min(stop - position_, room));
        position_ = stop;
        if (end == std::string::npos) continue;
        ++position_;
        return true;
    }
}

std::optional<ImportLine> ImportLines::next_object() {
    std::string text;
    while (next_text(text)) {
        ++line_;
        if (text.ends_with('\r')) text.pop_back();
        if (text.find_first_not_of(" \t") == std::string::npos) continue;
        ImportLine line{.number = line_, .cells = {}, .fault = {}};
        if (text.size() > kImportLineBytesMax) {
            line.fault = LineFault{{}, {"the line is longer than 1 MiB", "该行超过 1 MiB"}};
            return line;
        }
        const auto value = json::parse(text);
        const json::Object* object = value ? value->as_object() : nullptr;
        if (object == nullptr) {
            const std::string why = value ? "" : " (" + std::string{name_of(value.error())} + ")";
            line.fault = LineFault{{}, {"is not a JSON object" + why, "不是 JSON 对象" + why}};
        } else {
            line.fault = add_cells(*object, {}, line.cells);
        }
        return line;
    }
    return std::nullopt;
}

}  // namespace ropenet::cli
