// OpenSSL's error queue of this thread, kept as it was. For the modules that call OpenSSL.
#pragma once

#include <openssl/err.h>

namespace ropenet::crypto {

/// Keeps refusals out of the thread's error queue, where a TLS connection would find them.
class QuietErrors {
  public:
    QuietErrors() { ERR_set_mark(); }
    ~QuietErrors() { ERR_pop_to_mark(); }
    QuietErrors(const QuietErrors&) = delete;
    QuietErrors& operator=(const QuietErrors&) = delete;
};

}  // namespace ropenet::crypto
