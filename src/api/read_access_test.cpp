// Goal: no handler serves anything of a rope that may_read denies, and none says whether it exists.
// Method: every read handler on a real ledger, once with permission and once without.
#include <gtest/gtest.h>

#include "admission/testing/fake_ledger.hpp"
#include "api/handlers.hpp"
#include "cosign/testing/signed_rope.hpp"

namespace ropenet::api {
namespace {

struct Case {
    std::string_view name;
    http::Response (*handler)(const Call&);
    std::string_view query_name;
    std::string_view query_value;
};

struct ReadAccessTest : cosign::testing::SignedRope {
    admission::testing::FakeLedger facts{genesis()};
    admission::testing::FakeEngine engine;
    WorkerPool workers{{.name = "test", .threads = 1}};
    admission::Admission admission{std::string{execution::testing::kOrigin},
                                   {facts, engine, workers, clock}};
    cosign::BundleMaker bundles{ledger->reader(), *cosigner};
    ledger::CommitSignal commits;
    std::string tx_id;
    Services services{
        .ropes = {{"register", ledger->reader(), admission, *cosigner, bundles, commits}},
        .assets = {},
        .now_ms = [] { return std::int64_t{1}; }};

    ReadAccessTest() { tx_id = hex(commit({"one"}).front()); }

    void deny() {
        services.may_read = [](const auto&, const auto&, const auto&) {
            return execution::ReadDecision::denied;
        };
    }

    unsigned status_of(const Case& one, std::vector<std::string> path) const {
        http::Request request{.method = "GET", .path = "/"};
        if (!one.query_name.empty()) {
            request.query.emplace_back(one.query_name, one.query_value);
        }
        return one.handler(Call{services, request, std::move(path), &services.ropes[0]}).status;
    }

    /// Each read handler with a path that finds something.
    std::vector<std::pair<Case, std::vector<std::string>>> cases() const {
        return {{{"rope", show_rope, {}, {}}, {}},
                {{"policy", show_policy, {}, {}}, {}},
                {{"txs", list_txs, {}, {}}, {}},
                {{"tx", show_tx, {}, {}}, {tx_id}},
                {{"bundle", show_bundle, {}, {}}, {tx_id}},
                {{"block", show_block, {}, {}}, {"1"}},
                {{"records", list_records, {}, {}}, {}},
                {{"record", show_record, {}, {}}, {"0"}},
                {{"state", show_state, "key", "sentinel"}, {"system"}},
                {{"account", show_account, {}, {}}, {alice.id().text()}},
                {{"entries", list_entries, {}, {}}, {}},
                {{"events", follow_events, {}, {}}, {}},
                {{"log", show_log_file, {}, {}}, {"checkpoint"}}};
    }
};

TEST_F(ReadAccessTest, everything_is_served_while_everything_is_public) {
    for (const auto& [one, path] : cases()) {
        const unsigned status = status_of(one, path);
        EXPECT_TRUE(status == 200 || status == 202) << one.name << " " << status;
    }
}

TEST_F(ReadAccessTest, what_may_read_denies_is_403_and_an_unknown_thing_looks_the_same) {
    deny();
    for (const auto& [one, path] : cases())
        EXPECT_EQ(status_of(one, path), 403U) << one.name;
    EXPECT_EQ(status_of({"block", show_block, {}, {}}, {"77"}), 403U);
    EXPECT_EQ(status_of({"record", show_record, {}, {}}, {"77"}), 403U);
    EXPECT_EQ(status_of({"bundle", show_bundle, {}, {}}, {std::string(64, '0')}), 403U);
}

TEST_F(ReadAccessTest, a_denied_rope_is_not_listed) {
    deny();
    const http::Request request;
    const auto response = list_ropes(Call{services, request, {}, nullptr});
    EXPECT_EQ(response.body_text().find("register"), std::string_view::npos);
}

}  // namespace
}  // namespace ropenet::api
