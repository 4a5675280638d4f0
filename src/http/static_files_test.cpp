#include "http/static_files.hpp"

#include <gtest/gtest.h>

#include <array>

namespace ropenet::http {
namespace {

constexpr std::array kFiles{StaticFile{.name = "index.html", .content = "<p>"},
                            StaticFile{.name = "app.js", .content = "1"}};

TEST(StaticFiles, finds_the_index_at_the_root_and_nothing_that_is_not_there) {
    EXPECT_EQ(find_static(kFiles, "/"), &kFiles[0]);
    EXPECT_EQ(find_static(kFiles, "/app.js"), &kFiles[1]);
    for (const char* absent : {"", "app.js", "/app", "/x/app.js", "//app.js", "/app.js/"}) {
        EXPECT_EQ(find_static(kFiles, absent), nullptr) << absent;
    }
}

TEST(StaticFiles, forbids_a_page_to_load_from_elsewhere) {
    const Response response = static_response(kFiles[0], Request{});
    EXPECT_EQ(response.status, 200U);
    EXPECT_EQ(response.body_text(), "<p>");
    EXPECT_EQ(response.find_header("Content-Type"), "text/html; charset=utf-8");
    const auto policy = response.find_header("Content-Security-Policy").value_or("");
    EXPECT_TRUE(policy.starts_with("default-src 'none'; script-src 'self';"));
    EXPECT_EQ(policy.find("unsafe"), std::string_view::npos);
}

TEST(StaticFiles, answers_304_only_to_the_tag_of_this_content) {
    Request request;
    const Response first = static_response(kFiles[0], request);
    const std::string tag{first.find_header("ETag").value_or("")};
    request.headers = {{"If-None-Match", tag}};
    EXPECT_EQ(static_response(kFiles[0], request).status, 304U);
    EXPECT_EQ(static_response(kFiles[1], request).status, 200U);
}

}  // namespace
}  // namespace ropenet::http
