// The certificate of a server that speaks TLS 1.3, replaceable while it serves.
//
// TLS 1.3 alone (RFC 8446), ALPN http/1.1 (RFC 7301), no session tickets, no early data. Threads:
// any. Errors: config, saying what is wrong with certificate or key; what was in use stays.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "concurrency/mutex.hpp"

namespace ropenet::http {

struct ServerCertificate {
    std::string chain;  // PEM, the server's own first
    std::string key;    // PEM, without a password
};

class ServerTls {
  public:
    struct Context;  // private to the module (tls_context.hpp)

    static Result<std::shared_ptr<ServerTls>> make(const ServerCertificate& certificate);
    ~ServerTls();

    /// New connections get the certificate of `other`; those that are open keep theirs.
    void replace(const ServerTls& other) ROPE_EXCLUDES(mutex_);

    /// When the certificate holds, in seconds since 1970.
    struct Period {
        std::int64_t from_s = 0;
        std::int64_t to_s = 0;
    };
    Period period() const ROPE_EXCLUDES(mutex_);
    std::shared_ptr<Context> current() const ROPE_EXCLUDES(mutex_);

  private:
    explicit ServerTls(std::shared_ptr<Context> context);

    mutable Mutex mutex_;
    std::shared_ptr<Context> context_ ROPE_GUARDED_BY(mutex_);
};

}  // namespace ropenet::http
