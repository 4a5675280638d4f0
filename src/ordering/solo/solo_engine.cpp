#include "ordering/solo/solo_engine.hpp"

#include <algorithm>

namespace ropenet::ordering {

Result<void> SoloEngine::run(Application& app) {
    auto ended = run_blocks(app);
    // Nobody decides any more, so nobody may queue.
    inbox_.close();
    return ended;
}

Result<void> SoloEngine::run_blocks(Application& app) {
    ApplicationInfo last = app.info();
    while (true) {
        const std::vector<Bytes> txs = inbox_.wait_block(limits_.block);
        if (txs.empty() || clock_fails()) return {};
        const DecidedBlock block{.height = last.height + 1,
                                 .time_unix_ms = std::max(last.time_unix_ms + 1, clock_.wall_ms()),
                                 .txs = txs};
        const auto finalized = app.finalize_block(block);
        if (!finalized) return Unexpected{finalized.error()};
        const auto committed = app.commit();
        if (!committed) return Unexpected{committed.error()};
        last = {.height = block.height, .time_unix_ms = block.time_unix_ms};
    }
}

Verdict SoloEngine::submit(Bytes tx) {
    if (clock_fails()) return Verdict::reject;
    return inbox_.try_push(std::move(tx)) ? Verdict::accept : Verdict::reject;
}

bool SoloEngine::clock_fails() {
    if (guard_.holds()) return false;
    inbox_.close();
    return true;
}

}  // namespace ropenet::ordering
