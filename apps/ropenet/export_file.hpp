// An export as a file: NDJSON, or a CBOR sequence (RFC 8742), read and written item by item.
//
// A file that is being written has another name until it is whole. One thread.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "ropenet/answer.hpp"
#include "storage/posix_file_system.hpp"
#include "types/rope_export.hpp"

namespace ropenet::cli {

enum class ExportFormat : std::uint8_t { ndjson, cbor };

class ExportWriter {
  public:
    static Expected<std::unique_ptr<ExportWriter>, Failure> create(
        const std::filesystem::path& path, ExportFormat format);
    /// Removes what was not finished.
    ~ExportWriter();
    ExportWriter(const ExportWriter&) = delete;
    ExportWriter& operator=(const ExportWriter&) = delete;

    Expected<void, Failure> add(const ExportItem& item);
    /// Durable, under its own name.
    Expected<void, Failure> finish();

    std::uint64_t bytes() const { return bytes_; }

  private:
    ExportWriter(const std::filesystem::path& path, ExportFormat format)
        : path_{path.string()}, format_{format} {}
    Expected<void, Failure> flush();

    storage::PosixFileSystem files_;
    const std::string path_;
    const ExportFormat format_;
    std::unique_ptr<storage::File> file_;
    Bytes buffer_;
    std::uint64_t bytes_ = 0;
};

class ExportReader {
  public:
    /// The format is that of the first byte.
    static Expected<std::unique_ptr<ExportReader>, Failure> open(const std::filesystem::path& path);

    /// The next item; absent at the end; why what stands there is none.
    Expected<std::optional<ExportItem>, std::string> next();
    /// Set when the file itself could not be read; next() then says so too.
    const std::optional<Failure>& failure() const { return failure_; }

  private:
    ExportReader() = default;
    Expected<bool, std::string> more();
    Expected<std::optional<ExportItem>, std::string> next_line();
    Expected<std::optional<ExportItem>, std::string> next_cbor();

    storage::PosixFileSystem files_;
    std::unique_ptr<storage::File> file_;
    ExportFormat format_ = ExportFormat::ndjson;
    Bytes buffer_;
    std::size_t position_ = 0;
    std::uint64_t offset_ = 0;
    bool ended_ = false;
    std::optional<Failure> failure_;
};

}  // namespace ropenet::cli
