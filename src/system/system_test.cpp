// Goal: each rule of the native contracts is cited at its place. Method: one call at a time on a
// fake state that holds a registrar, a depositor and a body.
#include <gtest/gtest.h>

#include "execution/testing/signed_tx.hpp"
#include "state/testing/fake_state.hpp"
#include "system/accounts.hpp"
#include "system/contract.hpp"
#include "system/evidence.hpp"
#include "system/rules.hpp"
#include "types/limits.hpp"

namespace ropenet::system {
namespace {

using execution::testing::deposit_args;
using execution::testing::Identity;
using execution::testing::make_identity;

struct SystemTest : testing::Test {
    Identity alice = make_identity("alice", 1);
    Identity body = make_identity("body", 2, crypto::Alg::ed25519, "guiyang-gov");
    Identity registrar = make_identity("registrar", 3);
    Identity newcomer = make_identity("newcomer", 4, crypto::Alg::sm2);
    state::testing::FakeState base;
    state::Overlay state{base};

    SystemTest() {
        put(alice, {});
        put(body, {});
        put(registrar, {std::string{kRoleRegistrar}});
    }

    void put(const Identity& who, std::vector<std::string> roles) {
        put_new_account(state, Account{.args = who.args,
                                       .roles = std::move(roles),
                                       .status = AccountStatus::active,
                                       .added_keys = {}});
    }

    /// The rule that refused, or "applied".
    std::string run(const Identity& who, std::string_view contract, std::string_view action,
                    const cbor::Value& args) {
        const auto account = find_account(state, who.id());
        EXPECT_TRUE(account && *account);
        const auto answer = call_native(state, Call{.caller = who.id(),
                                                    .account = **account,
                                                    .contract = contract,
                                                    .action = action,
                                                    .args = args,
                                                    .height = 5,
                                                    .time_ms = 1'000,
                                                    .tx_id = Hash32{1}});
        EXPECT_TRUE(answer);
        return *answer ? "applied" : answer->error().rule;
    }

    std::string deposit(const Identity& who, const cbor::Value& args) {
        return run(who, kEvidenceId, "deposit", args);
    }

    std::string attest(const Identity& who, const Identity& depositor, std::string_view content) {
        cbor::Map args;
        args.emplace_back("account", depositor.id().text());
        args.emplace_back("sha256", crypto::sha256(view_of(content)));
        return run(who, kEvidenceId, "attest", cbor::Value{std::move(args)});
    }

    static cbor::Value register_args(const Identity& who) {
        return *cbor::decode_value(encode_register_args(who.args));
    }

    static cbor::Value key_args(const Identity& who) {
        cbor::Map args;
        args.emplace_back("key", value_of(who.args.keys[0]));
        return cbor::Value{std::move(args)};
    }

    /// Deposit args with one field replaced or, for a null value, removed.
    static cbor::Value deposit_with(std::string_view field, cbor::Value value) {
        cbor::Value args = deposit_args("one");
        cbor::Map& map = *args.as_map();
        std::erase_if(map, [&](const auto& pair) { return *pair.first.as_text() == field; });
        if (!value.is_null()) map.emplace_back(std::string{field}, std::move(value));
        return args;
    }
};

TEST_F(SystemTest, only_a_registrar_registers) {
    EXPECT_EQ(run(alice, kAccountsId, "register", register_args(newcomer)), "platform.role");
    EXPECT_EQ(run(registrar, kAccountsId, "register", register_args(newcomer)), "applied");
    EXPECT_TRUE(*find_account(state, newcomer.id()));
}

TEST_F(SystemTest, the_same_args_make_no_second_account) {
    ASSERT_EQ(run(registrar, kAccountsId, "register", register_args(newcomer)), "applied");
    EXPECT_EQ(run(registrar, kAccountsId, "register", register_args(newcomer)), "accounts.exists");
}

TEST_F(SystemTest, a_key_belongs_to_one_account) {
    newcomer.args.keys = alice.args.keys;
    EXPECT_EQ(run(registrar, kAccountsId, "register", register_args(newcomer)),
              "accounts.key_in_use");
}

TEST_F(SystemTest, register_refuses_one_key_twice_and_an_unknown_field) {
    newcomer.args.keys.push_back(newcomer.args.keys[0]);
    EXPECT_EQ(run(registrar, kAccountsId, "register", register_args(newcomer)), "platform.args");

    newcomer.args.keys.pop_back();
    cbor::Value args = register_args(newcomer);
    args.as_map()->emplace_back("nickname", "x");
    EXPECT_EQ(run(registrar, kAccountsId, "register", args), "platform.args");
}

TEST_F(SystemTest, an_added_key_is_held_and_is_nobody_elses) {
    EXPECT_EQ(run(alice, kAccountsId, "add_key", key_args(newcomer)), "applied");
    const auto account = find_account(state, alice.id());
    EXPECT_NE((*account)->find_key(newcomer.args.keys[0].kid()), nullptr);
    EXPECT_EQ(run(body, kAccountsId, "add_key", key_args(newcomer)), "accounts.key_in_use");
}

TEST_F(SystemTest, an_account_holds_sixteen_keys_and_not_one_more) {
    for (std::size_t i = 0; i + 1 < kAccountKeysMax; ++i) {
        const auto number = static_cast<std::uint8_t>(100 + i);
        ASSERT_EQ(run(alice, kAccountsId, "add_key", key_args(make_identity("k", number))),
                  "applied");
    }
    EXPECT_EQ(run(alice, kAccountsId, "add_key", key_args(make_identity("k", 200))),
              "accounts.key_count");
}

TEST_F(SystemTest, the_four_offices_do_not_deposit) {
    EXPECT_EQ(deposit(registrar, deposit_args("one")), "platform.role");
}

TEST_F(SystemTest, deposit_refuses_each_missing_or_broken_field) {
    for (const auto* field : {"sha256", "media_type", "size", "fields"}) {
        EXPECT_EQ(deposit(alice, deposit_with(field, nullptr)), "platform.args") << field;
    }
    EXPECT_EQ(deposit(alice, deposit_with("sha256", Bytes(31))), "platform.args");
    EXPECT_EQ(deposit(alice, deposit_with("media_type", "text")), "platform.args");
    EXPECT_EQ(deposit(alice, deposit_with("size", "9")), "platform.args");
    EXPECT_EQ(deposit(alice, deposit_with("commitment", Bytes(33))), "platform.args");
    EXPECT_EQ(deposit(alice, deposit_with("colour", "red")), "platform.args");
    EXPECT_EQ(deposit(alice, deposit_with("commitment", Bytes(32))), "applied");
}

TEST_F(SystemTest, fields_are_taken_at_their_limits_and_not_one_past) {
    cbor::Map many;
    for (std::size_t i = 0; i < kEvidenceFieldsMax; ++i) {
        many.emplace_back("f" + std::to_string(i), "x");
    }
    EXPECT_EQ(deposit(alice, deposit_with("fields", many)), "applied");
    many.emplace_back("last", "x");
    EXPECT_EQ(deposit(body, deposit_with("fields", many)), "platform.args");

    cbor::Map one;
    one.emplace_back(std::string(kEvidenceFieldNameBytesMax, 'n'),
                     std::string(kEvidenceFieldBytesMax, 'v'));
    EXPECT_EQ(deposit(body, deposit_with("fields", one)), "applied");
    one[0].second = std::string(kEvidenceFieldBytesMax + 1, 'v');
    EXPECT_EQ(deposit(body, deposit_with("fields", one)), "platform.args");
}

TEST_F(SystemTest, an_entry_round_trips_through_its_bytes) {
    const Entry entry{.sha256 = Hash32{1},
                      .media_type = "a/b",
                      .size = 3,
                      .fields = {{"attributed_to", "x y"}, {"b", ""}},
                      .commitment = Hash32{2},
                      .height = 4,
                      .time_ms = 5,
                      .tx_id = Hash32{6},
                      .attestations = {{.account = alice.id(), .height = 7, .time_ms = 8}}};

    EXPECT_EQ(decode_entry(encode_entry(entry)), entry);
}

TEST_F(SystemTest, only_a_body_the_entry_is_attributed_to_attests_it) {
    ASSERT_EQ(deposit(alice, deposit_args("doc", "miit guiyang-gov")), "applied");

    EXPECT_EQ(attest(alice, alice, "doc"), "evidence.attestation_by_other");
    EXPECT_EQ(attest(registrar, alice, "doc"), "evidence.attestation_by_other");
    EXPECT_EQ(attest(body, alice, "doc"), "applied");
    EXPECT_EQ(attest(body, alice, "doc"), "evidence.attested");
}

TEST_F(SystemTest, a_part_of_a_bodys_name_is_not_that_body) {
    ASSERT_EQ(deposit(alice, deposit_args("doc", "guiyang-gov-office guiyang")), "applied");

    EXPECT_EQ(attest(body, alice, "doc"), "evidence.attestation_by_other");
}

TEST_F(SystemTest, attest_names_an_entry_that_exists) {
    EXPECT_EQ(attest(body, alice, "doc"), "platform.unknown_record");
}

TEST_F(SystemTest, every_rule_is_stated_in_both_languages_with_its_basis) {
    for (const Rule& rule : rules()) {
        EXPECT_TRUE(is_rule_id(rule.id)) << rule.id;
        EXPECT_FALSE(rule.statement_en.empty() || rule.statement_zh.empty() || rule.basis.empty() ||
                     rule.would_pass_en.empty() || rule.would_pass_zh.empty())
            << rule.id;
    }
    EXPECT_TRUE(std::ranges::is_sorted(rules(), {}, &Rule::id));
    EXPECT_EQ(native_manifests().size(), 2U);
}

}  // namespace
}  // namespace ropenet::system
