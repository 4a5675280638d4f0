#include "ropenet/import_mapping.hpp"

#include <algorithm>
#include <charconv>

#include "codec/utf8.hpp"
#include "system/evidence.hpp"
#include "types/limits.hpp"

namespace ropenet::cli {
namespace {

constexpr std::string_view kFieldPrefix = "fields.";
constexpr std::size_t kMappingBytesMax = 64 * 1024;

bool is_argument(std::string_view name) {
    for (const std::string_view known :
         {"sha256", "file", "text", "size", "media_type", "commitment", "attributed_to"}) {
        if (name == known) return true;
    }
    return name.starts_with(kFieldPrefix) && name.size() > kFieldPrefix.size();
}

Failure bad_mapping(const std::string& name) {
    return usage_failure({name + " is no argument of a deposit: sha256, file, text, size, "
                                 "media_type, commitment, attributed_to or fields.NAME",
                          name + " 不是存证参数：须为 sha256、file、text、size、media_type、"
                                 "commitment、attributed_to 或 fields.NAME"});
}

Expected<void, Failure> put(std::map<std::string, std::string>& into, const std::string& name,
                            const std::string& value) {
    if (!is_argument(name)) return Unexpected{bad_mapping(name)};
    into[name] = value;
    return {};
}

Expected<void, Failure> put_all(std::map<std::string, std::string>& into,
                                const std::vector<std::string>& pairs, const std::string& option) {
    std::set<std::string> names;
    for (const std::string& pair : pairs) {
        const auto equals = pair.find('=');
        const std::string name = pair.substr(0, equals);
        if (equals == std::string::npos || equals == 0) {
            return Unexpected{usage_failure({option + " takes ARGUMENT=VALUE: " + pair,
                                             option + " 的形式为 参数=值：" + pair})};
        }
        if (!names.insert(name).second) {
            return Unexpected{usage_failure(
                {option + " names " + name + " twice", option + " 重复指定 " + name})};
        }
        ROPE_DO(put(into, name, pair.substr(equals + 1)));
    }
    return {};
}

Expected<void, Failure> read_mapping_file(const std::string& path, Mapping& out) {
    ROPE_TRY(const Bytes text, read_input_file(path, kMappingBytesMax));
    const auto parsed = json::parse(text_of(text));
    const auto wrong = [&] {
        return Unexpected{Failure{
            .exit = Exit::bad_data,
            .code = "import.mapping",
            .what = {path + " is not {\"map\": {ARGUMENT: COLUMN}, \"set\": {ARGUMENT: TEXT}}",
                     path + " 不是 {\"map\": {参数: 列名}, \"set\": {参数: 文本}}"},
            .next = {"see docs/guides/import-and-export.md",
                     "参见 docs/guides/import-and-export.md"},
            .detail = {}}};
    };
    if (!parsed || parsed->as_object() == nullptr) return wrong();
    for (const auto& [part, members] : *parsed->as_object()) {
        if ((part != "map" && part != "set") || members.as_object() == nullptr) return wrong();
        for (const auto& [name, value] : *members.as_object()) {
            if (value.as_string() == nullptr) return wrong();
            ROPE_DO(put(part == "map" ? out.columns : out.texts, name, *value.as_string()));
        }
    }
    return {};
}

/// One argument of a line: where its text came from, for the words of a fault.
struct Cell {
    std::string column;
    const std::string* text = nullptr;  // null: the line does not give it
};

Cell cell_of(const ImportLine& line, const Mapping& mapping, const std::string& argument) {
    const auto set = mapping.texts.find(argument);
    const auto mapped = mapping.columns.find(argument);
    const bool has_column = mapped != mapping.columns.end();
    const std::string& column = has_column ? mapped->second : argument;
    if (has_column || mapping.by_name()) {
        const auto cell = line.cells.find(column);
        if (cell != line.cells.end()) return {column, &cell->second};
    }
    return {column, set == mapping.texts.end() ? nullptr : &set->second};
}

Unexpected<LineFault> fault(const Cell& cell, std::string en, std::string zh) {
    return Unexpected{LineFault{cell.column, {std::move(en), std::move(zh)}}};
}

Expected<Hash32, LineFault> digest_from(const Cell& cell) {
    const auto bytes = bytes_from_hex(*cell.text);
    const auto hash = bytes ? hash32_from(*bytes) : std::nullopt;
    if (!hash) return fault(cell, "is not 64 lower-case hex digits", "不是 64 位小写十六进制");
    return *hash;
}

Expected<std::uint64_t, LineFault> size_from(const Cell& cell) {
    std::uint64_t size = 0;
    const char* end = cell.text->data() + cell.text->size();
    const auto [stop, error] = std::from_chars(cell.text->data(), end, size);
    if (error != std::errc{} || stop != end || size > kIntegerMax) {
        return fault(cell, "is not a number of bytes below 2^53", "不是小于 2^53 的字节数");
    }
    return size;
}

Expected<FileFacts, LineFault> file_of(const Cell& cell, const DepositSource& source) {
    // A table is often a stranger's: it must not have us publish digests of what lies elsewhere.
    const std::filesystem::path named = std::filesystem::path{*cell.text}.lexically_normal();
    if (named.is_absolute() || (!named.empty() && *named.begin() == "..")) {
        return fault(cell, "must lie in the folder of the table or below it",
                     "必须位于表格所在目录或其下");
    }
    const std::filesystem::path path = source.folder / named;
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) {
        return fault(cell, "names no file: " + path.string(), "文件不存在：" + path.string());
    }
    if (!source.hash_files) return FileFacts{};
    const auto facts = facts_of_file(path.string());
    if (!facts) return fault(cell, facts.error().what.en, facts.error().what.zh);
    return *facts;
}

Expected<void, LineFault> add_content(const ImportLine& line, const DepositSource& source,
                                      Deposit& out) {
    const Cell digest = cell_of(line, source.mapping, "sha256");
    const Cell file = cell_of(line, source.mapping, "file");
    const Cell text = cell_of(line, source.mapping, "text");
    const Cell size = cell_of(line, source.mapping, "size");
    const int given = (digest.text != nullptr ? 1 : 0) + (file.text != nullptr ? 1 : 0) +
                      (text.text != nullptr ? 1 : 0);
    if (given != 1) {
        return fault({}, "needs one of sha256, file and text, and only one",
                     "须有 sha256、file、text 之一且仅一个");
    }
    if (digest.text != nullptr) {
        ROPE_TRY(out.sha256, digest_from(digest));
        if (size.text == nullptr) return fault(size, "is missing", "缺失");
        ROPE_TRY(out.size, size_from(size));
        return {};
    }
    if (file.text != nullptr) {
        ROPE_TRY(const FileFacts facts, file_of(file, source));
        out.sha256 = facts.sha256;
        out.size = facts.size;
        if (!source.hash_files) return {};
    } else {
        out.sha256 = crypto::sha256(view_of(*text.text));
        out.size = text.text->size();
    }
    if (size.text == nullptr) return {};
    ROPE_TRY(const std::uint64_t claimed, size_from(size));
    if (claimed == out.size) return {};
    const std::string is = std::to_string(out.size);
    return fault(size, "is not the size of the content, " + is, "与内容的大小 " + is + " 不符");
}

Expected<void, LineFault> add_field(const Cell& cell, const std::string& name, Deposit& out) {
    if (cell.text == nullptr) return {};
    if (name.size() > kEvidenceFieldNameBytesMax) {
        return fault(cell, "the name of the field is longer than 64 bytes", "字段名超过 64 字节");
    }
    if (cell.text->size() > kEvidenceFieldBytesMax) {
        return fault(cell, "is longer than 8 KiB", "超过 8 KiB");
    }
    if (!is_utf8(view_of(*cell.text))) return fault(cell, "is not UTF-8", "不是 UTF-8");
    out.fields[name] = *cell.text;
    if (out.fields.size() <= kEvidenceFieldsMax) return {};
    return fault(cell, "is the 65th public field", "公开字段超过 64 个");
}

std::set<std::string> field_arguments(const ImportLine& line, const Mapping& mapping) {
    std::set<std::string> names;
    const auto keep = [&](const std::string& name) {
        if (name.starts_with(kFieldPrefix)) names.insert(name);
    };
    for (const auto* map : {&mapping.columns, &mapping.texts}) {
        for (const auto& [name, value] : *map)
            keep(name);
    }
    if (!mapping.by_name()) return names;
    for (const auto& [name, value] : line.cells)
        keep(name);
    return names;
}

}  // namespace

Expected<Mapping, Failure> mapping_of(const MappingOptions& options) {
    Mapping out;
    if (!options.file.empty()) {
        ROPE_DO(read_mapping_file(options.file, out));
    }
    ROPE_DO(put_all(out.columns, options.maps, "--map"));
    ROPE_DO(put_all(out.texts, options.sets, "--set"));
    return out;
}

Expected<void, Failure> check_header(const Mapping& mapping,
                                     const std::vector<std::string>& header) {
    std::string known;
    for (const std::string& name : header)
        known += known.empty() ? name : ", " + name;
    for (const auto& [argument, column] : mapping.columns) {
        if (std::ranges::find(header, column) != header.end()) continue;
        return Unexpected{Failure{.exit = Exit::bad_data,
                                  .code = "import.column",
                                  .what = {"the file has no column " + column + " for " + argument,
                                           "文件中没有 " + argument + " 所对应的列 " + column},
                                  .next = {"its columns are: " + known, "文件的列：" + known},
                                  .detail = {}}};
    }
    return {};
}

Expected<Deposit, LineFault> deposit_of(const ImportLine& line, const DepositSource& source) {
    if (line.fault) return Unexpected{*line.fault};
    Deposit out;
    ROPE_DO(add_content(line, source, out));
    const Cell media = cell_of(line, source.mapping, "media_type");
    if (media.text != nullptr) out.media_type = *media.text;
    if (!system::is_media_type(out.media_type)) {
        return fault(media, "is not a media type like text/plain",
                     "不是 text/plain 这样的媒体类型");
    }
    const Cell commitment = cell_of(line, source.mapping, "commitment");
    if (commitment.text != nullptr) {
        ROPE_TRY(out.commitment, digest_from(commitment));
    }
    for (const std::string& argument : field_arguments(line, source.mapping)) {
        ROPE_DO(add_field(cell_of(line, source.mapping, argument),
                          argument.substr(kFieldPrefix.size()), out));
    }
    ROPE_DO(add_field(cell_of(line, source.mapping, "attributed_to"), "attributed_to", out));
    constexpr std::size_t kFrameBytes = 1024;  // what surrounds the arguments in a transaction
    if (cbor::encode_value(action_of(out).args).size() + kFrameBytes > kTxBytesMax) {
        return fault({}, "makes a transaction of more than 64 KiB", "交易超过 64 KiB");
    }
    return out;
}

}  // namespace ropenet::cli
