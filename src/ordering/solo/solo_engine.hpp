// solo: one process, one validator; a block as soon as transactions wait.
//
// Block time = max(last + 1 ms, the clock's wall time), so it rises whatever the clock does. When
// wall and monotonic clock part (clock_guard.hpp), run() ends and nothing is taken in any more.
//
// Threads: run() on the ordering thread; the others on any. Errors: those of the
// application.
#pragma once

#include <cstddef>

#include "concurrency/clock.hpp"
#include "ordering/engine.hpp"
#include "ordering/solo/clock_guard.hpp"
#include "ordering/solo/inbox.hpp"

namespace ropenet::ordering {

struct SoloLimits {
    InboxLimits inbox;
    InboxLimits block;
};

class SoloEngine final : public Engine {
  public:
    /// `clock` must outlive the engine.
    SoloEngine(SoloLimits limits, const Clock& clock)
        : limits_{limits}, clock_{clock}, guard_{clock}, inbox_{limits.inbox} {}

    Result<void> run(Application& app) override;
    Verdict submit(Bytes tx) override;
    void stop() override { inbox_.close(); }
    bool clock_fails() override;

  private:
    Result<void> run_blocks(Application& app);

    const SoloLimits limits_;
    const Clock& clock_;
    ClockGuard guard_;
    Inbox inbox_;
};

}  // namespace ropenet::ordering
