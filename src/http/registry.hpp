// Who is connected: owns the sessions of a server and counts them against its limits.
//
// Private to the module. Any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "concurrency/mutex.hpp"
#include "http/message.hpp"
#include "http/server.hpp"

namespace ropenet::http {

class Session;

/// What one remote party is counted by: an IPv4 address, or an IPv6 /64 that one subscriber owns.
struct PeerKey {
    std::string text;
    bool loopback = false;
};

class Registry {
  public:
    explicit Registry(const ServerConfig& config) : config_{config} {}

    enum class Entry : std::uint8_t {
        served,
        too_many_connections,
        too_many_from_address,
        turned_away,  // stopping, or too many are being told already: close without a word
    };
    /// Keeps the session until leave(), unless it is turned away.
    Entry enter(const std::shared_ptr<Session>& session, const PeerKey& peer) ROPE_EXCLUDES(mutex_);
    void leave(const std::shared_ptr<Session>& session) ROPE_EXCLUDES(mutex_);

    std::size_t served() const ROPE_EXCLUDES(mutex_);

    /// No session enters any more. Answers with those that are here.
    std::vector<std::shared_ptr<Session>> close_doors() ROPE_EXCLUDES(mutex_);
    void wait_until_empty(std::chrono::milliseconds time_max) ROPE_EXCLUDES(mutex_);
    void clear() ROPE_EXCLUDES(mutex_);

  private:
    struct Place {
        std::string peer;
        bool served = false;
    };
    Entry judge(const PeerKey& peer) const ROPE_REQUIRES(mutex_);

    const ServerConfig& config_;
    mutable Mutex mutex_;
    CondVar emptied_;
    std::map<std::shared_ptr<Session>, Place> sessions_ ROPE_GUARDED_BY(mutex_);
    std::map<std::string, std::size_t> served_by_peer_ ROPE_GUARDED_BY(mutex_);
    std::size_t served_ ROPE_GUARDED_BY(mutex_) = 0;
    bool open_ ROPE_GUARDED_BY(mutex_) = true;
};

}  // namespace ropenet::http
