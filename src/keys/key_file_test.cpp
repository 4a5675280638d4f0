// Keys survive a file unchanged, and a file that should not be trusted is refused with what to do.
#include "keys/key_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "crypto/verify.hpp"
#include "keys/testing/fixed_signer.hpp"

namespace ropenet::keys {
namespace {

namespace fs = std::filesystem;

constexpr std::array kAlgs{crypto::Alg::ed25519, crypto::Alg::es256, crypto::Alg::sm2};

class KeyFile : public ::testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = (fs::temp_directory_path() / "ropenet-keys-XXXXXX").string();
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
    }
    void TearDown() override { fs::remove_all(folder_); }

    fs::path path() const { return folder_ / "node.pem"; }

    std::string text() const {
        std::ifstream file{path()};
        return {std::istreambuf_iterator<char>{file}, {}};
    }

    void write(std::string_view content, mode_t mode = 0600) const {
        std::ofstream{path()} << content;
        ::chmod(path().c_str(), mode);
    }

    std::size_t files() const {
        return static_cast<std::size_t>(
            std::distance(fs::directory_iterator{folder_}, fs::directory_iterator{}));
    }

    Error load_refusal() const {
        const auto loaded = load_signer(path());
        EXPECT_FALSE(loaded);
        return loaded.error();
    }

  private:
    fs::path folder_;
};

bool contains(const Error& error, std::string_view part) {
    return error.what.find(part) != std::string::npos;
}

void expect_signs(const Signer& signer) {
    const Bytes message{1, 2, 3};
    const auto signature = signer.sign(message);
    ASSERT_TRUE(signature);
    EXPECT_TRUE(crypto::verify(signer.public_key(), message, *signature));
    EXPECT_FALSE(crypto::verify(signer.public_key(), Bytes{1, 2, 4}, *signature));
}

TEST(Signer, makes_signatures_that_verify) {
    for (const auto alg : kAlgs) {
        const auto signer = generate_signer(alg);
        ASSERT_TRUE(signer);
        EXPECT_EQ((*signer)->public_key().alg(), alg);
        // EC signatures vary in length before padding and, for ES256, in the half s falls in.
        for (int i = 0; i < 40; ++i)
            expect_signs(**signer);
    }
}

TEST(Signer, makes_another_key_each_time) {
    for (const auto alg : kAlgs) {
        const auto a = generate_signer(alg);
        const auto b = generate_signer(alg);
        ASSERT_TRUE(a && b);
        EXPECT_NE((*a)->public_key().kid(), (*b)->public_key().kid());
    }
}

TEST(Signer, serves_several_threads) {
    for (const auto alg : kAlgs) {
        const auto signer = generate_signer(alg);
        ASSERT_TRUE(signer);
        std::vector<std::thread> threads;
        for (int i = 0; i < 3; ++i) {
            threads.emplace_back([&signer] {
                for (int n = 0; n < 10; ++n)
                    expect_signs(**signer);
            });
        }
        for (auto& thread : threads)
            thread.join();
    }
}

TEST(FixedSigner, has_the_keys_of_the_published_vectors) {
    const auto ed25519 = testing::fixed_ed25519(
        *hash32_from_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
    EXPECT_EQ(hex(*ed25519->public_key().ed25519_point()),
              "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    const auto signature = ed25519->sign({});
    ASSERT_TRUE(signature);
    EXPECT_EQ(hex(*signature),
              "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
              "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");

    const auto es256 = testing::fixed_es256(
        *hash32_from_hex("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721"));
    EXPECT_EQ(hex(es256->public_key().spki().last(64)),
              "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
              "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299");

    const auto sm2 = testing::fixed_sm2(
        *hash32_from_hex("3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8"));
    EXPECT_EQ(hex(sm2->public_key().spki().last(64)),
              "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
              "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13");
}

TEST(FixedSigner, signs_with_every_algorithm) {
    for (const auto alg : kAlgs)
        expect_signs(*testing::fixed_signer(alg, 7));
}

TEST_F(KeyFile, keeps_the_key) {
    for (const auto alg : kAlgs) {
        const auto signer = generate_signer(alg);
        ASSERT_TRUE(signer);
        ASSERT_TRUE(save_signer(**signer, path(), Overwrite::allow));
        const auto loaded = load_signer(path());
        ASSERT_TRUE(loaded) << loaded.error().what;
        EXPECT_EQ((*loaded)->public_key(), (*signer)->public_key());
        expect_signs(**loaded);
    }
}

TEST_F(KeyFile, is_pkcs8_for_its_owner_alone) {
    const mode_t before = ::umask(0);
    ASSERT_TRUE(save_signer(*testing::fixed_signer(crypto::Alg::ed25519, 1), path()));
    ::umask(before);
    struct stat status{};
    ASSERT_EQ(::stat(path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0600U);
    EXPECT_TRUE(text().starts_with("-----BEGIN PRIVATE KEY-----\n"));
    EXPECT_EQ(files(), 1U) << "a temporary file stayed behind";
}

TEST_F(KeyFile, is_never_overwritten_unless_asked) {
    const auto first = testing::fixed_signer(crypto::Alg::ed25519, 1);
    const auto second = testing::fixed_signer(crypto::Alg::ed25519, 2);
    ASSERT_TRUE(save_signer(*first, path()));
    const auto again = save_signer(*second, path());
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, ErrorCode::exists);
    EXPECT_EQ(files(), 1U);
    EXPECT_EQ((*load_signer(path()))->public_key(), first->public_key());

    ASSERT_TRUE(save_signer(*second, path(), Overwrite::allow));
    EXPECT_EQ((*load_signer(path()))->public_key(), second->public_key());
}

TEST_F(KeyFile, reports_a_missing_folder) {
    const auto saved = save_signer(*testing::fixed_signer(crypto::Alg::sm2, 1), path() / "below");
    ASSERT_FALSE(saved);
    EXPECT_EQ(saved.error().code, ErrorCode::not_found);
}

TEST_F(KeyFile, reports_a_missing_file) {
    const Error error = load_refusal();
    EXPECT_EQ(error.code, ErrorCode::not_found);
    EXPECT_TRUE(contains(error, path().string())) << error.what;
}

TEST_F(KeyFile, refuses_a_file_open_to_others_and_says_how_to_mend_it) {
    ASSERT_TRUE(save_signer(*testing::fixed_signer(crypto::Alg::es256, 1), path()));
    for (const mode_t bit : {0040U, 0020U, 0010U, 0004U, 0002U, 0001U}) {
        ::chmod(path().c_str(), 0600U | bit);
        const Error error = load_refusal();
        EXPECT_EQ(error.code, ErrorCode::config);
        EXPECT_TRUE(contains(error, "chmod 600 " + path().string())) << error.what;
    }
    ::chmod(path().c_str(), 0400);
    EXPECT_TRUE(load_signer(path()));
}

TEST_F(KeyFile, refuses_a_folder_and_an_endless_file) {
    fs::create_directory(path());
    ::chmod(path().c_str(), 0700);
    EXPECT_TRUE(contains(load_refusal(), "not a regular file"));
    fs::remove(path());
    write(std::string(16 * 1024, 'A'));
    EXPECT_TRUE(contains(load_refusal(), "too large"));
}

TEST_F(KeyFile, refuses_noise_and_names_the_file) {
    for (const std::string_view noise :
         {"", "hello", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"}) {
        write(noise);
        const Error error = load_refusal();
        EXPECT_EQ(error.code, ErrorCode::config);
        EXPECT_TRUE(contains(error, path().string())) << error.what;
    }
}

TEST_F(KeyFile, refuses_two_keys_in_one_file) {
    ASSERT_TRUE(save_signer(*testing::fixed_signer(crypto::Alg::ed25519, 1), path()));
    write(text() + text());
    EXPECT_TRUE(contains(load_refusal(), "not one PEM block"));
}

TEST_F(KeyFile, refuses_an_encrypted_key_without_asking_for_a_password) {
    write("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
    EXPECT_TRUE(contains(load_refusal(), "encrypted, which is not supported"));
}

TEST_F(KeyFile, refuses_the_older_ec_form_and_names_the_conversion) {
    write("-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n");
    EXPECT_TRUE(contains(load_refusal(), "openssl pkcs8 -topk8 -nocrypt"));
}

TEST(SignerFromPem, refuses_other_key_types_and_names_the_supported_ones) {
    // X25519 and P-384 keys made by openssl genpkey.
    for (const std::string_view pem :
         {"-----BEGIN PRIVATE KEY-----\n"
          "MC4CAQAwBQYDK2VuBCIEIBBpaYQLYI6NZQCoT2JhWoeWHGKTxoMCKufgPBqEYNFH\n"
          "-----END PRIVATE KEY-----\n",
          "-----BEGIN PRIVATE KEY-----\n"
          "MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDC/4jWcPRsOYkXuE1d7\n"
          "xnWfayJ1SR37SVC+td7zdXtrA6bwuUKlBlWNsAo8sp42zJqhZANiAASb/qn+7s8b\n"
          "WC/L58sf+PP4vGq0BVMJIE0++T0rrIpb8fgw+d22fEECQiXRDOM74+XA5csA4M/U\n"
          "ZQZNPipaIqSHj5pngmPqtbdqRJiFoTqRTvDqyy/+pQlWA6rkGExjbZc=\n"
          "-----END PRIVATE KEY-----\n"}) {
        const auto signer = signer_from_pem(pem);
        ASSERT_FALSE(signer);
        EXPECT_EQ(signer.error().code, ErrorCode::config);
        EXPECT_TRUE(contains(signer.error(), "Ed25519, EC on P-256, or SM2"))
            << signer.error().what;
    }
}

TEST(SignerFromPem, refuses_a_public_half_of_another_key) {
    // The private scalar of one P-256 key with the public point of another.
    const auto signer = signer_from_pem(
        "-----BEGIN PRIVATE KEY-----\n"
        "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgA0omZZ5S4QxDhIph\n"
        "isbEjIRgsNFwkA4iqT5IDf9TXKGhRANCAASafvcUAJD9KprLzGw1x4yU2QLPQQZb\n"
        "YRWcn2qSC5SW5hZ4kI7XiWfzdcopDAwMH3VBVVBhD9DLcK0lH9CfBnev\n"
        "-----END PRIVATE KEY-----\n");
    ASSERT_FALSE(signer);
    EXPECT_TRUE(contains(signer.error(), "does not belong")) << signer.error().what;
}

TEST(SaveSigner, refuses_a_signer_whose_key_lies_elsewhere) {
    class Remote final : public Signer {
      public:
        const crypto::PublicKey& public_key() const override { return key_; }
        Result<Bytes> sign(BytesView) const override { return fail(ErrorCode::busy, "no"); }

      private:
        crypto::PublicKey key_ = testing::fixed_signer(crypto::Alg::es256, 1)->public_key();
    };
    const auto saved = save_signer(Remote{}, "never-written.pem");
    ASSERT_FALSE(saved);
    EXPECT_EQ(saved.error().code, ErrorCode::invalid);
}

}  // namespace
}  // namespace ropenet::keys
