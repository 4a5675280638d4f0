// The lines of a file that is imported, one at a time: CSV with a header row, or NDJSON. Never the
// whole file in memory; a byte order mark is skipped, any line end is taken.
//
// What is wrong with a line is part of it (LineFault); a file that cannot be read, or CSV that
// cannot be told apart any more, ends the lines. One thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "crypto/hash.hpp"
#include "ropenet/csv.hpp"
#include "storage/posix_file_system.hpp"

namespace ropenet::cli {

inline constexpr std::uint64_t kImportLinesMax = 10'000'000;
/// Of NDJSON; rows of CSV have a limit of their own.
inline constexpr std::size_t kImportLineBytesMax = 1U << 20;

enum class ImportFormat : std::uint8_t { csv, ndjson };

struct LineFault {
    std::string column;  // empty: the whole line
    Words reason;
};

struct ImportLine {
    std::uint64_t number = 0;  // of its first line in the file, from 1
    Row cells;
    std::optional<LineFault> fault;
};

class ImportLines {
  public:
    static Expected<std::unique_ptr<ImportLines>, Failure> open(
        const std::filesystem::path& path, ImportFormat format,
        std::uint64_t lines_max = kImportLinesMax);

    /// The columns of CSV; empty for NDJSON, whose lines have names of their own.
    const std::vector<std::string>& header() const { return header_; }
    /// Absent at the end.
    Expected<std::optional<ImportLine>, Failure> next();
    /// CSV that cannot be told apart any more: what follows the last line was not read.
    bool broken() const { return broken_; }
    /// Of everything read; of the whole file when next() has come to its end.
    Hash32 sha256() { return hash_.finish(); }

  private:
    ImportLines(std::unique_ptr<storage::File> file, ImportFormat format, std::uint64_t lines_max);

    std::string read_piece();
    Expected<void, Failure> read_header();
    std::optional<ImportLine> next_row();
    std::optional<ImportLine> next_object();
    bool next_text(std::string& text);

    std::unique_ptr<storage::File> file_;
    std::uint64_t offset_ = 0;
    crypto::Sha256 hash_;
    std::optional<Failure> failure_;
    const ImportFormat format_;
    const std::uint64_t lines_max_;
    CsvReader csv_;
    std::vector<std::string> header_;
    bool broken_ = false;
    std::string piece_;
    std::size_t position_ = 0;
    std::uint64_t line_ = 0;
    std::uint64_t given_ = 0;
};

}  // namespace ropenet::cli
