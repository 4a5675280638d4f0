#include "concurrency/named_thread.hpp"

#include <pthread.h>

#include <system_error>
#include <utility>

#include "base/check.hpp"

namespace ropenet {

NamedThread::NamedThread(std::string name, std::function<void()> run) {
    ROPE_CHECK(!name.empty() && name.size() <= kThreadNameMax);
    bool started = false;
    try {
        thread_ = std::thread{[name = std::move(name), run = std::move(run)] {
            // The name only helps people; without it everything works.
            static_cast<void>(pthread_setname_np(pthread_self(), name.c_str()));
            run();
        }};
        started = true;
    } catch (const std::system_error& /*no_thread*/) {
    }
    ROPE_CHECK(started);
}

NamedThread::~NamedThread() {
    join();
}

NamedThread& NamedThread::operator=(NamedThread&& other) noexcept {
    if (this == &other) return *this;
    join();
    thread_ = std::move(other.thread_);
    return *this;
}

void NamedThread::join() {
    if (thread_.joinable()) thread_.join();
}

}  // namespace ropenet
