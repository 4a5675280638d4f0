// The certificate of the public address, read again when its files change.
//
// A new pair that cannot be used (unreadable, another's key, over, not valid yet) is refused with a
// warning in the log, once for each change, and the one in use stays. The first pair is used
// outside its period too, with a warning: a wrong clock must not keep a node from starting.
// Threads: one of its own; look_soon() from any.
// Errors: of open(): config.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "concurrency/clock.hpp"
#include "concurrency/mutex.hpp"
#include "concurrency/named_thread.hpp"
#include "http/server_tls.hpp"
#include "storage/file.hpp"

namespace ropenet::node {

struct CertificateFiles {
    std::string certificate;  // PEM, the node's own first
    std::string key;          // PEM, mode 0600

    bool empty() const { return certificate.empty() && key.empty(); }
};

class CertificateWatch {
  public:
    /// All must outlive the watch.
    struct Parts {
        storage::FileSystem& files;
        const Clock& clock;
        Log& log;
    };
    static Result<std::unique_ptr<CertificateWatch>> open(CertificateFiles files,
                                                          const Parts& parts);
    ~CertificateWatch();
    CertificateWatch(const CertificateWatch&) = delete;
    CertificateWatch& operator=(const CertificateWatch&) = delete;

    std::shared_ptr<const http::ServerTls> tls() const { return tls_; }
    /// Has the files read now, not only when it is time to; does not wait for it.
    void look_soon() ROPE_EXCLUDES(mutex_);

  private:
    CertificateWatch(CertificateFiles files, const Parts& parts);
    Result<http::ServerCertificate> read() const;
    void look();
    void take(const http::ServerCertificate& found);
    void keep_old(const Error& error) const;
    Result<void> check_period(const http::ServerTls& tls) const;
    void warn_of_the_end(const http::ServerTls& tls) const;
    std::int64_t now_s() const;
    void run();

    const CertificateFiles files_;
    const Parts parts_;
    std::shared_ptr<http::ServerTls> tls_;
    Mutex mutex_;
    CondVar changed_;
    bool look_now_ ROPE_GUARDED_BY(mutex_) = false;
    bool ended_ ROPE_GUARDED_BY(mutex_) = false;
    std::optional<Hash32> seen_;  // digest of the pair; absent: it could not be read. The thread's
    NamedThread thread_;
};

}  // namespace ropenet::node
