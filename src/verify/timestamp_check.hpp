// The timestamp of a bundle: over checkpoint.txt, under tsa-ca.pem, and whose authority it is.
//
// Inside this module. Pure; any thread.
#pragma once

#include <optional>
#include <string>

#include "types/bundle.hpp"
#include "types/trust_policy.hpp"
#include "verify/bundle_verifier.hpp"
#include "verify/check_list.hpp"

namespace ropenet::verify {

/// Pre: check_bundle_names(files), and `keys` are those of the bundle's policy.
TimestampVerdict check_timestamp(const BundleFiles& files, const TrustKeys& keys,
                                 const std::optional<TrustedTsa>& trusted, VerifierCache& cache,
                                 CheckList& checks);

}  // namespace ropenet::verify
