#include "keys/development_certificate.hpp"

#include <gtest/gtest.h>

namespace ropenet::keys {
namespace {

constexpr std::int64_t kNowMs = 1'790'000'000'000;

bool is_made_for(const std::vector<std::string>& hosts) {
    return make_development_certificate(hosts, kNowMs).has_value();
}

TEST(DevelopmentCertificate, is_for_names_addresses_and_a_whole_domain) {
    EXPECT_TRUE(is_made_for({"localhost"}));
    EXPECT_TRUE(is_made_for({"127.0.0.1", "::1", "node.example.test", "*.example.test"}));
}

TEST(DevelopmentCertificate, takes_no_host_that_would_say_more_than_a_host) {
    for (const char* host : {"", "a,DNS:b", "a b", "a:b", "a\n", "-a", ".a", "*", "*.", "a/b"}) {
        const auto made = make_development_certificate({host}, kNowMs);
        ASSERT_FALSE(made) << host;
        EXPECT_EQ(made.error().code, ErrorCode::config);
        EXPECT_NE(made.error().what.find("no host name"), std::string::npos) << host;
    }
}

TEST(DevelopmentCertificate, has_at_least_one_host_and_not_more_than_the_limit) {
    EXPECT_FALSE(is_made_for({}));
    EXPECT_TRUE(is_made_for(std::vector<std::string>(kCertificateHostsMax, "localhost")));
    EXPECT_FALSE(is_made_for(std::vector<std::string>(kCertificateHostsMax + 1, "localhost")));
}

TEST(DevelopmentCertificate, has_host_names_of_the_length_that_names_may_have) {
    EXPECT_TRUE(is_made_for({std::string(kHostBytesMax, 'a')}));
    EXPECT_FALSE(is_made_for({std::string(kHostBytesMax + 1, 'a')}));
}

TEST(DevelopmentCertificate, comes_under_another_authority_each_time) {
    const auto one = make_development_certificate({"localhost"}, kNowMs);
    const auto other = make_development_certificate({"localhost"}, kNowMs);
    ASSERT_TRUE(one && other);
    EXPECT_NE(one->ca_pem, other->ca_pem);
}

}  // namespace
}  // namespace ropenet::keys
