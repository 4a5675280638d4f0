// Goal: what a node answered `committed` it still has after a stop and after a storage error, with
// the same roots and with evidence that verifies. Method: deposits over HTTP on real folders.
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>

#include "codec/cbor.hpp"
#include "codec/json.hpp"
#include "crypto/hash.hpp"
#include "http/client.hpp"
#include "keys/key_file.hpp"
#include "keys/random.hpp"
#include "keys/sign_transaction.hpp"
#include "node/data_folder.hpp"
#include "node/node.hpp"
#include "storage/posix_file_system.hpp"
#include "storage/testing/temp_folder.hpp"
#include "types/bundle.hpp"
#include "types/transaction.hpp"
#include "verify/bundle_verifier.hpp"

namespace ropenet::node {
namespace {

constexpr std::string_view kRope = "/v1/ropes/register";

struct NodeRestartTest : ::testing::Test {
    storage::testing::TempFolder temp;
    storage::PosixFileSystem files;
    SystemClock clock;
    NullLog log;
    DataFolder folder{temp / "data"};
    std::unique_ptr<keys::Signer> alice;
    AccountId alice_id;
    std::unique_ptr<Node> node;

    NodeRestartTest() {
        const Config config{.network = "dev.test",
                            .ropes = {"register", "scratch"},
                            .http = "127.0.0.1:0",
                            .admin = "127.0.0.1:0",
                            .http_threads = 1,
                            .log_level = LogLevel::error};
        EXPECT_TRUE(init_data_folder(files, folder, config, clock));
        auto signer = keys::load_signer(folder.dev() + "/keys/alice.pem");
        EXPECT_TRUE(signer);
        if (signer) alice = *std::move(signer);
        read_account();
        start();
    }

    void read_account() {
        const auto bytes = storage::read_file(files, folder.dev_accounts(), 1U << 20);
        ASSERT_TRUE(bytes);
        const auto list = json::parse(text_of(*bytes));
        ASSERT_TRUE(list);
        const json::Value& first = list->find("accounts")->as_array()->front();
        ASSERT_EQ(*first.find("name")->as_string(), "alice");
        alice_id = *account_id_from_text(*first.find("account")->as_string());
    }

    void start() {
        auto started = Node::start({.data = folder.path}, log, clock);
        ASSERT_TRUE(started) << started.error().what;
        node = *std::move(started);
    }
    void restart() {
        ASSERT_TRUE(node->stop());
        node.reset();
        start();
    }

    http::Response send(std::string method, std::string target, BytesView body = {}) const {
        auto client = http::Client::for_url("http://" + node->http_address());
        EXPECT_TRUE(client);
        http::Client opened = *std::move(client);
        auto response = opened.send({.method = std::move(method),
                                     .target = std::move(target),
                                     .headers = {{"Content-Type", "application/cose"}},
                                     .body = body});
        EXPECT_TRUE(response) << (response ? "" : response.error().what);
        return response ? *std::move(response) : http::Response{};
    }
    json::Value get(const std::string& path) const {
        const auto body = json::parse(send("GET", std::string{kRope} + path).body_text());
        EXPECT_TRUE(body);
        return body ? *body : json::Value{};
    }

    Bytes deposit(std::string_view content, std::string_view rope = "register") const {
        cbor::Map args;
        args.emplace_back("size", content.size());
        args.emplace_back("fields", cbor::Map{});
        args.emplace_back("sha256", crypto::sha256(view_of(content)));
        args.emplace_back("media_type", "text/plain");
        const TxDraft draft{.origin = "dev.test/" + std::string{rope},
                            .account = alice_id,
                            .nonce = *keys::random_nonce(),
                            .expires_at_ms = clock.wall_ms() + 60'000,
                            .contract = "system.evidence",
                            .action = "deposit",
                            .args = cbor::encode_value(cbor::Value{std::move(args)})};
        const auto& key = alice->public_key();
        auto tx = keys::sign1(*alice, encode_tx_protected(draft, key.alg(), key.kid()),
                              encode_tx_payload(draft));
        EXPECT_TRUE(tx);
        return tx ? *std::move(tx) : Bytes{};
    }
    http::Response post(const Bytes& tx, const std::string& rope = "register") const {
        return send("POST", "/v1/ropes/" + rope + "/txs?wait=committed&timeout=20", tx);
    }
    static std::string text_at(const json::Value& value, std::string_view key) {
        const json::Value* found = value.find(key);
        return found != nullptr && found->as_string() != nullptr ? *found->as_string() : "";
    }
    /// The id of a deposit that was answered `committed`.
    std::string committed(const Bytes& tx) const {
        const auto answer = json::parse(post(tx).body_text());
        EXPECT_TRUE(answer && text_at(*answer, "status") == "committed");
        return answer ? text_at(*answer, "tx_id") : "";
    }

    /// Asks as a client does: again while the answer is 202.
    std::optional<BundleFiles> bundle(const std::string& tx_id) const {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
        const std::string target = std::string{kRope} + "/txs/" + tx_id + "/bundle";
        http::Response response = send("GET", target);
        while (response.status == 202 && std::chrono::steady_clock::now() < deadline) {
            std::this_thread::sleep_for(std::chrono::milliseconds{20});
            response = send("GET", target);
        }
        EXPECT_EQ(response.status, 200U);
        auto made = files_from_tar(response.body_view());
        return made ? std::optional{*std::move(made)} : std::nullopt;
    }
};

TEST_F(NodeRestartTest, a_restart_goes_on_with_the_same_height_roots_and_transactions) {
    std::string last;
    for (int i = 0; i < 5; ++i)
        last = committed(deposit("content " + std::to_string(i)));
    const std::string state_root = text_at(get(""), "state_root");
    const std::string record = text_at(get("/records/1"), "raw_hex");
    const json::Value before = get("/txs/" + last);
    ASSERT_FALSE(state_root.empty());

    restart();

    EXPECT_EQ(text_at(get(""), "state_root"), state_root);
    EXPECT_EQ(text_at(get("/records/1"), "raw_hex"), record);
    EXPECT_EQ(get("/txs/" + last), before);
    committed(deposit("after the restart"));
}

TEST_F(NodeRestartTest, an_orderly_stop_leaves_everything_under_a_checkpoint) {
    const std::string id = committed(deposit("one"));

    restart();

    const http::Response response = send("GET", std::string{kRope} + "/txs/" + id + "/bundle");
    EXPECT_EQ(response.status, 200U);
}

TEST_F(NodeRestartTest, a_bundle_over_http_verifies_under_the_development_policy) {
    const auto files_of_bundle = bundle(committed(deposit("one")));
    const auto policy = storage::read_file(files, folder.dev_policy("register"), 1U << 16);
    ASSERT_TRUE(files_of_bundle && policy);

    const verify::TrustedPolicy trust{.text = std::string{text_of(*policy)}};
    EXPECT_EQ(verify::verify_bundle(*files_of_bundle, trust).kind, verify::VerdictKind::valid);
    EXPECT_EQ(verify::verify_bundle(*files_of_bundle, std::nullopt).kind,
              verify::VerdictKind::consistent);
}

TEST_F(NodeRestartTest, a_transaction_for_another_rope_of_the_node_is_rejected) {
    const http::Response response = post(deposit("one", "scratch"));

    EXPECT_EQ(response.status, 422U);
    EXPECT_NE(response.body_text().find("tx.origin"), std::string_view::npos);
    EXPECT_EQ(get("").find("height")->as_uint(), 0U);
}

// The signed file of one rope cannot be written: its cosigner fails, and with it the node.
TEST_F(NodeRestartTest, after_a_storage_error_of_one_rope_no_rope_acknowledges_anything) {
    const std::string path = folder.signed_state("register");
    std::filesystem::remove(path);
    std::filesystem::create_directories(path + "/in-the-way");
    committed(deposit("one"));
    ASSERT_TRUE(node->wait_for(std::chrono::seconds{20}));

    const http::Response response = post(deposit("two", "scratch"), "scratch");

    EXPECT_EQ(response.body_text().find("\"committed\""), std::string_view::npos);
    const auto ended = node->wait();
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().code, ErrorCode::io);
}

}  // namespace
}  // namespace ropenet::node
