#include "ropenet/export_source.hpp"

#include <filesystem>

#include "codec/cbor.hpp"
#include "ledger/ledger.hpp"
#include "ledger/rope_export.hpp"
#include "node/data_folder.hpp"
#include "ropenet/session.hpp"
#include "storage/folder_lock.hpp"
#include "storage/kv.hpp"
#include "storage/posix_file_system.hpp"
#include "storage/signed_state.hpp"
#include "types/checkpoint.hpp"
#include "types/note.hpp"

namespace ropenet::cli {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kOk = 200;
constexpr std::size_t kOfflinePageBytes = 1U << 20;

Failure not_an_export(const std::string& why) {
    return failure_of(
        Error{.code = ErrorCode::invalid, .what = "the node's answer is not an export: " + why});
}

class NodeSource final : public ExportSource {
  public:
    explicit NodeSource(Session session) : session_{std::move(session)} {}

    Expected<std::uint64_t, Failure> size_after(std::uint64_t height) override {
        if (height == 0) return 1U;
        ROPE_TRY(const json::Value answer, session_.get("/blocks/" + std::to_string(height)));
        const json::Value* block = answer.find("block");
        return block == nullptr ? 0U : uint_at(*block, "log_size");
    }

    Expected<void, Failure> read(std::uint64_t from, std::optional<std::uint64_t> size,
                                 const Take& take) override {
        bool begun = false;
        std::uint64_t next = from;
        while (true) {
            std::string path = "/export?from=" + std::to_string(next);
            if (size) path += "&size=" + std::to_string(*size);
            if (begun) path += "&continue=1";
            ROPE_TRY(const http::Response page, session_.get_raw(session_.rope_path(path)));
            ROPE_DO(session_.check(page));
            if (page.status != kOk) return Unexpected{not_an_export("another status")};
            cbor::Decoder in{page.body_view()};
            const std::uint64_t before = next;
            while (!in.end()) {
                const auto bytes = in.item();
                auto item =
                    bytes ? decode_export_item(*bytes)
                          : Expected<ExportItem, ExportError>{Unexpected{ExportError::malformed}};
                if (!item) return Unexpected{not_an_export(std::string{name_of(item.error())})};
                if (const auto* header = std::get_if<ExportHeader>(&*item)) size = header->size;
                if (std::holds_alternative<ExportLeaf>(*item)) ++next;
                ROPE_DO(take(*item));
                if (std::holds_alternative<ExportEnd>(*item)) return {};
            }
            if (!size || next == before) return Unexpected{not_an_export("it does not go on")};
            begun = true;
        }
    }

  private:
    Session session_;
};

class FolderSource final : public ExportSource {
  public:
    static Expected<std::unique_ptr<FolderSource>, Failure> open(const Options& options) {
        std::unique_ptr<FolderSource> source{new FolderSource};
        const auto opened = source->open_ledger(options);
        if (!opened) return Unexpected{failure_of(opened.error())};
        return source;
    }

    Expected<std::uint64_t, Failure> size_after(std::uint64_t height) override {
        if (height == 0) return 1U;
        const auto at = ledger_->reader().summary_of(height);
        if (!at) return Unexpected{failure_of(at.error())};
        if (*at) return (*at)->log_size;
        return Unexpected{failure_of(Error{
            .code = ErrorCode::not_found, .what = "there is no height " + std::to_string(height)})};
    }

    Expected<void, Failure> read(std::uint64_t from, std::optional<std::uint64_t> size,
                                 const Take& take) override {
        const ledger::ExportRange all{
            .from = from, .size = size.value_or(checkpoint_size_), .tiled = checkpoint_size_};
        if (all.size > checkpoint_size_ || all.from > all.size) {
            return Unexpected{
                failure_of(Error{.code = ErrorCode::not_found,
                                 .what = "the checkpoint covers " +
                                         std::to_string(checkpoint_size_) + " records only"})};
        }
        const auto header = ledger::export_header(ledger_->reader(), texts_, all);
        if (!header) return Unexpected{failure_of(header.error())};
        ROPE_DO(take(*header));
        for (ledger::ExportRange rest = all; rest.from < rest.size;) {
            const auto leaves = ledger::export_leaves(ledger_->reader(), rest, kOfflinePageBytes);
            if (!leaves) return Unexpected{failure_of(leaves.error())};
            for (const ExportLeaf& leaf : *leaves) {
                ROPE_DO(take(leaf));
            }
            rest.from += leaves->size();
        }
        return take(ExportEnd{all.size});
    }

  private:
    Result<void> open_ledger(const Options& options) {
        const node::DataFolder folder{fs::absolute(options.data_folder()).string()};
        ROPE_TRY(const node::Config config, node::load_config(files_, folder));
        const std::string rope = options.rope.empty() ? config.ropes.front() : options.rope;
        ROPE_TRY(lock_, storage::FolderLock::acquire(files_, folder.path));
        ROPE_TRY(node::RopeFiles rope_files, node::load_rope_files(files_, folder, rope));
        ROPE_TRY(const auto signed_state,
                 storage::SignedState::open(files_, folder.signed_state(rope)));
        const auto last = signed_state->last();
        ROPE_TRY(ledger_, ledger::Ledger::open({.folder = folder.rope(rope),
                                                .genesis = rope_files.genesis,
                                                .signed_size = last ? last->size : 0},
                                               files_, kv_, log_));
        ROPE_TRY(const auto note, ledger_->reader().log_file("checkpoint"));
        if (!note) return fail(ErrorCode::not_found, rope + " has no checkpoint yet");
        texts_ = {.policy = rope_files.trust.policy,
                  .keys = rope_files.trust.keys,
                  .note = std::string{text_of(*note)}};
        const auto parsed = note_from_text(texts_.note);
        const auto checkpoint = checkpoint_from_text(parsed ? std::string_view{parsed->text} : "");
        if (!checkpoint) return fail(ErrorCode::corrupt, "log/checkpoint cannot be read");
        checkpoint_size_ = checkpoint->size;
        return {};
    }

    storage::PosixFileSystem files_;
    NullLog log_;
    storage::KvEnvironment kv_;
    std::optional<storage::FolderLock> lock_;
    std::unique_ptr<ledger::Ledger> ledger_;
    ledger::ExportTexts texts_;
    std::uint64_t checkpoint_size_ = 0;
};

}  // namespace

Expected<std::unique_ptr<ExportSource>, Failure> open_export_source(const Options& options,
                                                                    bool offline) {
    if (offline) {
        ROPE_TRY(auto source, FolderSource::open(options));
        return std::unique_ptr<ExportSource>{std::move(source)};
    }
    ROPE_TRY(Session session, Session::open(options));
    return std::unique_ptr<ExportSource>{std::make_unique<NodeSource>(std::move(session))};
}

}  // namespace ropenet::cli
