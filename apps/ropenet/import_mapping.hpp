// Which column of an imported file is which argument of a deposit, and the deposit of a line.
//
//   sha256, file, text   one of them: the digest in hex, a file to hash (beside the table), or the
//                        text that is hashed (its UTF-8 bytes)
//   size                 with sha256; otherwise what was hashed
//   media_type, commitment, attributed_to, fields.NAME
//
// Pure, but for reading the files that a line names.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "ropenet/deposit.hpp"
#include "ropenet/import_lines.hpp"

namespace ropenet::cli {

struct Mapping {
    std::map<std::string, std::string> columns;  // argument -> column
    std::map<std::string, std::string> texts;    // argument -> the same text for every line

    /// No column was named: each that has the name of an argument is it.
    bool by_name() const { return columns.empty(); }
};

struct MappingOptions {
    std::string file;               // JSON: {"map": {ARGUMENT: COLUMN}, "set": {ARGUMENT: TEXT}}
    std::vector<std::string> maps;  // ARGUMENT=COLUMN; override the file's
    std::vector<std::string> sets;  // ARGUMENT=TEXT
};

Expected<Mapping, Failure> mapping_of(const MappingOptions& options);

/// Every column that the mapping names is in the header; no line of CSV could be right otherwise.
Expected<void, Failure> check_header(const Mapping& mapping,
                                     const std::vector<std::string>& header);

struct DepositSource {
    const Mapping& mapping;
    std::filesystem::path folder;  // that paths of files begin in
    bool hash_files = true;        // false: only that each file is there
};

/// What the line deposits, or the column that is wrong and why.
Expected<Deposit, LineFault> deposit_of(const ImportLine& line, const DepositSource& source);

}  // namespace ropenet::cli
