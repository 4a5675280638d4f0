// system.evidence: that an account held certain bytes at a time, and who stands behind them.
//
// Actions: deposit (any active account that holds none of the four offices), attest (only an
// account of a body that the entry is attributed to). State of the contract
// (docs/spec/evidence.md):
//   d/<account id>/<sha256 hex> -> entry
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "system/contract.hpp"

namespace ropenet::system {

inline constexpr std::string_view kEvidenceId = "system.evidence";
/// The public field that names, separated by spaces, the bodies an entry is attributed to.
inline constexpr std::string_view kAttributedTo = "attributed_to";

struct Attestation {
    AccountId account;
    std::uint64_t height = 0;
    std::int64_t time_ms = 0;

    friend bool operator==(const Attestation&, const Attestation&) = default;
};

struct Entry {
    Hash32 sha256{};
    std::string media_type;
    std::uint64_t size = 0;
    std::map<std::string, std::string> fields;
    std::optional<Hash32> commitment;
    std::uint64_t height = 0;
    std::int64_t time_ms = 0;
    Hash32 tx_id{};
    std::vector<Attestation> attestations;

    friend bool operator==(const Entry&, const Entry&) = default;
};

/// RFC 6838 section 4.2: type and subtype of restricted-name characters, 127 bytes at most.
bool is_media_type(std::string_view text);

Bytes entry_key(const AccountId& account, const Hash32& sha256);
Bytes encode_entry(const Entry& entry);
/// For bytes of our own state: absent means damage.
std::optional<Entry> decode_entry(BytesView bytes);

Result<std::optional<Entry>> find_entry(const state::Reader& state, const AccountId& account,
                                        const Hash32& sha256);

Result<Answer> deposit(state::Overlay& state, const Call& call);
Result<Answer> attest(state::Overlay& state, const Call& call);

}  // namespace ropenet::system
