#include "types/bundle.hpp"

#include <array>

namespace ropenet {
namespace {

constexpr std::array<std::string_view, 15> kAlways{
    "README.txt",      "checkpoint.txt",  "genesis.cbor",    "keys.txt",   "log.vkey",
    "outcome.cbor",    "policies/0.cbor", "policies/0.tlog", "policy.txt", "proof.tlog",
    "receipt-key.pem", "receipt.cose",    "record.cbor",     "signer.pem", "tx.cose",
};
constexpr std::array<std::string_view, 4> kState{
    "state/block-proof.tlog", "state/block-record.cbor", "state/key.bin", "state/proof.ics23"};
constexpr std::string_view kStateValue = "state/value.bin";
constexpr std::array<std::string_view, 2> kTimestamp{"timestamp.tsr", "tsa-ca.pem"};
constexpr std::string_view kPolicies = "policies/";

BundleError error_of(BundleFault fault, std::string_view path) {
    return {.fault = fault, .path = std::string{path}};
}

std::string policy_file(std::size_t k, std::string_view extension) {
    return std::string{kPolicies} + std::to_string(k) + std::string{extension};
}

/// The names of a whole bundle with these optional parts, sorted.
std::map<std::string, bool, std::less<>> expected_names(const BundleFiles& files) {
    std::map<std::string, bool, std::less<>> names;  // name -> required
    for (const std::string_view name : kAlways)
        names.emplace(name, true);
    const std::size_t changes = policy_changes_of(files);
    for (std::size_t k = 1; k <= changes; ++k) {
        for (const std::string_view extension : {".cbor", ".tlog"}) {
            names.emplace(policy_file(k, extension), true);
        }
        names.emplace(policy_file(k - 1, ".txt"), true);
    }
    const auto state = files.lower_bound("state/");
    if (state != files.end() && state->first.starts_with("state/")) {
        for (const std::string_view name : kState)
            names.emplace(name, true);
        names.emplace(kStateValue, false);
    }
    if (files.contains(kTimestamp[0]) || files.contains(kTimestamp[1])) {
        for (const std::string_view name : kTimestamp)
            names.emplace(name, true);
    }
    return names;
}

}  // namespace

std::size_t policy_changes_of(const BundleFiles& files) {
    std::size_t changes = 0;
    while (changes < kBundlePoliciesMax && files.contains(policy_file(changes + 1, ".cbor"))) {
        ++changes;
    }
    return changes;
}

Expected<void, BundleError> check_bundle_names(const BundleFiles& files) {
    if (files.size() > kBundleFilesMax) return Unexpected{error_of(BundleFault::too_many, "")};
    const auto names = expected_names(files);
    for (const auto& [name, required] : names) {
        if (required && !files.contains(name)) {
            return Unexpected{error_of(BundleFault::missing, name)};
        }
    }
    for (const auto& [name, content] : files) {
        if (!names.contains(name)) return Unexpected{error_of(BundleFault::unknown, name)};
        if (content.size() > kBundleFileBytesMax) {
            return Unexpected{error_of(BundleFault::oversize, name)};
        }
    }
    return {};
}

}  // namespace ropenet
