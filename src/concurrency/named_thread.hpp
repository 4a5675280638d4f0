// A thread that has a name in top, gdb and core files, and that is joined when its owner dies.
//
// The function owns or outlives everything it uses; it must have been told to end before the
// destructor or join() is called, which wait for it. A system that gives no thread stops the
// process.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <thread>

namespace ropenet {

/// Linux cuts longer names.
inline constexpr std::size_t kThreadNameMax = 15;

class NamedThread {
  public:
    NamedThread() = default;
    /// Starts at once. Pre: 1 <= name.size() <= kThreadNameMax.
    NamedThread(std::string name, std::function<void()> run);
    ~NamedThread();

    NamedThread(NamedThread&& other) noexcept = default;
    NamedThread& operator=(NamedThread&& other) noexcept;
    NamedThread(const NamedThread&) = delete;
    NamedThread& operator=(const NamedThread&) = delete;

    bool joinable() const { return thread_.joinable(); }
    /// Waits for the end; does nothing the second time.
    void join();

  private:
    std::thread thread_;
};

}  // namespace ropenet
