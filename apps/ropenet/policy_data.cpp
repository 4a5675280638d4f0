#include "ropenet/policy_data.hpp"

#include <array>

#include "crypto/hash.hpp"
#include "http/static_files.hpp"
#include "ropenet/options.hpp"

namespace ropenet {

std::span<const http::StaticFile> embedded_policy_tables();

}  // namespace ropenet

namespace ropenet::cli {
namespace {

constexpr std::string_view kRecorderBegin = "Recorder-";
constexpr std::string_view kRecorderEnd = " (demo)";

std::string at(const Row& row, const std::string& column) {
    const auto it = row.find(column);
    return it == row.end() ? std::string{} : it->second;
}

/// Whom a row speaks of: a document its issuers, an issuer itself, the pilots the office whose
/// white paper names them. A statement is the survey's own and no government's.
std::string attributed_to(std::string_view table, const Row& row) {
    if (table == kDocuments) return at(row, "issuer_ids");
    if (table == kIssuers) return at(row, "issuer_id");
    if (table == kPilots) return "guiyang-press-office";
    return "survey-2017";
}

Expected<PolicyEntry, Failure> entry_of(std::string_view table, const Row& row) {
    PolicyEntry entry;
    entry.region = at(row, "region");
    if (entry.region.empty()) entry.region = kNational;
    entry.fields = row;
    entry.fields.emplace("table", table);
    entry.fields.emplace("source", kSurvey);
    entry.fields.emplace("attributed_to", attributed_to(table, row));
    json::Object object;
    for (const auto& [name, text] : entry.fields)
        object.emplace_back(name, text);
    auto jcs = json::jcs(json::Value{std::move(object)});
    if (!jcs) {
        return Unexpected{failure_of(
            Error{.code = ErrorCode::invalid, .what = std::string{table} + ": not UTF-8"})};
    }
    entry.jcs = *std::move(jcs);
    entry.sha256 = crypto::sha256(view_of(entry.jcs));
    return entry;
}

}  // namespace

ReadTable tables_in(const std::filesystem::path& folder) {
    return [folder](std::string_view table) -> Expected<std::string, Failure> {
        ROPE_TRY(const Bytes bytes, read_input_file(folder / (std::string{table} + ".csv")));
        return std::string{text_of(bytes)};
    };
}

ReadTable built_in_tables() {
    return [](std::string_view table) -> Expected<std::string, Failure> {
        for (const http::StaticFile& file : embedded_policy_tables()) {
            if (file.name == std::string{table} + ".csv") return std::string{file.content};
        }
        return Unexpected{failure_of(
            Error{.code = ErrorCode::not_found, .what = "no table " + std::string{table}})};
    };
}

Expected<std::vector<PolicyEntry>, Failure> read_policy_entries(const ReadTable& read) {
    std::vector<PolicyEntry> entries;
    for (const std::string_view table : {kDocuments, kIssuers, kPilots, kClaims}) {
        ROPE_TRY(const std::string text, read(table));
        const auto rows = rows_from_csv(text);
        if (!rows) {
            const std::string name{table};
            return Unexpected{Failure{
                .exit = Exit::bad_data,
                .code = "csv",
                .what = {name + ".csv: " + rows.error().en, name + ".csv：" + rows.error().zh},
                .next = {},
                .detail = {}}};
        }
        for (const Row& row : *rows) {
            ROPE_TRY(PolicyEntry entry, entry_of(table, row));
            entries.push_back(std::move(entry));
        }
    }
    return entries;
}

std::string recorder_name(std::string_view region) {
    return std::string{kRecorderBegin} + std::string{region} + std::string{kRecorderEnd};
}

bool is_recorder_name(std::string_view account_name) {
    return account_name.starts_with(kRecorderBegin) && account_name.ends_with(kRecorderEnd);
}

}  // namespace ropenet::cli
