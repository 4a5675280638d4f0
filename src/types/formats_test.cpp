// Goal: the formats of this module keep their bytes, and each refuses what is not exactly it.
// Method: drawn values round-trip; a committed digest holds their encodings; the valid case is
// broken one field at a time.
#include <gtest/gtest.h>

#include "base/testing/conformance.hpp"
#include "codec/cbor.hpp"
#include "codec/cose.hpp"
#include "crypto/hash.hpp"
#include "keys/testing/fixed_signer.hpp"
#include "types/account.hpp"
#include "types/block.hpp"
#include "types/genesis.hpp"
#include "types/limits.hpp"
#include "types/outcome.hpp"
#include "types/record.hpp"
#include "types/transaction.hpp"

namespace ropenet {
namespace {

using vectors::SplitMix;

Hash32 sha256_of(BytesView bytes) {
    return crypto::sha256(bytes);
}

std::string word(SplitMix& random) {
    std::string out(1 + random.below(12), 'a');
    for (char& c : out)
        c = static_cast<char>('a' + random.below(26));
    return out;
}

// Two draws in one expression come in an order that compilers choose; this one fixes it.
std::pair<std::string, std::string> two_words(SplitMix& random) {
    std::string first = word(random);
    std::string second = word(random);
    return {std::move(first), std::move(second)};
}

std::string origin(SplitMix& random) {
    const auto [network, rope] = two_words(random);
    return network + "/" + rope;
}

std::uint64_t number(SplitMix& random) {
    const std::uint64_t value = random.next();
    return value >> (11 + random.below(53));
}

Record draw_record(SplitMix& random) {
    Record out{.origin = origin(random),
               .height = 1 + number(random) / 2,
               .index = 1 + number(random) / 2,
               .time_ms = static_cast<std::int64_t>(number(random)),
               .body = {}};
    switch (random.below(5)) {
        case 0:
            out.body = TxRecord{random.hash32(), static_cast<std::uint8_t>(random.below(4)),
                                random.hash32()};
            break;
        case 1:
            out.body = BlockRecord{random.hash32(), number(random), {}, {}};
            break;
        case 2:
            out.body = DueRecord{random.hash32(), static_cast<std::uint8_t>(random.below(4)),
                                 random.hash32()};
            break;
        case 3:
            out.body = PolicyRecord{random.hash32(), random.hash32(), random.hash32()};
            break;
        default:
            out.height = 0;
            out.index = 0;
            out.body = BlockRecord{random.hash32(), 0, random.hash32(), {}};
    }
    return out;
}

Outcome draw_outcome(SplitMix& random) {
    Outcome out{.code = static_cast<OutcomeCode>(random.below(4)),
                .rule = {},
                .gas_used = number(random),
                .events = {},
                .output = random.bytes(random.below(20))};
    if (out.code == OutcomeCode::refused) {
        const auto [contract, noun] = two_words(random);
        out.rule = "x" + contract + "." + noun;
    }
    for (std::size_t i = random.below(3); i > 0; --i) {
        Event event{.name = word(random), .attributes = {}};
        for (std::size_t j = random.below(4); j > 0; --j) {
            event.attributes.insert(two_words(random));
        }
        out.events.push_back(std::move(event));
    }
    return out;
}

Block draw_block(SplitMix& random) {
    Block out{.height = number(random),
              .time_ms = static_cast<std::int64_t>(number(random)),
              .txs = {},
              .state_root = random.hash32(),
              .log_size = number(random),
              .log_root = random.hash32()};
    for (std::size_t i = random.below(4); i > 0; --i)
        out.txs.push_back(random.bytes(40));
    return out;
}

AccountKey fixed_key(crypto::Alg alg) {
    const auto signer = keys::testing::fixed_signer(alg, 9);
    return {.alg = alg, .spki = to_bytes(signer->public_key().spki())};
}

RegisterArgs draw_register_args(SplitMix& random) {
    static const AccountKey kKeys[] = {fixed_key(crypto::Alg::ed25519),
                                       fixed_key(crypto::Alg::es256), fixed_key(crypto::Alg::sm2)};
    RegisterArgs out{.kind = static_cast<AccountKind>(random.below(4)),
                     .name = word(random),
                     .keys = {kKeys[random.below(3)]},
                     .organisation = std::nullopt,
                     .place = std::nullopt,
                     .identity_commitment = random.hash32()};
    if (random.one_in(2)) out.organisation = word(random);
    if (random.one_in(2)) out.place = "520100";
    return out;
}

Genesis draw_genesis(SplitMix& random) {
    Genesis out;
    out.demo = random.one_in(2);
    out.origin = (out.demo ? "dev." : "x") + origin(random);
    out.time_ms = static_cast<std::int64_t>(number(random));
    out.accounts.push_back({.args = draw_register_args(random), .roles = {word(random)}});
    const auto [role, holder] = two_words(random);
    out.charter[role] = {holder};
    out.validators.push_back({word(random), word(random), word(random)});
    const std::string contract = word(random);
    out.native_manifests[contract] = random.hash32();
    out.policy = {random.hash32(), Hash32{}, random.hash32()};
    return out;
}

Transaction draw_tx(SplitMix& random) {
    TxDraft draft{.origin = origin(random),
                  .account = AccountId{},
                  .nonce = {},
                  .expires_at_ms = static_cast<std::int64_t>(number(random)),
                  .contract = "x" + word(random),
                  .action = word(random),
                  .args = {}};
    const std::string name = word(random);
    draft.args = cbor::encode_value(cbor::Map{{name, number(random)}});
    for (auto& byte : draft.nonce)
        byte = static_cast<std::uint8_t>(random.next());
    const Bytes message = cose::encode_sign1(cose::Sign1{
        .protected_bytes = encode_tx_protected(draft, crypto::Alg::es256, random.hash32()),
        .unprotected = {0xA0},
        .payload = encode_tx_payload(draft),
        .signature = random.bytes(64)});
    auto tx = decode_transaction(message);
    EXPECT_TRUE(tx);
    return tx ? *std::move(tx) : Transaction{};
}

template <typename Encode, typename Draw>
void expect_conformance(const std::string& name, Encode encode, Draw draw) {
    EXPECT_EQ(vectors::check_conformance(
                  name, [&](SplitMix& random) { return encode(draw(random)); }, sha256_of),
              "");
}

TEST(FormatsConformance, records_keep_their_encoding) {
    expect_conformance("record", encode_record, draw_record);
}

TEST(FormatsConformance, outcomes_keep_their_encoding) {
    expect_conformance("outcome", encode_outcome, draw_outcome);
}

TEST(FormatsConformance, blocks_keep_their_encoding) {
    expect_conformance("block", encode_block, draw_block);
}

TEST(FormatsConformance, register_args_keep_their_encoding) {
    expect_conformance("register_args", encode_register_args, draw_register_args);
}

TEST(FormatsConformance, genesis_keeps_its_encoding) {
    expect_conformance("genesis", encode_genesis, draw_genesis);
}

Genesis draw_following(SplitMix& random) {
    Genesis out = draw_genesis(random);
    GenesisFollows follows;
    follows.origin = "x" + origin(random);
    follows.genesis_digest = random.hash32();
    follows.height = random.below(1'000'000);
    follows.log_size = random.below(1'000'000);
    follows.log_root = random.hash32();
    follows.known_size = follows.log_size + random.below(1'000);
    out.follows = follows;
    return out;
}

TEST(FormatsConformance, a_genesis_that_follows_keeps_its_encoding) {
    expect_conformance("genesis_follows", encode_genesis, draw_following);
}

TEST(GenesisTest, that_follows_is_read_back_and_cannot_have_signed_less_than_it_restored) {
    SplitMix random{12};
    Genesis genesis = draw_following(random);
    EXPECT_EQ(*decode_genesis(encode_genesis(genesis)), genesis);
    genesis.follows->known_size = genesis.follows->log_size;
    EXPECT_TRUE(decode_genesis(encode_genesis(genesis)));
    genesis.follows->log_size += 1;
    EXPECT_EQ(decode_genesis(encode_genesis(genesis)).error(), GenesisError::follows);
}

TEST(FormatsConformance, transactions_keep_encoding_and_id) {
    expect_conformance(
        "transaction",
        [](const Transaction& tx) {
            Bytes out = tx.encoded;
            append(out, tx.tx_id);
            return out;
        },
        [](SplitMix& random) { return draw_tx(random); });
}

TEST(BlockTest, tells_where_its_transactions_begin) {
    Block block{.height = 7};
    for (const std::size_t size : {1U, 23U, 24U, 255U, 256U, 65'535U, 65'536U})
        block.txs.emplace_back(size, static_cast<std::uint8_t>(size));
    const Bytes encoded = encode_block(block);
    const auto offsets = tx_offsets_of(block);

    ASSERT_EQ(offsets.size(), block.txs.size());
    for (std::size_t i = 0; i < offsets.size(); ++i) {
        const BytesView at = BytesView{encoded}.subspan(offsets[i], block.txs[i].size());
        EXPECT_EQ(to_bytes(at), block.txs[i]) << i;
    }
}

TEST(FormatsTest, every_drawn_value_decodes_to_itself) {
    SplitMix random{7};
    for (int i = 0; i < 300; ++i) {
        const Record record = draw_record(random);
        EXPECT_EQ(*decode_record(encode_record(record)), record);
        const Outcome outcome = draw_outcome(random);
        EXPECT_EQ(*decode_outcome(encode_outcome(outcome)), outcome);
        const Block block = draw_block(random);
        EXPECT_EQ(*decode_block(encode_block(block)), block);
        const Genesis genesis = draw_genesis(random);
        EXPECT_EQ(*decode_genesis(encode_genesis(genesis)), genesis);
        const Account account{.args = draw_register_args(random),
                              .roles = {"a", "b"},
                              .status = static_cast<AccountStatus>(random.below(5)),
                              .added_keys = {fixed_key(crypto::Alg::sm2)}};
        EXPECT_EQ(*decode_account(encode_account(account)), account);
    }
}

TEST(FormatsTest, a_cut_or_longer_encoding_is_refused) {
    SplitMix random{8};
    for (int i = 0; i < 50; ++i) {
        Bytes record = encode_record(draw_record(random));
        record.push_back(0);
        EXPECT_FALSE(decode_record(record));
        record.resize(record.size() - 2);
        EXPECT_FALSE(decode_record(record));
        Bytes block = encode_block(draw_block(random));
        block.pop_back();
        EXPECT_EQ(decode_block(block).error(), BlockError::malformed);
    }
}

TEST(RecordTest, only_the_first_leaf_is_genesis_and_it_is_a_block_record) {
    Record first{.origin = "a/b",
                 .height = 0,
                 .index = 0,
                 .time_ms = 1,
                 .body = BlockRecord{Hash32{}, 0, Hash32{}, {}}};
    EXPECT_TRUE(decode_record(encode_record(first)));
    first.index = 1;
    EXPECT_EQ(decode_record(encode_record(first)).error(), RecordError::kind);
    first.index = 0;
    first.body = TxRecord{};
    EXPECT_EQ(decode_record(encode_record(first)).error(), RecordError::kind);
}

TEST(RecordTest, integers_are_taken_below_2_to_the_53_and_not_at_it) {
    Record record{.origin = "a/b",
                  .height = kIntegerMax,
                  .index = kIntegerMax,
                  .time_ms = static_cast<std::int64_t>(kIntegerMax),
                  .body = TxRecord{}};
    EXPECT_TRUE(decode_record(encode_record(record)));
    record.height = kIntegerMax + 1;
    EXPECT_EQ(decode_record(encode_record(record)).error(), RecordError::range);
}

TEST(OutcomeTest, a_rule_stands_exactly_with_a_refusal) {
    Outcome outcome{.code = OutcomeCode::applied, .rule = "a1.b", .gas_used = 1};
    EXPECT_EQ(decode_outcome(encode_outcome(outcome)).error(), OutcomeError::rule);
    outcome.code = OutcomeCode::refused;
    EXPECT_TRUE(decode_outcome(encode_outcome(outcome)));
    outcome.rule = "no dot";
    EXPECT_EQ(decode_outcome(encode_outcome(outcome)).error(), OutcomeError::rule);
    outcome.rule.clear();
    EXPECT_EQ(decode_outcome(encode_outcome(outcome)).error(), OutcomeError::rule);
}

TEST(GenesisTest, each_unknown_version_is_named) {
    SplitMix random{9};
    const Genesis good = draw_genesis(random);
    Genesis genesis = good;
    genesis.format_version = 2;
    EXPECT_EQ(decode_genesis(encode_genesis(genesis)).error(),
              GenesisError::unknown_format_version);
    genesis = good;
    genesis.gas_version = 2;
    EXPECT_EQ(decode_genesis(encode_genesis(genesis)).error(), GenesisError::unknown_gas_version);
    genesis = good;
    genesis.suite = "other";
    EXPECT_EQ(decode_genesis(encode_genesis(genesis)).error(), GenesisError::unknown_suite);
    genesis = good;
    genesis.demo = !good.demo;
    EXPECT_EQ(decode_genesis(encode_genesis(genesis)).error(), GenesisError::origin);
    genesis = good;
    genesis.validators.clear();
    EXPECT_EQ(decode_genesis(encode_genesis(genesis)).error(), GenesisError::validators);
}

TEST(AccountTest, each_broken_register_argument_is_named) {
    SplitMix random{10};
    const auto field_of = [](const RegisterArgs& args) {
        const auto value = cbor::decode_value(encode_register_args(args));
        const auto decoded = register_args_from(*value);
        return decoded ? std::string{"none"} : decoded.error().field;
    };
    const RegisterArgs good = draw_register_args(random);
    RegisterArgs args = good;
    args.name = std::string(kAccountNameBytesMax, 'n');
    EXPECT_EQ(field_of(args), "none");
    args.name += "n";
    EXPECT_EQ(field_of(args), "name");
    args = good;
    args.place = "52010";
    EXPECT_EQ(field_of(args), "place");
    args = good;
    args.organisation = "two words";
    EXPECT_EQ(field_of(args), "organisation");
    args = good;
    args.keys[0].spki.pop_back();
    EXPECT_EQ(field_of(args), "keys");
    args.keys.clear();
    EXPECT_EQ(field_of(args), "keys");
}

}  // namespace
}  // namespace ropenet
