#include "timestamp/authority.hpp"

#include <gtest/gtest.h>
#include <openssl/objects.h>
#include <sys/stat.h>

#include <atomic>
#include <thread>
#include <vector>

#include "concurrency/testing/manual_clock.hpp"
#include "crypto/hash.hpp"
#include "crypto/timestamp_token.hpp"
#include "storage/posix_file_system.hpp"
#include "storage/testing/temp_folder.hpp"
#include "timestamp/openssl_types.hpp"

namespace ropenet::timestamp {
namespace {

using crypto::TimestampError;
using ropenet::testing::ManualClock;

AuthorityFiles files_in(const std::string& folder) {
    return {.folder = folder,
            .ca = folder + "/ca.pem",
            .certificate = folder + "/certificate.pem",
            .book = folder + "/book",
            .ca_key = folder + "/ca-key.pem",
            .key = folder + "/key.pem"};
}

/// Two authorities, made once: keys of RSA-3072 take their time.
class AuthorityTest : public ::testing::Test {
  protected:
    static void SetUpTestSuite() {
        folder_ = new storage::testing::TempFolder;
        for (const char* name : {"/one", "/two"}) {
            const auto made = make_authority(fs(), files_in(folder_->path() + name), {}, clock());
            ASSERT_TRUE(made) << made.error().what;
        }
    }
    static void TearDownTestSuite() { delete folder_; }

    static storage::PosixFileSystem& fs() {
        static storage::PosixFileSystem files;
        return files;
    }
    static ManualClock& clock() {
        static ManualClock manual;
        return manual;
    }
    static AuthorityFiles files(const char* name) { return files_in(folder_->path() + name); }

    std::unique_ptr<Authority> open(const char* name = "/one") {
        clock().advance_ms(kTimesAheadMs);
        auto out = Authority::open(
            files(name), {.files = fs(), .clock = clock(), .on_fatal = [](const Error&) {}});
        EXPECT_TRUE(out) << (out ? "" : out.error().what);
        return out ? *std::move(out) : nullptr;
    }

    static storage::testing::TempFolder* folder_;
    const Bytes content_ = to_bytes("checkpoint");
    const Hash32 imprint_ = crypto::sha256(content_);
};
storage::testing::TempFolder* AuthorityTest::folder_ = nullptr;

TEST_F(AuthorityTest, a_token_verifies_under_its_ca_and_says_time_serial_policy_and_nonce) {
    const auto authority = open();
    const Bytes nonce{0x80, 1, 2, 3, 4, 5, 6, 7};
    const auto reply = authority->answer(crypto::encode_timestamp_query(imprint_, nonce));
    ASSERT_TRUE(reply);
    const auto facts = crypto::verify_timestamp(*reply, imprint_, authority->ca_pem());
    ASSERT_TRUE(facts) << text_of(facts.error());
    EXPECT_EQ(facts->gen_time_ms, clock().wall_ms());
    EXPECT_EQ(facts->accuracy_ms, 1'000);
    EXPECT_EQ(facts->policy, authority->policy());
    EXPECT_EQ(facts->policy, "2.999.3161.1");
    EXPECT_EQ(facts->nonce, nonce);
    EXPECT_EQ(facts->certificate, authority->certificate_sha256());
    EXPECT_FALSE(facts->serial.empty());
}

TEST_F(AuthorityTest, keys_are_private_files) {
    for (const std::string& path : {files("/one").key, files("/one").ca_key}) {
        struct stat status{};
        ASSERT_EQ(::stat(path.c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 0777U, 0600U);
    }
}

TEST_F(AuthorityTest, a_folder_has_one_authority) {
    const auto again = make_authority(fs(), files("/one"), {}, clock());
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, ErrorCode::exists);
}

TEST_F(AuthorityTest, names_and_policies_that_fit_no_certificate_are_refused) {
    const std::string longest(kAuthorityNameBytesMax, 'n');
    const std::vector<AuthorityName> refused{{.name = ""},
                                             {.name = longest + "n"},
                                             {.policy = ""},
                                             {.policy = "1.2,3"},
                                             {.policy = "timeStamping"}};
    for (const AuthorityName& name : refused) {
        const auto made = make_authority(fs(), files("/three"), name, clock());
        ASSERT_FALSE(made) << name.name << name.policy;
        EXPECT_EQ(made.error().code, ErrorCode::config);
    }
    EXPECT_TRUE(make_authority(fs(), files("/four"), {.name = longest}, clock()));
}

TEST_F(AuthorityTest, a_token_of_other_content_and_one_of_another_authority_are_refused) {
    const auto authority = open();
    const auto reply = authority->stamp(content_);
    ASSERT_TRUE(reply);
    EXPECT_EQ(crypto::verify_timestamp(*reply, crypto::sha256({}), authority->ca_pem()).error(),
              TimestampError::imprint);
    const auto other = open("/two");
    EXPECT_EQ(crypto::verify_timestamp(*reply, imprint_, other->ca_pem()).error(),
              TimestampError::signature);
    EXPECT_EQ(crypto::verify_timestamp(*reply, imprint_, authority->ca_pem() + "\n").error(),
              TimestampError::ca_form);
}

TEST_F(AuthorityTest, no_flipped_bit_and_no_cut_of_a_token_verifies) {
    const auto authority = open();
    const auto reply = authority->stamp(content_);
    ASSERT_TRUE(reply);
    for (std::size_t at = 0; at < reply->size(); ++at) {
        for (const unsigned bit : {0x01U, 0x80U}) {
            Bytes bad = *reply;
            bad[at] ^= static_cast<std::uint8_t>(bit);
            EXPECT_FALSE(crypto::verify_timestamp(bad, imprint_, authority->ca_pem()))
                << "byte " << at << " bit " << bit;
        }
        Bytes cut{reply->begin(), reply->begin() + static_cast<std::ptrdiff_t>(at)};
        EXPECT_FALSE(crypto::verify_timestamp(cut, imprint_, authority->ca_pem()));
    }
    Bytes longer = *reply;
    longer.push_back(0);
    EXPECT_EQ(crypto::read_timestamp(longer).error(), TimestampError::form);
}

TEST_F(AuthorityTest, no_flipped_bit_of_the_ca_verifies) {
    const auto authority = open();
    const auto reply = authority->stamp(content_);
    ASSERT_TRUE(reply);
    for (std::size_t at = 0; at < authority->ca_pem().size(); ++at) {
        std::string bad = authority->ca_pem();
        bad[at] = static_cast<char>(bad[at] ^ 1);
        EXPECT_FALSE(crypto::verify_timestamp(*reply, imprint_, bad)) << "byte " << at;
    }
}

TEST_F(AuthorityTest, serials_rise_over_restarts_and_times_do_not_go_back) {
    std::string last;
    std::int64_t last_ms = 0;
    for (int start = 0; start < 3; ++start) {
        const auto authority = open();
        for (int i = 0; i < 3; ++i) {
            const auto facts = crypto::read_timestamp(*authority->stamp(content_));
            ASSERT_TRUE(facts);
            EXPECT_TRUE(facts->serial.size() > last.size() || facts->serial > last);
            EXPECT_GE(facts->gen_time_ms, last_ms);
            last = facts->serial;
            last_ms = facts->gen_time_ms;
        }
    }
}

TEST_F(AuthorityTest, a_clock_that_went_back_is_time_not_available) {
    const auto authority = open();
    const std::int64_t now_ms = clock().wall_ms();
    ASSERT_TRUE(authority->stamp(content_));
    clock().set_wall_ms(now_ms - 1);
    const auto reply = authority->answer(crypto::encode_timestamp_query(imprint_, {}));
    clock().set_wall_ms(now_ms);
    EXPECT_EQ(reply, encode_refusal(QueryRefusal::time_not_available));
    EXPECT_EQ(crypto::read_timestamp(*reply).error(), TimestampError::refused);
}

/// Holds everybody who asks for the time while it is shut.
class GatedClock final : public Clock {
  public:
    explicit GatedClock(const Clock& inner) : inner_{inner} {}

    std::int64_t wall_ms() const override {
        while (shut.load())
            std::this_thread::yield();
        return inner_.wall_ms();
    }
    std::int64_t steady_ms() const override { return inner_.steady_ms(); }

    std::atomic<bool> shut{false};

  private:
    const Clock& inner_;
};

TEST_F(AuthorityTest, no_more_than_the_limit_sign_at_once_and_the_others_are_told_to_come_back) {
    clock().advance_ms(kTimesAheadMs);
    GatedClock gated{clock()};
    const auto authority = Authority::open(
        files("/one"), {.files = fs(), .clock = gated, .on_fatal = [](const Error&) {}});
    ASSERT_TRUE(authority);
    const Bytes query = crypto::encode_timestamp_query(imprint_, {});
    constexpr int kAsking = kStampsAtOnce + 3;
    std::atomic<int> answered{0};
    std::atomic<int> refused{0};
    gated.shut = true;
    std::vector<std::thread> threads;
    for (int i = 0; i < kAsking; ++i) {
        threads.emplace_back([&] { ++((*authority)->answer(query) ? answered : refused); });
    }
    while (refused < kAsking - kStampsAtOnce)
        std::this_thread::yield();
    gated.shut = false;
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(answered, kStampsAtOnce);
    EXPECT_EQ(refused, kAsking - kStampsAtOnce);
}

// ---- queries ----

struct QueryParts {
    int digest = NID_sha256;
    std::size_t digest_bytes = 32;
    long version = 1;
    std::size_t nonce_bytes = 8;
    const char* policy = nullptr;
    bool extension = false;
    int certificate = 0;
};

Bytes query_of(const QueryParts& parts) {
    const OpensslPtr<TS_REQ> request{TS_REQ_new()};
    TS_MSG_IMPRINT* imprint = TS_MSG_IMPRINT_new();
    X509_ALGOR* algorithm = X509_ALGOR_new();
    X509_ALGOR_set0(algorithm, OBJ_nid2obj(parts.digest), V_ASN1_NULL, nullptr);
    TS_MSG_IMPRINT_set_algo(imprint, algorithm);
    Bytes digest(parts.digest_bytes, 7);
    TS_MSG_IMPRINT_set_msg(imprint, digest.data(), static_cast<int>(digest.size()));
    TS_REQ_set_version(request.get(), parts.version);
    TS_REQ_set_msg_imprint(request.get(), imprint);
    X509_ALGOR_free(algorithm);
    TS_MSG_IMPRINT_free(imprint);
    if (parts.nonce_bytes > 0) {
        const Bytes nonce(parts.nonce_bytes, 9);
        const OpensslPtr<BIGNUM> number{
            BN_bin2bn(nonce.data(), static_cast<int>(nonce.size()), nullptr)};
        const OpensslPtr<ASN1_INTEGER> integer{BN_to_ASN1_INTEGER(number.get(), nullptr)};
        TS_REQ_set_nonce(request.get(), integer.get());
    }
    if (parts.policy != nullptr) {
        const OpensslPtr<ASN1_OBJECT> policy{OBJ_txt2obj(parts.policy, 1)};
        TS_REQ_set_policy_id(request.get(), policy.get());
    }
    if (parts.extension) {
        const OpensslPtr<X509_EXTENSION> extension{X509_EXTENSION_create_by_NID(
            nullptr, NID_basic_constraints, 0, ASN1_OCTET_STRING_new())};
        TS_REQ_add_ext(request.get(), extension.get(), -1);
    }
    TS_REQ_set_cert_req(request.get(), parts.certificate);
    unsigned char* der = nullptr;
    const int size = i2d_TS_REQ(request.get(), &der);
    Bytes out(der, der + size);
    OPENSSL_free(der);
    return out;
}

TEST_F(AuthorityTest, each_strong_digest_is_stamped_and_the_certificate_comes_only_when_asked_for) {
    const auto authority = open();
    for (const auto& [nid, bytes] : {std::pair{NID_sha256, 32}, std::pair{NID_sha384, 48},
                                     std::pair{NID_sha512, 64}, std::pair{NID_sm3, 32}}) {
        for (const int certificate : {0, 1}) {
            const auto reply =
                authority->answer(query_of({.digest = nid,
                                            .digest_bytes = static_cast<std::size_t>(bytes),
                                            .certificate = certificate}));
            const auto facts = crypto::read_timestamp(*reply);
            ASSERT_TRUE(facts) << nid;
            EXPECT_EQ(facts->imprint.size(), static_cast<std::size_t>(bytes));
            EXPECT_EQ(facts->certificate.has_value(), certificate == 1);
        }
    }
}

TEST_F(AuthorityTest, each_query_that_cannot_be_served_is_refused_by_its_name) {
    struct Case {
        QueryParts parts;
        QueryRefusal refusal;
    };
    const std::vector<Case> cases{
        {{.digest = NID_sha1, .digest_bytes = 20}, QueryRefusal::bad_alg},
        {{.digest = NID_md5, .digest_bytes = 16}, QueryRefusal::bad_alg},
        {{.digest_bytes = 31}, QueryRefusal::bad_data_format},
        {{.digest = NID_sm3, .digest_bytes = 31}, QueryRefusal::bad_data_format},
        {{.version = 2}, QueryRefusal::bad_request},
        {{.nonce_bytes = kNonceBytesMax + 1}, QueryRefusal::bad_request},
        {{.policy = "2.999.3161.2"}, QueryRefusal::unaccepted_policy},
        {{.extension = true}, QueryRefusal::unaccepted_extension},
    };
    const auto authority = open();
    for (const Case& one : cases) {
        const auto reply = authority->answer(query_of(one.parts));
        EXPECT_EQ(reply, encode_refusal(one.refusal)) << name_of(one.refusal);
    }
    EXPECT_TRUE(
        crypto::read_timestamp(*authority->answer(query_of({.nonce_bytes = kNonceBytesMax}))));
    EXPECT_TRUE(crypto::read_timestamp(*authority->answer(query_of({.nonce_bytes = 0}))));
    EXPECT_TRUE(crypto::read_timestamp(*authority->answer(query_of({.policy = "2.999.3161.1"}))));
}

TEST_F(AuthorityTest, bytes_that_are_no_query_are_bad_data_format) {
    const auto authority = open();
    const Bytes bad = encode_refusal(QueryRefusal::bad_data_format);
    Bytes query = query_of({});
    EXPECT_EQ(authority->answer(BytesView{query}.first(query.size() - 1)), bad);
    query.push_back(0);
    EXPECT_EQ(authority->answer(query), bad);
    EXPECT_EQ(authority->answer({}), bad);
    EXPECT_EQ(authority->answer(Bytes(kQueryBytesMax, 0x30)), bad);
    EXPECT_EQ(authority->answer(Bytes(kQueryBytesMax + 1, 0x30)), bad);
}

TEST_F(AuthorityTest, a_refusal_is_a_reply_that_openssl_reads) {
    for (const QueryRefusal refusal :
         {QueryRefusal::bad_alg, QueryRefusal::bad_request, QueryRefusal::bad_data_format,
          QueryRefusal::time_not_available, QueryRefusal::unaccepted_policy,
          QueryRefusal::unaccepted_extension, QueryRefusal::system_failure}) {
        const Bytes reply = encode_refusal(refusal);
        const unsigned char* at = reply.data();
        const OpensslPtr<TS_RESP> parsed{
            d2i_TS_RESP(nullptr, &at, static_cast<long>(reply.size()))};
        ASSERT_TRUE(parsed) << name_of(refusal);
        const auto* info = TS_RESP_get_status_info(parsed.get());
        EXPECT_EQ(ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(info)), TS_STATUS_REJECTION);
        const auto* bits = TS_STATUS_INFO_get0_failure_info(info);
        for (int bit = 0; bit <= 25; ++bit) {
            EXPECT_EQ(ASN1_BIT_STRING_get_bit(bits, bit), bit == static_cast<int>(refusal));
        }
    }
}

}  // namespace
}  // namespace ropenet::timestamp
