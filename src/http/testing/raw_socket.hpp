// A plain blocking socket to a server on this machine, for tests that need exact bytes.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace ropenet::http::testing {

class RawSocket {
  public:
    /// `address` as Server::address() gives it, IPv4 only.
    static RawSocket connect(std::string_view address);
    explicit RawSocket(int descriptor) : descriptor_{descriptor} {}
    RawSocket(RawSocket&& other) noexcept : descriptor_{std::exchange(other.descriptor_, -1)} {}
    RawSocket& operator=(RawSocket&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    ~RawSocket();

    /// Sends what it can; a server that has closed already is no failure.
    void send(std::string_view bytes) const;
    /// One response with its Content-Length body (none after `head_only`), or less if the peer
    /// closes.
    std::string read_response(bool head_only = false);
    /// Until the peer closes or five seconds pass.
    std::string read_all();
    /// Until `text` has come; false if it never does.
    bool read_until(std::string_view text);
    bool closed_by_peer();

  private:
    bool read_more();

    int descriptor_ = -1;
    std::string buffer_;
};

/// "HTTP/1.1 404 ..." gives 404; 0 for anything else.
int status_in(std::string_view response);

}  // namespace ropenet::http::testing
