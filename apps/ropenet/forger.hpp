// Somebody with keys of his own who copies a rope's name: the case a bundle alone cannot settle.
#pragma once

#include "ropenet/policy_data.hpp"
#include "types/bundle.hpp"

namespace ropenet::cli {

/// A bundle of `entry` that is right in itself, from a node of the same network name whose every
/// key is new. The node lives in a temporary folder and is gone afterwards.
Expected<BundleFiles, Failure> forge_bundle(const std::string& network, const std::string& rope,
                                            const PolicyEntry& entry);

}  // namespace ropenet::cli
