#include "node/certificate_watch.hpp"

#include <utility>

#include "crypto/hash.hpp"
#include "keys/key_file.hpp"

namespace ropenet::node {
namespace {

constexpr std::chrono::milliseconds kLookEvery{2'000};
constexpr std::uint64_t kChainBytesMax = 256 * 1024;
constexpr std::int64_t kWarnAheadS = 14LL * 24 * 3600;

/// By which a change is seen without keeping the key.
Hash32 digest_of(const http::ServerCertificate& pair) {
    return crypto::sha256({crypto::sha256(view_of(pair.chain)), crypto::sha256(view_of(pair.key))});
}

}  // namespace

CertificateWatch::CertificateWatch(CertificateFiles files, const Parts& parts)
    : files_{std::move(files)}, parts_{parts} {}

Result<std::unique_ptr<CertificateWatch>> CertificateWatch::open(CertificateFiles files,
                                                                 const Parts& parts) {
    if (files.certificate.empty() || files.key.empty()) {
        return fail(ErrorCode::config, "--tls-cert and --tls-key belong together: give both");
    }
    std::unique_ptr<CertificateWatch> watch{new CertificateWatch{std::move(files), parts}};
    auto certificate = watch->read();
    // Files named in the configuration that are not there: the configuration is wrong.
    if (!certificate) return fail(ErrorCode::config, "TLS: " + certificate.error().what);
    ROPE_TRY(watch->tls_, http::ServerTls::make(*certificate));
    if (const auto valid = watch->check_period(*watch->tls_); !valid) {
        parts.log.write(LogLevel::warning, "tls",
                        "clients will refuse this node: " + valid.error().what);
    }
    watch->warn_of_the_end(*watch->tls_);
    watch->seen_ = digest_of(*certificate);
    watch->thread_ = NamedThread{"certificate", [raw = watch.get()] { raw->run(); }};
    return watch;
}

CertificateWatch::~CertificateWatch() {
    {
        const MutexLock lock{mutex_};
        ended_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

Result<http::ServerCertificate> CertificateWatch::read() const {
    ROPE_TRY(const Bytes chain,
             storage::read_file(parts_.files, files_.certificate, kChainBytesMax));
    ROPE_TRY(std::string key, keys::read_key_pem(files_.key));
    return http::ServerCertificate{.chain = std::string{text_of(chain)}, .key = std::move(key)};
}

std::int64_t CertificateWatch::now_s() const {
    constexpr std::int64_t kMsPerSecond = 1'000;
    return parts_.clock.wall_ms() / kMsPerSecond;
}

/// Outside its period nobody believes a certificate.
Result<void> CertificateWatch::check_period(const http::ServerTls& tls) const {
    const auto period = tls.period();
    if (now_s() > period.to_s) {
        return fail(ErrorCode::config, files_.certificate +
                                           " is over; put a valid certificate there, and its "
                                           "key into " +
                                           files_.key);
    }
    if (now_s() < period.from_s) {
        return fail(ErrorCode::config,
                    files_.certificate + " is not valid yet: is the clock right?");
    }
    return {};
}

void CertificateWatch::warn_of_the_end(const http::ServerTls& tls) const {
    constexpr std::int64_t kSecondsPerDay = 24LL * 3600;
    const std::int64_t left_s = tls.period().to_s - now_s();
    if (left_s < 0 || left_s >= kWarnAheadS) return;
    parts_.log.write(
        LogLevel::warning, "tls",
        files_.certificate + " is over in " + std::to_string(left_s / kSecondsPerDay) + " days");
}

void CertificateWatch::look_soon() {
    {
        const MutexLock lock{mutex_};
        look_now_ = true;
    }
    changed_.notify_all();
}

void CertificateWatch::keep_old(const Error& error) const {
    parts_.log.write(LogLevel::warning, "tls",
                     "the new certificate is not used, the old one stays: " + error.what);
}

void CertificateWatch::look() {
    const auto found = read();
    if (!found) {
        // Told once; a pair that is just being written is complete the next time.
        if (std::exchange(seen_, std::nullopt)) keep_old(found.error());
        return;
    }
    const Hash32 digest = digest_of(*found);
    if (std::exchange(seen_, digest) != digest) take(*found);
}

void CertificateWatch::take(const http::ServerCertificate& found) {
    const auto fresh = http::ServerTls::make(found);
    if (!fresh) return keep_old(fresh.error());
    if (const auto valid = check_period(**fresh); !valid) return keep_old(valid.error());
    tls_->replace(**fresh);
    warn_of_the_end(*tls_);
    parts_.log.write(LogLevel::info, "tls", "new connections use the new " + files_.certificate);
}

void CertificateWatch::run() {
    while (true) {
        {
            const MutexLock lock{mutex_};
            const auto deadline = std::chrono::steady_clock::now() + kLookEvery;
            while (!ended_ && !look_now_ && std::chrono::steady_clock::now() < deadline)
                changed_.wait_until(mutex_, deadline);
            if (ended_) return;
            look_now_ = false;
        }
        look();
    }
}

}  // namespace ropenet::node
