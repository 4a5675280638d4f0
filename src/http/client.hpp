// A blocking HTTP/1.1 client, plain or in TLS, with one kept connection, for the command line,
// cosigning and tests.
//
// Sends a request again by itself only if the kept connection turned out to be closed and the first
// attempt cannot have had an effect. Threads: one at a time. Errors: unavailable (nobody listens,
// time is up, connection lost, certificate not
// trusted), config (the authorities cannot be read), invalid (URL, target, an answer that is not
// HTTP), busy (answer too large).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "http/limits.hpp"
#include "http/message.hpp"

namespace ropenet::http {

struct ClientConfig {
    std::chrono::milliseconds connect_time = kConnectTime;
    std::chrono::milliseconds request_time =
        kRequestTime;  // one request, from sending to the last byte
    std::uint64_t response_bytes_max = kResponseBytesMax;
    /// PEM of the authorities that https:// believes; empty: those of the system.
    std::string ca_file = {};
};

struct ClientRequest {
    std::string method = "GET";
    std::string target = "/";  // percent-encoded path and query
    Fields headers;            // Host, Content-Length and User-Agent are added
    BytesView body;            // borrowed for the call
    /// Zero means that of the config.
    std::chrono::milliseconds time{0};
};

class Client {
  public:
    /// `url` is http://host[:port] or https://host[:port], nothing after it. Does not connect yet.
    /// https:// wants TLS 1.2 or later and a certificate for that host.
    static Result<Client> for_url(std::string_view url, ClientConfig config = {});
    Client(Client&&) noexcept;
    Client& operator=(Client&&) noexcept;
    ~Client();

    Result<Response> send(const ClientRequest& request);

    /// Like send(), on a connection of its own, for a body that arises over time: `take` gets its
    /// bytes as they come and says whether to go on. `time` bounds the wait for each part. An
    /// answer of another status than 200 comes back whole, without `take`.
    Result<Response> follow(const ClientRequest& request,
                            const std::function<bool(BytesView)>& take);

    /// After a failed send(): whether the server may have got any of the request. When it has
    /// not, nothing can have come of it.
    bool may_have_arrived() const;

    Result<Response> get(std::string target);
    Result<Response> post(std::string target, std::string_view content_type, BytesView body);

  private:
    struct Impl;
    explicit Client(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// For one query value or path segment: everything but RFC 3986 unreserved becomes %XX.
std::string percent_encode(std::string_view text);

}  // namespace ropenet::http
