#include "http/message.hpp"

#include <gtest/gtest.h>

namespace ropenet::http {
namespace {

TEST(Message, finds_header_fields_in_any_case_and_queries_only_exactly) {
    const Request request{.method = "GET",
                          .path = "/",
                          .query = {{"limit", "1"}, {"limit", "2"}},
                          .headers = {{"content-TYPE", "a/b"}},
                          .body = {},
                          .peer = {}};
    EXPECT_EQ(request.find_header("Content-Type"), "a/b");
    EXPECT_EQ(request.find_header("Content"), std::nullopt);
    EXPECT_EQ(request.find_query("limit"), "1");
    EXPECT_EQ(request.find_query("Limit"), std::nullopt);
}

TEST(Message, shows_own_and_shared_bodies_alike) {
    Response response = make_response(200, "text/plain", "abc");
    EXPECT_EQ(response.body_text(), "abc");
    response.body = std::make_shared<const Bytes>(to_bytes(std::string_view{"def"}));
    EXPECT_EQ(response.body_text(), "def");
    response.body = SharedBytes{};
    EXPECT_EQ(response.body_text(), "");
}

TEST(Message, gives_every_refusal_a_status_and_a_name_in_its_problem) {
    for (int i = 0; i <= static_cast<int>(Refusal::http_version); ++i) {
        const auto refusal = static_cast<Refusal>(i);
        EXPECT_GE(status_of(refusal), 400U);
        const Response problem = make_problem(refusal);
        EXPECT_EQ(problem.status, status_of(refusal));
        EXPECT_NE(problem.body_text().find(name_of(refusal)), std::string_view::npos);
        EXPECT_EQ(problem.find_header("content-type"), "application/problem+json");
    }
}

}  // namespace
}  // namespace ropenet::http
