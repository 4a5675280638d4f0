// An evidence bundle over HTTP, once a checkpoint covers its transaction.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "ropenet/session.hpp"
#include "types/bundle.hpp"

namespace ropenet::cli {

struct BundleRequest {
    std::string tx_id;
    std::string state;      // "<contract>/<key>": also a proof of that state value; empty: none
    bool timestamp = true;  // where the node has an authority
    std::chrono::seconds wait_max{30};
    std::function<void()> on_wait = [] {};  // called before each further try
};

/// try_later when no checkpoint covered it in time.
Expected<BundleFiles, Failure> fetch_bundle(Session& session, const BundleRequest& request);

}  // namespace ropenet::cli
