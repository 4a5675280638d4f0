// Goal: an export's items keep their bytes in both forms, and nothing else is taken for one.
#include "types/rope_export.hpp"

#include <gtest/gtest.h>

#include "base/testing/conformance.hpp"
#include "codec/cbor.hpp"
#include "crypto/hash.hpp"
#include "types/record.hpp"

namespace ropenet {
namespace {

using vectors::SplitMix;

// One draw a statement: within an expression compilers choose the order.
Bytes record_bytes(SplitMix& random, bool is_tx) {
    Record record;
    record.origin = "dev.test/register";
    record.height = 1 + random.below(1000);
    record.index = 1 + random.below(1000);
    record.time_ms = static_cast<std::int64_t>(random.below(1'000'000));
    const Hash32 hash = random.hash32();
    const std::uint64_t number = random.below(4);
    const Hash32 digest = random.hash32();
    if (is_tx) {
        record.body = TxRecord{hash, static_cast<std::uint8_t>(number), digest};
    } else {
        record.body = BlockRecord{hash, number, {}, {}};
    }
    return encode_record(record);
}

ExportHeader draw_header(SplitMix& random) {
    ExportHeader out;
    out.origin = "dev.test/register";
    out.from = random.below(9);
    out.size = 9;
    const std::size_t genesis_bytes = random.below(40);
    out.genesis = random.bytes(genesis_bytes);
    out.policy = "log \"quoted\"\n";
    out.keys = "receipt 00\n";
    out.note = "origin\n9\n— 账绳 signed\n";
    for (std::size_t i = random.below(4); i > 0; --i)
        out.before.push_back(random.hash32());
    for (std::size_t i = random.below(4); i > 0; --i)
        out.consistency.push_back(random.hash32());
    return out;
}

ExportItem draw(SplitMix& random) {
    switch (random.below(4)) {
        case 0:
            return draw_header(random);
        case 1:
            return ExportEnd{random.below(1'000'000)};
        case 2: {
            ExportLeaf leaf{.record = record_bytes(random, true), .tx = {}, .outcome = {}};
            const std::size_t tx_bytes = 1 + random.below(99);
            leaf.tx = random.bytes(tx_bytes);
            const std::size_t outcome_bytes = 1 + random.below(99);
            leaf.outcome = random.bytes(outcome_bytes);
            return leaf;
        }
        default:
            return ExportLeaf{.record = record_bytes(random, false), .tx = {}, .outcome = {}};
    }
}

TEST(RopeExportConformance, items_keep_both_encodings) {
    const auto both = [](SplitMix& random) {
        const ExportItem item = draw(random);
        Bytes out = encode_export_item(item);
        append(out, view_of(export_line(item)));
        return out;
    };
    EXPECT_EQ(vectors::check_conformance("rope_export", both,
                                         [](BytesView bytes) { return crypto::sha256(bytes); }),
              "");
}

TEST(RopeExportForms, every_drawn_item_comes_back_from_both_forms) {
    SplitMix random{11};
    for (int i = 0; i < 300; ++i) {
        const ExportItem item = draw(random);
        const auto from_cbor = decode_export_item(encode_export_item(item));
        ASSERT_TRUE(from_cbor);
        EXPECT_EQ(*from_cbor, item);
        const auto from_line = export_item_from_line(export_line(item));
        ASSERT_TRUE(from_line);
        EXPECT_EQ(*from_line, item);
    }
}

class RopeExportTest : public ::testing::Test {
  protected:
    SplitMix random{5};

    static ExportError error_of(const ExportItem& item) {
        const auto decoded = decode_export_item(encode_export_item(item));
        EXPECT_FALSE(decoded);
        return decoded ? ExportError::spelling : decoded.error();
    }

    static ExportError error_of_line(const std::string& line) {
        const auto item = export_item_from_line(line);
        EXPECT_FALSE(item) << line;
        return item ? ExportError::oversize : item.error();
    }

    ExportLeaf tx_leaf() {
        return {.record = record_bytes(random, true), .tx = {1}, .outcome = {2}};
    }
};

TEST_F(RopeExportTest, a_tx_record_comes_with_tx_and_outcome_and_no_other_does) {
    ExportLeaf leaf = tx_leaf();
    leaf.outcome.clear();
    EXPECT_EQ(error_of(leaf), ExportError::record);
    leaf = tx_leaf();
    leaf.tx.clear();
    EXPECT_EQ(error_of(leaf), ExportError::record);
    leaf = tx_leaf();
    leaf.record = record_bytes(random, false);
    EXPECT_EQ(error_of(leaf), ExportError::record);
}

TEST_F(RopeExportTest, a_leaf_that_is_no_record_is_refused) {
    EXPECT_EQ(error_of(ExportLeaf{.record = {0xA0}, .tx = {}, .outcome = {}}), ExportError::record);
}

TEST_F(RopeExportTest, a_format_of_another_version_is_named) {
    ExportHeader header = draw_header(random);
    Bytes bytes = encode_export_item(header);
    ASSERT_EQ(bytes[2], 1U);
    bytes[2] = 2;
    EXPECT_EQ(decode_export_item(bytes).error(), ExportError::format);
}

TEST_F(RopeExportTest, a_part_that_ends_before_it_begins_is_refused) {
    ExportHeader header = draw_header(random);
    header.from = header.size;
    EXPECT_TRUE(decode_export_item(encode_export_item(header)));
    header.from = header.size + 1;
    EXPECT_EQ(error_of(header), ExportError::malformed);
}

TEST_F(RopeExportTest, hashes_may_be_as_many_as_the_limit_and_no_more) {
    ExportHeader header = draw_header(random);
    header.before.assign(kExportHashesMax, Hash32{});
    EXPECT_TRUE(decode_export_item(encode_export_item(header)));
    EXPECT_TRUE(export_item_from_line(export_line(header)));
    header.before.emplace_back();
    EXPECT_EQ(error_of(header), ExportError::malformed);
    EXPECT_EQ(error_of_line(export_line(header)), ExportError::malformed);
}

TEST_F(RopeExportTest, an_item_may_be_as_long_as_the_limit_and_no_longer) {
    ExportHeader header = draw_header(random);
    header.genesis.clear();
    header.genesis.resize(kExportItemBytesMax - encode_export_item(header).size() - 4);
    ASSERT_EQ(encode_export_item(header).size(), kExportItemBytesMax);
    EXPECT_TRUE(decode_export_item(encode_export_item(header)));
    EXPECT_TRUE(export_item_from_line(export_line(header)));
    header.genesis.push_back(0);
    EXPECT_EQ(error_of(header), ExportError::oversize);
    EXPECT_EQ(error_of_line(export_line(header)), ExportError::oversize);
    const std::string longest(kExportLineBytesMax, ' ');
    EXPECT_EQ(error_of_line(longest), ExportError::malformed);
    EXPECT_EQ(error_of_line(longest + " "), ExportError::oversize);
}

TEST_F(RopeExportTest, a_line_has_one_spelling) {
    const std::string line = export_line(ExportEnd{7});
    EXPECT_EQ(line, R"({"kind":"end","size":7})");
    EXPECT_EQ(error_of_line(line + " "), ExportError::spelling);
    EXPECT_EQ(error_of_line(R"({"size":7,"kind":"end"})"), ExportError::spelling);
    EXPECT_EQ(error_of_line(R"({"kind":"end","size":7,"more":1})"), ExportError::spelling);
    EXPECT_EQ(error_of_line(R"({"kind":"end","size":7.0})"), ExportError::malformed);
    std::string leaf = export_line(tx_leaf());
    leaf.replace(leaf.find("\"index\":"), 8, "\"index\":1");
    EXPECT_EQ(error_of_line(leaf), ExportError::spelling);
}

TEST_F(RopeExportTest, bytes_after_an_item_are_refused) {
    Bytes bytes = encode_export_item(ExportEnd{7});
    bytes.push_back(0);
    EXPECT_EQ(decode_export_item(bytes).error(), ExportError::malformed);
}

}  // namespace
}  // namespace ropenet
