// A log of several tiles is whole; each damaged, missing or misplaced part of it is named.
#include "verify/verify_log.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "crypto/hash.hpp"
#include "keys/testing/fixed_signer.hpp"
#include "merkle/testing/memory_hashes.hpp"
#include "merkle/tiles.hpp"
#include "types/checkpoint.hpp"
#include "types/cosignature.hpp"
#include "types/record.hpp"
#include "types/trust_policy.hpp"
#include "verify/inclusion.hpp"

namespace ropenet::verify {
namespace {

const std::string kOrigin = "dev.test/register";

struct VerifyLogTest : testing::Test {
    std::vector<Record> records;
    std::map<std::string, Bytes, std::less<>> files;
    std::unique_ptr<keys::Signer> log = keys::testing::fixed_signer(crypto::Alg::ed25519, 1);
    std::unique_ptr<keys::Signer> witness = keys::testing::fixed_signer(crypto::Alg::ed25519, 2);
    TrustPolicy policy;

    VerifyLogTest() {
        policy.logs.push_back({.name = kOrigin,
                               .type = NoteKeyType::ed25519,
                               .key = *log->public_key().ed25519_point()});
        policy.witnesses.push_back({.name = "w1",
                                    .key = {.name = "dev.test/w1",
                                            .type = NoteKeyType::cosignature_v1,
                                            .key = *witness->public_key().ed25519_point()}});
        add(0, BlockRecord{.state_root = {},
                           .record_count = 0,
                           .genesis_digest = Hash32{9},
                           .sm3_root = std::nullopt});
        for (std::uint64_t height = 1; records.size() < 600; ++height)
            add_block(height);
    }

    void add(std::uint64_t height,
             std::variant<TxRecord, BlockRecord, DueRecord, PolicyRecord> body) {
        records.push_back({.origin = kOrigin,
                           .height = height,
                           .index = records.size(),
                           .time_ms = 1'700'000'000'000 + static_cast<std::int64_t>(height),
                           .body = std::move(body)});
    }

    void add_block(std::uint64_t height) {
        for (int i = 0; i < 3; ++i) {
            const std::string name = std::to_string(records.size());
            add(height,
                TxRecord{.tx_id = crypto::sha256(view_of(name)), .code = 0, .outcome_digest = {}});
        }
        add(height, BlockRecord{.state_root = {},
                                .record_count = 3,
                                .genesis_digest = std::nullopt,
                                .sm3_root = std::nullopt});
    }

    void write() {
        files.clear();
        std::vector<Bytes> entries;
        std::vector<Hash32> leaves;
        for (const Record& record : records) {
            entries.push_back(encode_record(record));
            leaves.push_back(leaf_hash(entries.back()));
        }
        merkle::testing::MemoryHashes hashes;
        const auto tiles = merkle::new_tiles(0, leaves, hashes);
        for (const auto& tile : *tiles)
            files[tile.path] = tile.bytes;
        const auto none = [](const std::string&) { return std::optional<Bytes>{}; };
        const auto bundles = merkle::new_bundles(0, entries, none);
        for (const auto& bundle : *bundles)
            files[bundle.path] = bundle.bytes;
        for (const Hash32& leaf : leaves)
            hashes.append(leaf);
        sign({.origin = kOrigin,
              .size = leaves.size(),
              .root = *merkle::root_at(hashes, leaves.size())});
    }

    void sign(const Checkpoint& checkpoint) {
        Note note{.text = text_from_checkpoint(checkpoint), .signatures = {}};
        note.signatures.push_back(
            make_note_signature(policy.logs[0], *log->sign(log_signed_message(note.text))));
        Cosignature cosignature{.time_s = 1'700'000'000, .signature = {}};
        const auto raw = witness->sign(cosignature_message(note.text, cosignature.time_s));
        std::ranges::copy(*raw, cosignature.signature.begin());
        note.signatures.push_back(
            make_note_signature(policy.witnesses[0].key, encode_cosignature(cosignature)));
        files["checkpoint"] = to_bytes(text_from_note(note));
    }

    LogReport report(bool with_trust = true) const {
        const LogReader read = [this](std::string_view path) {
            const auto found = files.find(path);
            return found == files.end() ? std::nullopt : std::optional{found->second};
        };
        return verify_log(read, with_trust ? std::optional{TrustedPolicy{text_from_policy(policy)}}
                                           : std::nullopt);
    }

    std::string failures() const {
        std::string out;
        for (const Check& check : report().verdict.checks) {
            if (!check.ok) out += (out.empty() ? "" : ",") + check.name;
        }
        return out;
    }

    std::string fault_after(const std::function<void()>& edit) {
        edit();
        write();
        const LogReport found = report();
        for (const Check& check : found.verdict.checks) {
            const std::size_t cause = check.detail.rfind(": ");
            if (check.ok) continue;
            return cause == std::string::npos ? check.name : check.detail.substr(cause + 2);
        }
        return {};
    }
};

TEST_F(VerifyLogTest, a_whole_log_under_the_trusted_policy_is_valid) {
    write();
    const LogReport found = report();

    EXPECT_EQ(found.verdict.kind, VerdictKind::valid) << failures();
    EXPECT_EQ(found.origin, kOrigin);
    EXPECT_EQ(found.size, records.size());
    EXPECT_EQ(found.height, records.back().height);
    EXPECT_EQ(found.tx_count, (records.size() - 1) / 4 * 3);
}

TEST_F(VerifyLogTest, every_size_up_to_two_tiles_is_valid) {
    const std::vector<Record> all = records;
    for (std::size_t size : {1U, 5U, 253U, 257U, 513U}) {
        records.assign(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(size));
        write();
        EXPECT_EQ(report().verdict.kind, VerdictKind::valid) << size << failures();
    }
}

TEST_F(VerifyLogTest, without_a_policy_the_origin_is_not_established) {
    write();
    EXPECT_EQ(report(false).verdict.kind, VerdictKind::consistent);
}

TEST_F(VerifyLogTest, a_log_signed_by_others_is_consistent_and_a_broken_signature_is_not) {
    write();
    const Bytes checkpoint = files["checkpoint"];
    files["checkpoint"][checkpoint.size() - 6] ^= 1;  // inside the cosignature
    EXPECT_EQ(report().verdict.kind, VerdictKind::invalid);
    files["checkpoint"] = checkpoint;

    log = keys::testing::fixed_signer(crypto::Alg::ed25519, 3);
    policy.logs[0].key = *log->public_key().ed25519_point();
    EXPECT_EQ(report().verdict.kind, VerdictKind::consistent);
    EXPECT_EQ(failures(), "log_policy");
}

TEST_F(VerifyLogTest, names_the_file_that_is_missing_or_damaged) {
    write();
    const auto whole = files;
    for (const auto& [path, content] : whole) {
        const bool is_checkpoint = path == "checkpoint";
        const std::string missing = is_checkpoint                       ? "log_checkpoint"
                                    : path.starts_with("tile/entries/") ? "log_entries"
                                                                        : "log_tiles";
        files.erase(path);
        EXPECT_EQ(failures(), missing) << path;
        files = whole;
        files[path][content.size() / 3] ^= 1;
        EXPECT_EQ(report().verdict.kind, VerdictKind::invalid) << path;
        files = whole;
    }
}

TEST_F(VerifyLogTest, a_full_tile_may_stand_in_for_a_partial_one_of_a_growing_log) {
    records.resize(257);
    write();
    auto grown = files;
    records.resize(253);
    write();
    for (const auto& [path, content] : grown) {
        if (path != "checkpoint") files.try_emplace(path, content);
    }
    for (const char* partial : {"tile/0/000.p/253", "tile/entries/000.p/253"}) {
        EXPECT_EQ(files.erase(partial), 1U);
    }
    EXPECT_EQ(report().verdict.kind, VerdictKind::valid) << failures();
}

TEST_F(VerifyLogTest, names_another_root_than_the_checkpoint_s) {
    write();
    sign({.origin = kOrigin, .size = records.size(), .root = {}});
    EXPECT_EQ(failures(), "log_root");
}

TEST_F(VerifyLogTest, names_each_broken_rule_of_record_order) {
    const std::vector<Record> all = records;
    const auto fault = [&](const std::function<void()>& edit) {
        records = all;
        return fault_after(edit);
    };
    EXPECT_EQ(fault([&] { records[9].origin = "dev.test/scratch"; }), "another origin");
    EXPECT_EQ(fault([&] { ++records[9].index; }), "another index");
    EXPECT_EQ(fault([&] {
                  records[0].body = TxRecord{};
                  records[0].height = 1;
              }),
              "not a record");
    EXPECT_EQ(fault([&] { std::get<BlockRecord>(records[4].body).record_count = 2; }),
              "another number of records in the block");
    EXPECT_EQ(fault([&] { records[5].height = 1; }), "height does not rise");
    EXPECT_EQ(fault([&] { ++records[6].height; }), "a block without a block record");
    EXPECT_EQ(fault([&] { ++records[6].time_ms; }), "two times in one block");
    EXPECT_EQ(fault([&] { records[6].time_ms -= 2; }), "time goes back");
    EXPECT_EQ(fault([&] {
                  std::get<TxRecord>(records[6].body).tx_id =
                      std::get<TxRecord>(records[1].body).tx_id;
              }),
              "one transaction recorded twice");
    EXPECT_EQ(fault([&] { records.pop_back(); }), "log_end");
}

TEST(TilePathTest, is_as_the_specification_shows) {
    EXPECT_EQ(tile_path("0", 1234067, 256), "tile/0/x001/x234/067");
    EXPECT_EQ(tile_path("entries", 0, 255), "tile/entries/000.p/255");
    EXPECT_EQ(tile_path("2", 1000, 1), "tile/2/x001/000.p/1");
}

}  // namespace
}  // namespace ropenet::verify
