// Time that passes, and processor time of a thread or of this process. Any thread.
#pragma once

#include <ctime>

namespace ropenet::bench {

enum class TimeOf : int {
    wall = CLOCK_MONOTONIC,
    thread = CLOCK_THREAD_CPUTIME_ID,
    process = CLOCK_PROCESS_CPUTIME_ID,
};

class Stopwatch {
  public:
    explicit Stopwatch(TimeOf what) : what_{what}, start_s_{now_s()} {}

    double seconds() const { return now_s() - start_s_; }
    double micros() const { return seconds() * 1e6; }

  private:
    double now_s() const {
        timespec time{};
        ::clock_gettime(static_cast<clockid_t>(what_), &time);
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
    }

    TimeOf what_;
    double start_s_;
};

}  // namespace ropenet::bench
