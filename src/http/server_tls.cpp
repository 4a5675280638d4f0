#include "http/server_tls.hpp"

#include <openssl/ssl.h>

#include <boost/asio/buffer.hpp>
#include <ctime>
#include <utility>

#include "http/tls_context.hpp"

namespace ropenet::http {
namespace {

namespace ssl = boost::asio::ssl;

constexpr unsigned char kHttp11[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

/// A client that speaks something else only is told so, instead of being misunderstood.
int choose_protocol(SSL* /*ssl*/, const unsigned char** out, unsigned char* out_size,
                    const unsigned char* in, unsigned in_size, void* /*arg*/) {
    unsigned char* chosen = nullptr;
    const int found =
        SSL_select_next_proto(&chosen, out_size, kHttp11, sizeof kHttp11, in, in_size);
    if (found != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

std::int64_t seconds_of(const ASN1_TIME* time) {
    std::tm parts{};
    if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return 0;
    return ::timegm(&parts);
}

Unexpected<Error> bad(const std::string& what, const boost::system::error_code& why) {
    return fail(ErrorCode::config, what + ": " + why.message());
}

Result<std::shared_ptr<ServerTls::Context>> context_of(const ServerCertificate& certificate) {
    auto out = std::make_shared<ServerTls::Context>();
    SSL_CTX* const raw = out->ssl.native_handle();
    if (SSL_CTX_set_min_proto_version(raw, TLS1_3_VERSION) != 1) {
        return fail(ErrorCode::config, "this OpenSSL has no TLS 1.3");
    }
    SSL_CTX_set_num_tickets(raw, 0);
    SSL_CTX_set_alpn_select_cb(raw, choose_protocol, nullptr);
    boost::system::error_code error;
    // Never asks a terminal.
    out->ssl.set_password_callback([](std::size_t, ssl::context::password_purpose) { return ""; },
                                   error);
    out->ssl.use_certificate_chain(boost::asio::buffer(certificate.chain), error);
    if (error) return bad("the TLS certificate cannot be read", error);
    out->ssl.use_private_key(boost::asio::buffer(certificate.key), ssl::context::pem, error);
    if (error) return bad("the TLS key cannot be read, or is not that of the certificate", error);
    const X509* leaf = SSL_CTX_get0_certificate(raw);
    out->period = {.from_s = seconds_of(X509_get0_notBefore(leaf)),
                   .to_s = seconds_of(X509_get0_notAfter(leaf))};
    return out;
}

}  // namespace

ServerTls::ServerTls(std::shared_ptr<Context> context) : context_{std::move(context)} {}
ServerTls::~ServerTls() = default;

Result<std::shared_ptr<ServerTls>> ServerTls::make(const ServerCertificate& certificate) {
    ROPE_TRY(auto context, context_of(certificate));
    return std::shared_ptr<ServerTls>{new ServerTls{std::move(context)}};
}

void ServerTls::replace(const ServerTls& other) {
    auto context = other.current();
    const MutexLock lock{mutex_};
    context_.swap(context);
}

ServerTls::Period ServerTls::period() const {
    return current()->period;
}

std::shared_ptr<ServerTls::Context> ServerTls::current() const {
    const MutexLock lock{mutex_};
    return context_;
}

}  // namespace ropenet::http
