#include "storage/signed_state.hpp"

#include <gtest/gtest.h>

#include "storage/testing/fault_fs.hpp"

namespace ropenet::storage {
namespace {

using testing::FaultFs;

Hash32 root(std::uint8_t byte) {
    Hash32 out{};
    out.fill(byte);
    return out;
}

class SignedStateTest : public ::testing::Test {
  protected:
    SignedStateTest() { EXPECT_TRUE(fs_.create_dirs("data")); }

    std::unique_ptr<SignedState> open() {
        auto state = SignedState::open(fs_, "data/signed");
        EXPECT_TRUE(state) << (state ? "" : state.error().what);
        return state ? *std::move(state) : nullptr;
    }

    FaultFs fs_;
    const Signed first_{.size = 10, .height = 3, .root = root(1)};
};

TEST_F(SignedStateTest, a_new_folder_has_signed_nothing) {
    EXPECT_EQ(open()->last(), std::nullopt);
}

TEST_F(SignedStateTest, survives_a_crash_right_after_record_returns) {
    ASSERT_TRUE(open()->record(first_));
    fs_.crash();
    EXPECT_EQ(open()->last(), first_);
}

TEST_F(SignedStateTest, refuses_what_contradicts_an_earlier_signature) {
    const auto state = open();
    ASSERT_TRUE(state->record(first_));
    const std::vector<Signed> refused{
        {.size = 9, .height = 3, .root = root(1)},
        {.size = 10, .height = 3, .root = root(2)},
        {.size = 11, .height = 2, .root = root(2)},
    };
    for (const Signed& next : refused) {
        const auto done = state->record(next);
        ASSERT_FALSE(done);
        EXPECT_EQ(done.error().code, ErrorCode::invalid);
        EXPECT_EQ(state->last(), first_);
    }
    EXPECT_TRUE(state->record(first_));
    EXPECT_TRUE(state->record({.size = 11, .height = 4, .root = root(2)}));
}

TEST_F(SignedStateTest, every_flipped_byte_and_every_cut_is_corrupt_and_names_the_repair) {
    ASSERT_TRUE(open()->record(first_));
    const auto whole = fs_.contents("data/signed");
    ASSERT_TRUE(whole.has_value());
    std::vector<Bytes> damaged;
    for (std::size_t i = 0; i < whole->size(); ++i) {
        damaged.push_back(*whole);
        damaged.back()[i] ^= 0x10;
        damaged.emplace_back(whole->begin(), whole->begin() + static_cast<std::ptrdiff_t>(i));
    }
    damaged.push_back(*whole);
    damaged.back().push_back(0);
    for (const Bytes& bytes : damaged) {
        fs_.put("data/signed", bytes);
        const auto state = SignedState::open(fs_, "data/signed");
        ASSERT_FALSE(state);
        EXPECT_EQ(state.error().code, ErrorCode::corrupt);
        EXPECT_NE(state.error().what.find("ropenet node repair"), std::string::npos);
    }
}

TEST_F(SignedStateTest, is_dead_after_any_failed_write_and_never_forgets_the_earlier_one) {
    const Signed second{.size = 20, .height = 5, .root = root(2)};
    for (std::size_t n = 1; n <= 5; ++n) {
        FaultFs fs;
        ASSERT_TRUE(fs.create_dirs("data"));
        auto opened = SignedState::open(fs, "data/signed");
        ASSERT_TRUE(opened);
        const auto state = *std::move(opened);
        ASSERT_TRUE(state->record(first_));
        fs.fail_change(n);
        const auto failed = state->record(second);
        ASSERT_FALSE(failed) << n;
        EXPECT_EQ(failed.error().code, ErrorCode::io);
        const auto again = state->record(second);
        ASSERT_FALSE(again);
        EXPECT_EQ(again.error().code, ErrorCode::io);
        fs.crash();
        const auto reopened = SignedState::open(fs, "data/signed");
        ASSERT_TRUE(reopened);
        EXPECT_TRUE((*reopened)->last() == first_ || (*reopened)->last() == second);
    }
}

}  // namespace
}  // namespace ropenet::storage
