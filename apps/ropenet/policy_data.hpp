// The policy register's input: four tables of a survey of 2017, and the entries made of their rows.
//
// An entry is our transcription of a row: a flat object of texts, whose RFC 8785 form is what is
// hashed and deposited; the same texts are the deposit's public fields, so that anybody can hash
// them again. data/README.md defines measures and verdicts.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "ropenet/answer.hpp"
#include "ropenet/csv.hpp"

namespace ropenet::cli {

inline constexpr std::string_view kSurvey = "survey of 2017";
inline constexpr std::string_view kNational = "National";

inline constexpr std::string_view kDocuments = "policy_documents";
inline constexpr std::string_view kIssuers = "issuers";
inline constexpr std::string_view kPilots = "pilots";
inline constexpr std::string_view kClaims = "stated_claims";

struct PolicyEntry {
    std::string region;  // whose recorder deposits it
    std::map<std::string, std::string> fields;
    std::string jcs;  // the bytes that are hashed
    Hash32 sha256{};
};

/// The text of a table, by its name.
using ReadTable = std::function<Expected<std::string, Failure>(std::string_view table)>;
ReadTable tables_in(const std::filesystem::path& folder);
/// The tables that the program carries, so that it plays anywhere.
ReadTable built_in_tables();

/// All rows of the four tables, table by table, in the order of their lines.
Expected<std::vector<PolicyEntry>, Failure> read_policy_entries(const ReadTable& read);

/// `Recorder-<region> (demo)`.
std::string recorder_name(std::string_view region);
bool is_recorder_name(std::string_view account_name);

}  // namespace ropenet::cli
