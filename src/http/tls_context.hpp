// OpenSSL's side of ServerTls. Private to the module: it includes Asio.
#pragma once

#include <boost/asio/ssl/context.hpp>

#include "http/server_tls.hpp"

namespace ropenet::http {

struct ServerTls::Context {
    boost::asio::ssl::context ssl{boost::asio::ssl::context::tls_server};
    Period period;
};

}  // namespace ropenet::http
