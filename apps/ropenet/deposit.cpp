#include "ropenet/deposit.hpp"

#include "crypto/hash.hpp"
#include "storage/posix_file_system.hpp"

namespace ropenet::cli {

Action action_of(const Deposit& deposit) {
    cbor::Map fields;
    for (const auto& [name, text] : deposit.fields)
        fields.emplace_back(name, text);
    cbor::Map args;
    args.emplace_back("sha256", deposit.sha256);
    args.emplace_back("media_type", deposit.media_type);
    args.emplace_back("size", deposit.size);
    args.emplace_back("fields", std::move(fields));
    if (deposit.commitment) args.emplace_back("commitment", *deposit.commitment);
    return {.contract = "system.evidence", .action = "deposit", .args = std::move(args)};
}

Expected<FileFacts, Failure> facts_of_file(const std::string& path) {
    storage::PosixFileSystem files;
    const auto file = files.open(path, storage::OpenMode::read);
    if (!file) return Unexpected{failure_of(file.error())};
    constexpr std::size_t kPieceBytes = 1U << 20;
    Bytes piece(kPieceBytes);
    crypto::Sha256 hash;
    FileFacts facts;
    while (true) {
        const auto got = (*file)->read_at(facts.size, piece);
        if (!got) return Unexpected{failure_of(got.error())};
        hash.update(BytesView{piece}.first(*got));
        facts.size += *got;
        if (*got < piece.size()) break;
    }
    facts.sha256 = hash.finish();
    return facts;
}

}  // namespace ropenet::cli
