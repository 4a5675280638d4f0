// The evidence bundle as files: which there are, the fixed README, and the same as a tar.
//
// Knows names and sizes, not whether the contents prove anything (verify does).
//
//   always    README.txt checkpoint.txt genesis.cbor keys.txt log.vkey outcome.cbor policy.txt
//             policies/0.cbor policies/0.tlog proof.tlog receipt-key.pem receipt.cose record.cbor
//             signer.pem tx.cose
//   k >= 1    policies/<k>.cbor policies/<k>.tlog: the record of policy k, proved under policy k-1;
//             policies/<k-1>.txt: the text of policy k-1 (policy.txt is the last one)
//   state     state/key.bin state/proof.ics23 state/block-record.cbor state/block-proof.tlog, and
//             state/value.bin unless absence is proved
//   timestamp timestamp.tsr tsa-ca.pem
//
// Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/expected.hpp"

namespace ropenet {

inline constexpr std::size_t kBundleFileBytesMax = 1024 * 1024;
inline constexpr std::size_t kBundlePoliciesMax = 100;
/// Every policy with its three files, and all others.
inline constexpr std::size_t kBundleFilesMax = 3 * kBundlePoliciesMax + 32;
inline constexpr std::size_t kBundleTarBytesMax = 32 * 1024 * 1024;

/// Relative path -> content, in the order of the tar.
using BundleFiles = std::map<std::string, Bytes, std::less<>>;

enum class BundleFault : std::uint8_t { missing, unknown, oversize, too_many };

struct BundleError {
    BundleFault fault = BundleFault::missing;
    std::string path;
};

/// Exactly the files named above, each within its size.
Expected<void, BundleError> check_bundle_names(const BundleFiles& files);

/// How many policies follow the first: the largest k of policies/<k>.cbor.
std::size_t policy_changes_of(const BundleFiles& files);

/// The text of README.txt, English and Chinese, fixed for this format version.
std::string_view bundle_readme();
/// That text, or the one of an earlier version.
bool is_bundle_readme(BytesView text);

enum class TarError : std::uint8_t {
    truncated,
    header,    // not byte for byte the ustar header of a plain file as made here
    name,      // absolute, with "..", repeated, out of order or too long
    oversize,  // a file, or the whole
    trailing,  // not exactly two zero blocks after the last file
};

/// POSIX ustar: mode 0644, owner 0, time 0, files in order. Pre: names of at most 100 bytes, files
/// within kBundleFileBytesMax.
Bytes tar_from_files(const BundleFiles& files);
/// Takes what any tar program makes of such files only if it is byte for byte what we would write.
Expected<BundleFiles, TarError> files_from_tar(BytesView tar);

}  // namespace ropenet
