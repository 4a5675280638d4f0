#include "ropenet/export_file.hpp"

#include <algorithm>

#include "codec/cbor.hpp"

namespace ropenet::cli {
namespace {

constexpr std::size_t kPieceBytes = 1U << 20;
constexpr const char* kUnfinished = ".part";

Failure in_the_way(const std::string& path) {
    return Failure{.exit = Exit::conflict,
                   .code = "exists",
                   .what = {path + " is there already", path + " 已存在"},
                   .next = {"name another file with --out", "请用 --out 指定其他文件"},
                   .detail = {}};
}

}  // namespace

Expected<std::unique_ptr<ExportWriter>, Failure> ExportWriter::create(
    const std::filesystem::path& path, ExportFormat format) {
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored)) return Unexpected{in_the_way(path.string())};
    std::unique_ptr<ExportWriter> writer{new ExportWriter{path, format}};
    auto file = writer->files_.open(writer->path_ + kUnfinished, storage::OpenMode::recreate);
    if (!file) return Unexpected{failure_of_writing(file.error())};
    writer->file_ = *std::move(file);
    return writer;
}

ExportWriter::~ExportWriter() {
    // An unfinished file is of no use; that it cannot be removed changes nothing.
    if (file_) [[maybe_unused]]
        const auto removed = files_.remove(path_ + kUnfinished);
}

Expected<void, Failure> ExportWriter::add(const ExportItem& item) {
    if (format_ == ExportFormat::cbor) {
        append(buffer_, encode_export_item(item));
    } else {
        append(buffer_, view_of(export_line(item)));
        buffer_.push_back('\n');
    }
    return buffer_.size() < kPieceBytes ? Expected<void, Failure>{} : flush();
}

Expected<void, Failure> ExportWriter::flush() {
    const auto written = file_->append(buffer_);
    if (!written) return Unexpected{failure_of(written.error())};
    bytes_ += buffer_.size();
    buffer_.clear();
    return {};
}

Expected<void, Failure> ExportWriter::finish() {
    ROPE_DO(flush());
    auto done = file_->sync();
    if (done) done = files_.rename(path_ + kUnfinished, path_);
    if (done) done = files_.sync_dir(storage::parent_of(path_));
    if (!done) return Unexpected{failure_of(done.error())};
    file_.reset();
    return {};
}

Expected<std::unique_ptr<ExportReader>, Failure> ExportReader::open(
    const std::filesystem::path& path) {
    std::unique_ptr<ExportReader> reader{new ExportReader};
    auto file = reader->files_.open(path.string(), storage::OpenMode::read);
    if (!file) return Unexpected{failure_of(file.error())};
    reader->file_ = *std::move(file);
    const auto any = reader->more();
    if (!any) return Unexpected{*reader->failure_};
    const bool line = !reader->buffer_.empty() && reader->buffer_.front() == '{';
    reader->format_ = line ? ExportFormat::ndjson : ExportFormat::cbor;
    return reader;
}

Expected<std::optional<ExportItem>, std::string> ExportReader::next() {
    return format_ == ExportFormat::ndjson ? next_line() : next_cbor();
}

/// Reads another piece behind what is left; false at the end of the file.
Expected<bool, std::string> ExportReader::more() {
    if (ended_) return false;
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(position_));
    position_ = 0;
    const std::size_t left = buffer_.size();
    // Twice as much each time, so that an item of several pieces is not tried at every piece.
    const std::size_t piece = std::max(kPieceBytes, left);
    buffer_.resize(left + piece);
    const auto got = file_->read_at(offset_, std::span{buffer_}.subspan(left));
    if (!got) {
        failure_ = failure_of(got.error());
        return Unexpected{got.error().what};
    }
    buffer_.resize(left + *got);
    offset_ += *got;
    ended_ = *got < piece;
    return *got > 0;
}

Expected<std::optional<ExportItem>, std::string> ExportReader::next_line() {
    const auto begin = [this] { return buffer_.begin() + static_cast<std::ptrdiff_t>(position_); };
    auto end = std::find(begin(), buffer_.end(), '\n');
    while (end == buffer_.end()) {
        if (buffer_.size() - position_ > kExportLineBytesMax) {
            return Unexpected{std::string{name_of(ExportError::oversize)}};
        }
        ROPE_TRY(const bool any, more());
        if (!any && position_ == buffer_.size()) return std::optional<ExportItem>{};
        if (!any) return Unexpected<std::string>{"the line has no end"};
        end = std::find(begin(), buffer_.end(), '\n');
    }
    const BytesView line{begin(), end};
    auto item = export_item_from_line(text_of(line));
    position_ += line.size() + 1;
    if (!item) return Unexpected{std::string{name_of(item.error())}};
    return std::optional{*std::move(item)};
}

Expected<std::optional<ExportItem>, std::string> ExportReader::next_cbor() {
    while (true) {
        const BytesView left = BytesView{buffer_}.subspan(position_);
        cbor::Decoder in{left};
        const auto bytes = in.item();
        if (bytes) {
            auto item = decode_export_item(*bytes);
            position_ += bytes->size();
            if (!item) return Unexpected{std::string{name_of(item.error())}};
            return std::optional{*std::move(item)};
        }
        const bool truncated = bytes.error() == cbor::CborError::truncated;
        if (!truncated || left.size() > kExportItemBytesMax) {
            return Unexpected{std::string{name_of(ExportError::malformed)}};
        }
        ROPE_TRY(const bool any, more());
        if (!any && position_ == buffer_.size()) return std::optional<ExportItem>{};
        if (!any) return Unexpected<std::string>{"the item has no end"};
    }
}

}  // namespace ropenet::cli
