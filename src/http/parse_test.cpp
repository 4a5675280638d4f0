#include "http/parse.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace ropenet::http {
namespace {

std::string repeated(std::string_view text, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i)
        out += text;
    return out;
}

TEST(ParseTarget, decodes_path_and_query) {
    const auto target =
        parse_target("/v1/ropes/register/txs?order=desc&q=a%20b+c&bare&x=%E9%87%91");
    ASSERT_TRUE(target);
    EXPECT_EQ(target->path, "/v1/ropes/register/txs");
    const Fields expected{{"order", "desc"}, {"q", "a b c"}, {"bare", ""}, {"x", "金"}};
    EXPECT_EQ(target->query, expected);
}

TEST(ParseTarget, accepts_the_absolute_form) {
    const auto target = parse_target("http://example.org:80/a/b?c=d");
    ASSERT_TRUE(target);
    EXPECT_EQ(target->path, "/a/b");
    EXPECT_EQ(target->query.size(), 1U);
}

TEST(ParseTarget, keeps_a_slash_at_the_end_and_a_plus_in_the_path) {
    const auto target = parse_target("/a+b/");
    ASSERT_TRUE(target);
    EXPECT_EQ(target->path, "/a+b/");
}

TEST(ParseTarget, refuses_each_broken_target_by_name) {
    const std::vector<std::pair<std::string, TargetError>> cases{
        {"", TargetError::form},
        {"*", TargetError::form},
        {"a/b", TargetError::form},
        {"example.org:443", TargetError::form},
        {"http://example.org", TargetError::form},
        {"http:///a", TargetError::form},
        {"/a b", TargetError::character},
        {"/a\"", TargetError::character},
        {"/a#b", TargetError::character},
        {"/a\\b", TargetError::character},
        {"/\xe9\x87\x91", TargetError::character},
        {std::string{"/a\0b", 4}, TargetError::control},
        {"/a\tb", TargetError::control},
        {"/a\x7f", TargetError::control},
        {"/%00", TargetError::control},
        {"/%0a", TargetError::control},
        {"/%7F", TargetError::control},
        {"/%C2%85", TargetError::control},
        {"/?a=%0d%0aX:y", TargetError::control},
        {"/%", TargetError::encoding},
        {"/%4", TargetError::encoding},
        {"/%4g", TargetError::encoding},
        {"/%%41", TargetError::encoding},
        {"/?a=%zz", TargetError::encoding},
        {"/a%2fb", TargetError::encoding},
        {"/a%5Cb", TargetError::encoding},
        {"/%ff", TargetError::utf8},
        {"/%c0%af", TargetError::utf8},
        {"/%ed%a0%80", TargetError::utf8},
        {"/%f4%90%80%80", TargetError::utf8},
        {"/%e2%82", TargetError::utf8},
        {"/..", TargetError::segment},
        {"/a/../b", TargetError::segment},
        {"/a/./b", TargetError::segment},
        {"/%2e%2E/etc/passwd", TargetError::segment},
        {"/a/%2e.", TargetError::segment},
        {"//a", TargetError::segment},
        {"/a//b", TargetError::segment},
    };
    for (const auto& [text, reason] : cases) {
        const auto target = parse_target(text);
        ASSERT_FALSE(target) << text;
        EXPECT_EQ(target.error(), reason) << text;
    }
}

TEST(ParseTarget, counts_query_pairs) {
    EXPECT_TRUE(parse_target("/?" + repeated("a=b&", kQueryPairsMax)));
    const auto over = parse_target("/?" + repeated("a=b&", kQueryPairsMax + 1));
    ASSERT_FALSE(over);
    EXPECT_EQ(over.error(), TargetError::too_many_pairs);
}

class ParseRequest : public ::testing::Test {
  protected:
    static std::string reason(std::string_view bytes, const ParseLimits& limits = {}) {
        const auto request = parse_request(view_of(bytes), limits);
        if (request) return "accepted";
        if (request.error().error == ParseError::incomplete) return "incomplete";
        return std::string{name_of(request.error().refusal)};
    }
};

TEST_F(ParseRequest, reads_fields_and_a_body_of_stated_length) {
    const auto request = parse_request(
        view_of("POST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nX-Y:  z \r\n\r\nabcGET"));
    ASSERT_TRUE(request);
    EXPECT_EQ(request->method, "POST");
    EXPECT_EQ(request->path, "/a");
    EXPECT_EQ(request->find_query("b"), "c");
    EXPECT_EQ(request->find_header("x-y"), "z");
    EXPECT_EQ(text_of(request->body), "abc");
}

TEST_F(ParseRequest, joins_chunks_and_keeps_trailers_out_of_the_fields) {
    const auto request =
        parse_request(view_of("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                              "3\r\nabc\r\n2;ext=1\r\nde\r\n0\r\nAuthorization: forged\r\n\r\n"));
    ASSERT_TRUE(request);
    EXPECT_EQ(text_of(request->body), "abcde");
    EXPECT_EQ(request->find_header("Authorization"), std::nullopt);
}

TEST_F(ParseRequest, refuses_each_malformed_request_by_name) {
    const std::string host = "Host: x\r\n";
    const std::vector<std::pair<std::string, std::string>> cases{
        {"\r\n\r\n", "malformed"},
        {"\x16\x03\x01\x02", "malformed"},
        {"GET / HTTP/1.1\nHost: x\n\n", "malformed"},
        {"GET / HTTP/1.1\rHost: x\r\n\r\n", "malformed"},
        {"GET /\r\n\r\n", "malformed"},
        {"GET / HTTP/2.0\r\n" + host + "\r\n", "http_version"},
        {"GET / HTTP/0.9\r\n" + host + "\r\n", "http_version"},
        {"GET / HTTQ/1.1\r\n" + host + "\r\n", "http_version"},
        {"G(T / HTTP/1.1\r\n" + host + "\r\n", "malformed"},
        {"GET  / HTTP/1.1\r\n" + host + "\r\n", "malformed"},
        {"GET /%2e%2e HTTP/1.1\r\n" + host + "\r\n", "malformed"},
        {"CONNECT x:443 HTTP/1.1\r\n" + host + "\r\n", "malformed"},
        {"GET / HTTP/1.1\r\n\r\n", "malformed"},
        {"GET / HTTP/1.1\r\n" + host + host + "\r\n", "malformed"},
        {"GET / HTTP/1.1\r\n" + host + "No colon\r\n\r\n", "malformed"},
        {"GET / HTTP/1.1\r\n" + host + "Spaced : a\r\n\r\n", "malformed"},
        {"GET / HTTP/1.1\r\n" + host + std::string{"A: \0\r\n\r\n", 9}, "malformed"},
        {"POST / HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\n", "malformed"},
        {"POST / HTTP/1.1\r\n" + host + "Content-Length: 1x\r\n\r\n", "malformed"},
        {"POST / HTTP/1.1\r\n" + host + "Content-Length:\r\n\r\n", "malformed"},
        {"POST / HTTP/1.1\r\n" + host + "Content-Length: 18446744073709551616\r\n\r\n",
         "malformed"},
        {"POST / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 2\r\n\r\na",
         "malformed"},
        {"POST / HTTP/1.1\r\n" + host + "Content-Length: 1, 2\r\n\r\na", "malformed"},
        {"POST / HTTP/1.1\r\n" + host +
             "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
         "malformed"},
        {"POST / HTTP/1.1\r\n" + host +
             "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n",
         "malformed"},
        {"POST / HTTP/1.0\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "malformed"},
        {"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
         "transfer_coding"},
        {"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: identity\r\n\r\n", "transfer_coding"},
        {"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", "malformed"},
        {"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
         "malformed"},
        {"POST / HTTP/1.1\r\n" + host + "Expect: a-pony\r\nContent-Length: 1\r\n\r\na",
         "expectation"},
    };
    for (const auto& [bytes, expected] : cases)
        EXPECT_EQ(reason(bytes), expected) << bytes;
}

TEST_F(ParseRequest, asks_for_more_at_every_cut_of_a_whole_request) {
    const std::string plain = "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc";
    const std::string chunked =
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    for (const std::string& whole : {plain, chunked}) {
        EXPECT_EQ(reason(whole), "accepted");
        for (std::size_t cut = 0; cut < whole.size(); ++cut) {
            EXPECT_EQ(reason(std::string_view{whole}.substr(0, cut)), "incomplete") << cut;
        }
    }
}

TEST_F(ParseRequest, takes_a_header_of_exactly_the_limit) {
    const std::string start = "GET / HTTP/1.1\r\nHost: x\r\nA: ";
    const std::size_t filler = kHeaderBytesMax - start.size() - 4;
    EXPECT_EQ(reason(start + std::string(filler, 'a') + "\r\n\r\n"), "accepted");
    EXPECT_EQ(reason(start + std::string(filler + 1, 'a') + "\r\n\r\n"), "header_too_large");
    EXPECT_EQ(reason(std::string(kHeaderBytesMax - 1, 'a')), "incomplete");
    EXPECT_EQ(reason(std::string(kHeaderBytesMax, 'a')), "header_too_large");
}

TEST_F(ParseRequest, takes_a_body_of_exactly_the_limit) {
    const ParseLimits limits{.header_bytes_max = kHeaderBytesMax, .body_bytes_max = 5};
    const std::string start = "POST / HTTP/1.1\r\nHost: x\r\n";
    EXPECT_EQ(reason(start + "Content-Length: 5\r\n\r\nabcde", limits), "accepted");
    EXPECT_EQ(reason(start + "Content-Length: 6\r\n\r\n", limits), "body_too_large");
    const std::string chunks = start + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n";
    EXPECT_EQ(reason(chunks + "2\r\nde\r\n0\r\n\r\n", limits), "accepted");
    EXPECT_EQ(reason(chunks + "3\r\ndef\r\n0\r\n\r\n", limits), "body_too_large");
}

}  // namespace
}  // namespace ropenet::http
