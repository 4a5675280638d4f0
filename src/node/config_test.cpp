#include "node/config.hpp"

#include <gtest/gtest.h>

namespace ropenet::node {
namespace {

std::string why(std::string_view text) {
    const auto config = config_from_toml(text, "node.toml");
    return config ? "none" : config.error().what;
}

TEST(ConfigTest, what_is_written_reads_back_the_same) {
    const Config config{.network = "dev.x",
                        .ropes = {"a", "b"},
                        .http = "127.0.0.1:1",
                        .admin = "127.0.0.1:2",
                        .http_threads = 3,
                        .log_level = LogLevel::warning};
    const auto read = config_from_toml(toml_from_config(config), "node.toml");
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, config);
}

TEST(ConfigTest, an_empty_file_is_the_defaults) {
    const auto read = config_from_toml("", "node.toml");
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, Config{});
}

TEST(ConfigTest, an_unknown_key_is_named_with_its_line_and_the_key_meant) {
    EXPECT_EQ(why("http = \"a\"\nnetwrk = \"x\"\n"),
              "node.toml: line 2: unknown key `netwrk`; did you mean `network`?");
}

TEST(ConfigTest, each_wrong_value_names_its_key) {
    EXPECT_NE(why("http_threads = 0").find("http_threads"), std::string::npos);
    EXPECT_EQ(why("http_threads = 64"), "none");
    EXPECT_NE(why("http_threads = 65").find("http_threads"), std::string::npos);
    EXPECT_NE(why("log_level = \"loud\"").find("log_level"), std::string::npos);
    EXPECT_NE(why("ropes = []").find("ropes"), std::string::npos);
    EXPECT_NE(why("ropes = [\"A\"]").find("ropes"), std::string::npos);
    EXPECT_NE(why("ropes = [\"a\", \"a\"]").find("twice"), std::string::npos);
    EXPECT_NE(why("network = \"A\"").find("network"), std::string::npos);
    EXPECT_NE(why("http = 8080").find("http"), std::string::npos);
    EXPECT_NE(why("http = ").find("line 1"), std::string::npos);
}

}  // namespace
}  // namespace ropenet::node
