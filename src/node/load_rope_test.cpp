// Goal: an export holds all that its log commits to, no altered one passes, and executing it again
// leads to the same bytes. Method: a signed rope, exported, verified, loaded and exported again.
#include "node/load_rope.hpp"

#include "cosign/testing/signed_rope.hpp"
#include "ledger/rope_export.hpp"
#include "node/fast_verification.hpp"
#include "types/record.hpp"
#include "verify/verify_export.hpp"

namespace ropenet::node {
namespace {

using Items = std::vector<ExportItem>;

struct LoadRopeTest : cosign::testing::SignedRope {
    verify::TrustedPolicy trusted{.text = trust.policy};

    /// A block whose only transaction gets no record: its height leaves no leaf.
    void commit_nothing() {
        const ledger::HeightSummary before = reader().latest()->at();
        const std::vector<execution::CheckedTx> txs{Unexpected{TxError::signature}};
        EXPECT_TRUE(ledger->finalize(before.height + 1, before.time_ms + 1'000, txs));
        EXPECT_TRUE(ledger->commit());
    }

    /// Leaves [from, size) of `reader`; size 0: all under the checkpoint.
    Items export_of(const ledger::Reader& reader, ledger::ExportTexts texts,
                    ledger::ExportRange range, std::size_t bytes_max = 1U << 20) const {
        Items out;
        range.tiled = checkpoint_size();
        const auto header = ledger::export_header(reader, texts, range);
        EXPECT_TRUE(header);
        if (!header) return out;
        out.emplace_back(*header);
        while (range.from < range.size) {
            const auto leaves = ledger::export_leaves(reader, range, bytes_max);
            EXPECT_TRUE(leaves);
            if (!leaves) return out;
            for (const ExportLeaf& leaf : *leaves)
                out.emplace_back(leaf);
            range.from += leaves->size();
        }
        out.emplace_back(ExportEnd{range.size});
        return out;
    }

    std::uint64_t checkpoint_size() const { return cosigner->newest()->checkpoint.size; }

    ledger::ExportTexts texts() const {
        return {.policy = trust.policy, .keys = trust.keys, .note = cosigner->newest()->note};
    }

    Items whole() const {
        return export_of(reader(), texts(), {.from = 0, .size = reader().latest()->log_size()});
    }

    verify::ExportReport report_on(const Items& items,
                                   const crypto::Ed25519Table& ed25519 = {}) const {
        std::size_t at = 0;
        return verify::verify_export(
            [&]() -> Expected<std::optional<ExportItem>, std::string> {
                return at < items.size() ? std::optional{items[at++]} : std::nullopt;
            },
            trusted, ed25519);
    }

    verify::VerdictKind verdict_on(const Items& items) const {
        return report_on(items).verdict.kind;
    }

    /// What failed, as `check: cause`.
    std::string faults_of(const Items& items) const {
        std::string out;
        for (const verify::Check& check : report_on(items).verdict.checks) {
            const auto cause = check.detail.find(": ");
            if (check.ok || !check.checked) continue;
            out += out.empty() ? "" : ", ";
            out += check.name;
            if (cause != std::string::npos) out += check.detail.substr(cause);
        }
        return out;
    }

    Result<LoadedRope> load(const Items& items, const std::string& name) {
        std::size_t at = 0;
        const NextExportItem next = [&]() -> Result<std::optional<ExportItem>> {
            return at < items.size() ? std::optional{items[at++]} : std::nullopt;
        };
        return load_rope({folder / name}, next,
                         {.files = files, .log = log, .progress = [](auto, auto) {}});
    }

    std::string load_error(const Items& items) {
        const auto loaded = load(items, "refused");
        EXPECT_FALSE(loaded);
        EXPECT_TRUE(files.remove_all(folder / "refused"));
        return loaded ? "" : loaded.error().what;
    }

    /// Blocks of one, two, three deposits, with heights in between that leave no leaf.
    void fill(int blocks) {
        for (int i = 0; i < blocks; ++i) {
            std::vector<std::string> contents;
            for (int k = 0; k <= i % 3; ++k)
                contents.push_back(std::to_string(i) + "." + std::to_string(k));
            commit(contents);
            if (i % 4 == 0) commit_nothing();
            if (i % 8 == 0) commit_nothing();
        }
        ASSERT_TRUE(cover_all());
    }

    /// A checkpoint may be made in between, and the next one wants time to pass again.
    bool cover_all() {
        const std::uint64_t last = reader().latest()->log_size() - 1;
        for (int tries = 0; tries < 100; ++tries) {
            clock.advance_ms(cosign::kCheckpointGapMs);
            if (cosigner->wait_covered(last, std::chrono::milliseconds{100})) return true;
        }
        return false;
    }
};

TEST_F(LoadRopeTest, a_loaded_rope_exports_the_same_items_across_tiles_and_empty_heights) {
    fill(100);
    ASSERT_GT(reader().latest()->log_size(), 257U);
    const Items items = whole();
    EXPECT_EQ(verdict_on(items), verify::VerdictKind::valid) << faults_of(items);

    const auto loaded = load(items, "copy");
    ASSERT_TRUE(loaded) << loaded.error().what;
    EXPECT_EQ(loaded->log_root, reader().latest()->at().log_root);
    EXPECT_EQ(loaded->state_root, reader().latest()->at().state_root);

    const DataFolder copy{folder / "copy"};
    const auto rope_files = load_rope_files(files, copy, "register");
    ASSERT_TRUE(rope_files);
    const auto again = ledger::Ledger::open(
        {.folder = copy.rope("register"), .genesis = rope_files->genesis, .signed_size = 0}, files,
        kv, log);
    ASSERT_TRUE(again);
    const auto note = (*again)->reader().log_file("checkpoint");
    ASSERT_TRUE(note && *note);
    const ledger::ExportTexts from_copy{.policy = rope_files->trust.policy,
                                        .keys = rope_files->trust.keys,
                                        .note = std::string{text_of(**note)}};
    const std::uint64_t size = (*again)->reader().latest()->log_size();
    EXPECT_EQ(export_of((*again)->reader(), from_copy, {.from = 0, .size = size}), items);
}

TEST_F(LoadRopeTest, small_pages_hold_what_large_ones_hold) {
    fill(100);
    const std::uint64_t size = checkpoint_size();
    const ledger::ExportRange all{.from = 0, .size = size, .tiled = size};
    EXPECT_EQ(export_of(reader(), texts(), all, 1), whole());
    const auto first = ledger::export_leaves(reader(), all, 1);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->size(), 1U);
    const auto tile = ledger::export_leaves(reader(), all, 1U << 20);
    ASSERT_TRUE(tile);
    EXPECT_EQ(tile->size(), 256U);
}

TEST_F(LoadRopeTest, every_part_between_two_blocks_is_valid) {
    fill(12);
    std::vector<std::uint64_t> ends;
    const Items items = whole();
    for (std::size_t i = 1; i + 1 < items.size(); ++i) {
        const auto record = decode_record(std::get<ExportLeaf>(items[i]).record);
        ASSERT_TRUE(record);
        if (std::holds_alternative<BlockRecord>(record->body)) ends.push_back(i);
    }
    for (const std::uint64_t from : ends) {
        for (const std::uint64_t size : ends) {
            if (size < from) continue;
            const Items part = export_of(reader(), texts(), {.from = from, .size = size});
            EXPECT_EQ(verdict_on(part), verify::VerdictKind::valid)
                << from << " " << size << " " << faults_of(part);
        }
    }
}

TEST_F(LoadRopeTest, a_part_that_begins_or_ends_inside_a_block_is_invalid) {
    commit({"a", "b", "c"});
    ASSERT_TRUE(cover_all());
    const std::uint64_t size = reader().latest()->log_size();
    EXPECT_EQ(faults_of(export_of(reader(), texts(), {.from = 2, .size = size})),
              "log_records: line 4: another number of records in the block");
    EXPECT_EQ(faults_of(export_of(reader(), texts(), {.from = 0, .size = size - 1})), "log_end");
}

TEST_F(LoadRopeTest, no_altered_bit_of_a_small_export_is_valid) {
    commit({"a"});
    ASSERT_TRUE(cover_all());
    const Items items = whole();
    ASSERT_EQ(verdict_on(items), verify::VerdictKind::valid);
    for (std::size_t i = 0; i < items.size(); ++i) {
        const Bytes bytes = encode_export_item(items[i]);
        for (std::size_t at = 0; at < bytes.size(); ++at) {
            Bytes altered = bytes;
            altered[at] ^= static_cast<std::uint8_t>(1U << (at % 8));
            const auto item = decode_export_item(altered);
            if (!item) continue;
            Items changed = items;
            changed[i] = *item;
            EXPECT_EQ(verdict_on(changed), verify::VerdictKind::invalid) << i << " " << at;
        }
    }
}

TEST_F(LoadRopeTest, a_missing_a_doubled_and_a_moved_leaf_are_named_with_their_line) {
    commit({"a", "b"});
    ASSERT_TRUE(cover_all());
    const Items items = whole();
    Items missing = items;
    missing.erase(missing.begin() + 2);
    EXPECT_EQ(faults_of(missing),
              "export_lines: line 5: a record is missing, log_records: line 3: another index");
    Items doubled = items;
    doubled.insert(doubled.begin() + 2, doubled[2]);
    EXPECT_EQ(faults_of(doubled),
              "export_lines: line 6: not the end that the header says, "
              "log_records: line 4: another index");
    Items moved = items;
    std::swap(moved[2], moved[3]);
    EXPECT_EQ(faults_of(moved), "log_records: line 3: another index, log_root");
}

TEST_F(LoadRopeTest, a_signature_by_another_key_is_named) {
    commit({"a"});
    ASSERT_TRUE(cover_all());
    Items items = whole();
    std::get<ExportLeaf>(items[2]).tx.back() ^= 1;
    EXPECT_EQ(faults_of(items), "export_signatures: line 3: the signature does not verify");
}

TEST_F(LoadRopeTest, the_table_that_is_given_checks_the_signatures_of_an_export) {
    fill(4);
    const auto refuse = [](const crypto::Ed25519Item*, std::size_t count, std::uint8_t* verdicts) {
        std::fill_n(verdicts, count, std::uint8_t{0});
        return std::int32_t{0};
    };
    const Items items = whole();
    EXPECT_EQ(report_on(items, {.verify_batch = refuse, .lanes = 8}).verdict.kind,
              verify::VerdictKind::invalid);
    const auto own = find_fast_verification();
    ASSERT_TRUE(own);
    EXPECT_EQ(report_on(items, own->table).verdict.kind, verify::VerdictKind::valid);
}

TEST_F(LoadRopeTest, a_key_that_nobody_registered_is_named) {
    commit({"a"});
    ASSERT_TRUE(cover_all());
    Items items = whole();
    // A record can be forged together with its tree, a genesis without the key cannot sign.
    auto& header = std::get<ExportHeader>(items[0]);
    auto without = genesis();
    without.accounts.erase(without.accounts.begin());
    header.genesis = encode_genesis(without);
    EXPECT_NE(faults_of(items).find("export_signatures: line 3: an unknown key"),
              std::string::npos);
}

TEST_F(LoadRopeTest, what_follows_the_end_and_what_lacks_it_is_invalid) {
    commit({"a"});
    ASSERT_TRUE(cover_all());
    Items items = whole();
    items.push_back(items.back());
    EXPECT_EQ(faults_of(items), "export_lines: line 6: something follows the end");
    items.resize(items.size() - 2);
    EXPECT_EQ(faults_of(items), "export_lines: line 5: the export ends too early");
    EXPECT_EQ(faults_of({}), "export_lines: line 1: the export ends too early");
}

TEST_F(LoadRopeTest, a_policy_of_others_does_not_establish_the_origin) {
    commit({"a"});
    ASSERT_TRUE(cover_all());
    const Items items = whole();
    trusted.text = make_trust(names(), cosign::testing::fixed_keys(60)).policy;
    EXPECT_EQ(verdict_on(items), verify::VerdictKind::consistent);
}

TEST_F(LoadRopeTest, a_part_is_not_loaded) {
    fill(4);
    const std::uint64_t size = reader().latest()->log_size();
    const Items late = export_of(reader(), texts(), {.from = 1, .size = size});
    EXPECT_NE(load_error(late).find("a part of a rope"), std::string::npos);
    const Items early = export_of(reader(), texts(), {.from = 0, .size = 3});
    EXPECT_NE(load_error(early).find("a part of a rope"), std::string::npos);
}

TEST_F(LoadRopeTest, an_export_that_leads_elsewhere_is_not_loaded) {
    commit({"a"});
    commit({"b"});
    ASSERT_TRUE(cover_all());
    const Items items = whole();
    Items other = items;
    std::get<ExportLeaf>(other[4]).tx = std::get<ExportLeaf>(items[2]).tx;  // recorded already
    EXPECT_NE(load_error(other).find("another number of records"), std::string::npos);
    Items outcome = items;
    auto& leaf = std::get<ExportLeaf>(outcome[2]);
    Record record = *decode_record(leaf.record);
    std::get<TxRecord>(record.body).code = 1;
    leaf.record = encode_record(record);
    EXPECT_NE(load_error(outcome).find("another record 1"), std::string::npos);
}

TEST_F(LoadRopeTest, a_folder_that_holds_a_node_is_left_alone) {
    commit({"a"});
    ASSERT_TRUE(cover_all());
    ASSERT_TRUE(load(whole(), "copy"));
    const auto again = load(whole(), "copy");
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, ErrorCode::exists);
}

TEST_F(LoadRopeTest, a_read_only_cosigner_shows_the_checkpoint_and_signs_nothing) {
    commit({"a"});
    ASSERT_TRUE(cover_all());
    const auto newest = cosigner->newest();
    crash();
    const auto parts = [&] {
        return cosign::CosignParts{.ledger = *ledger,
                                   .signed_state = signed_state(),
                                   .clock = clock,
                                   .log = log,
                                   .on_fatal = [](const Error&) {}};
    };
    const auto shown = cosign::Cosigner::read_only(trust, parts());
    ASSERT_TRUE(shown);
    EXPECT_EQ((*shown)->newest()->note, newest->note);
    EXPECT_FALSE((*shown)->sign_receipt({}, {}));
    EXPECT_TRUE((*shown)->stop());

    commit({"b"});
    const auto refused = cosign::Cosigner::read_only(trust, parts());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::corrupt);
}

}  // namespace
}  // namespace ropenet::node
