#include "admission/answer.hpp"

#include <gtest/gtest.h>

namespace ropenet::admission {
namespace {

TEST(Answer, names_every_status_as_the_api_does) {
    EXPECT_EQ(name_of(TxStatus::unknown), "unknown");
    EXPECT_EQ(name_of(TxStatus::pending), "pending");
    EXPECT_EQ(name_of(TxStatus::committed), "committed");
    EXPECT_EQ(name_of(TxStatus::refused), "refused");
    EXPECT_EQ(name_of(TxStatus::rejected), "rejected");
    EXPECT_EQ(name_of(TxStatus::expired), "expired");
}

TEST(Answer, names_every_reason_for_not_queueing_with_its_stable_code) {
    EXPECT_EQ(name_of(Refused::full), "queue.full");
    EXPECT_EQ(name_of(Refused::account_share), "quota.pending");
    EXPECT_EQ(name_of(Refused::refusal_quota), "quota.refusals");
    EXPECT_EQ(name_of(Refused::id_window_full), "queue.id_window");
    EXPECT_EQ(name_of(Refused::stopping), "queue.stopping");
    EXPECT_EQ(name_of(Refused::clock), "clock");
    EXPECT_EQ(name_of(Refused::storage), "storage");
}

TEST(Answer, only_code_0_is_committed) {
    RecordedTx recorded{.height = 3, .index = 9, .time_ms = 7, .outcome = {}};
    EXPECT_EQ(answer_of(Hash32{1}, recorded, false).status, TxStatus::committed);

    for (const auto code : {OutcomeCode::refused, OutcomeCode::out_of_gas, OutcomeCode::trap}) {
        recorded.outcome.code = code;
        const TxAnswer answer = answer_of(Hash32{1}, recorded, true);
        EXPECT_EQ(answer.status, TxStatus::refused);
        EXPECT_TRUE(answer.duplicate);
        EXPECT_EQ(answer.recorded, recorded);
        EXPECT_FALSE(answer.error);
    }
}

}  // namespace
}  // namespace ropenet::admission
