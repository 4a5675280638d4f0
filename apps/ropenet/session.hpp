// A conversation with one rope of one node: requests, signing, sending, following pages.
//
// Blocking; one thread. Failures carry the server's own code and words (RFC 9457) where it gave
// any.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "codec/cbor.hpp"
#include "http/client.hpp"
#include "keys/signer.hpp"
#include "ropenet/answer.hpp"
#include "ropenet/options.hpp"
#include "types/limits.hpp"
#include "types/names.hpp"

namespace ropenet::cli {

/// Who signs.
struct Signatory {
    std::shared_ptr<const keys::Signer> signer;
    AccountId account;
};

struct Action {
    std::string contract;
    std::string action;
    cbor::Value args;
};

/// With the same action and signatory the same transaction again, and the same id.
struct TxStamp {
    std::array<std::uint8_t, kTxNonceBytes> nonce{};
    std::int64_t expires_at_ms = 0;
};

class Session {
  public:
    /// Connects and finds out the rope's origin.
    static Expected<Session, Failure> open(
        const Options& options, std::chrono::milliseconds request_time = http::kRequestTime);

    const std::string& url() const { return url_; }
    const std::string& ca_file() const { return ca_file_; }
    const std::string& rope() const { return rope_; }
    const std::string& origin() const { return origin_; }
    bool demo() const { return is_demo_origin(origin_); }

    /// The identity of --as or --key.
    Expected<Signatory, Failure> signatory(const Options& options);

    /// GET of a path below /v1/ropes/<rope>; 2xx or a failure.
    Expected<json::Value, Failure> get(const std::string& path);
    Expected<http::Response, Failure> get_raw(const std::string& target);
    Expected<http::Response, Failure> post_raw(const std::string& target,
                                               std::string_view content_type, BytesView body);
    /// The server's own words, if the answer is an error.
    Expected<void, Failure> check(const http::Response& response) const;
    std::string rope_path(const std::string& path) const { return "/v1/ropes/" + rope_ + path; }

    /// Signs without sending. The expiry is the node's clock plus two minutes.
    Expected<Bytes, Failure> sign(const Signatory& who, const Action& action);
    Expected<Bytes, Failure> sign(const Signatory& who, const Action& action,
                                  const TxStamp& stamp) const;
    Expected<std::int64_t, Failure> node_time_ms();
    /// When a transaction signed now is to expire.
    Expected<std::int64_t, Failure> expiry_ms();
    /// Sends and waits for the outcome; the API's tx object. Rejections are failures, refusals not.
    Expected<json::Value, Failure> send(const Signatory& who, const Action& action);
    /// The same for many, in one request of at most kBatchTxsMax; the API's `results`, one for
    /// each. unknown_outcome only if the node may have got the request.
    Expected<json::Array, Failure> send_batch(const Signatory& who,
                                              const std::vector<Action>& actions);
    Expected<json::Array, Failure> send_batch(const std::vector<Bytes>& txs);

    /// Calls `take` for every item of a paged list, at the height of its first page.
    using Take = std::function<void(const json::Value&)>;
    Expected<std::uint64_t, Failure> each(const std::string& path, std::string_view items,
                                          const Take& take);

  private:
    Session(http::Client client, std::string url, std::string ca_file)
        : client_{std::move(client)}, url_{std::move(url)}, ca_file_{std::move(ca_file)} {}

    Expected<json::Value, Failure> json_of(const http::Response& response) const;
    Expected<AccountId, Failure> account_of_key(const Hash32& kid);

    http::Client client_;
    std::string url_;
    std::string ca_file_;
    std::string rope_;
    std::string origin_;
};

/// Text under a key; empty when it is not there.
std::string text_at(const json::Value& object, std::string_view key);
std::uint64_t uint_at(const json::Value& object, std::string_view key);

/// What an answer of 202, 429 or 503 asks for; one second where it does not say.
std::chrono::seconds retry_after(const http::Response& response);

}  // namespace ropenet::cli
