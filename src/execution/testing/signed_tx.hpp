// A small rope for tests: fixed accounts, a genesis that holds them, and transactions they sign.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/check.hpp"
#include "codec/cbor.hpp"
#include "codec/cose.hpp"
#include "crypto/hash.hpp"
#include "keys/testing/fixed_signer.hpp"
#include "types/genesis.hpp"
#include "types/transaction.hpp"

namespace ropenet::execution::testing {

inline constexpr std::string_view kOrigin = "dev.test/register";
inline constexpr std::int64_t kGenesisMs = 1'700'000'000'000;

struct Identity {
    std::unique_ptr<keys::Signer> signer;
    RegisterArgs args;

    AccountId id() const { return args.account_id(); }
};

inline Identity make_identity(std::string name, std::uint8_t number,
                              crypto::Alg alg = crypto::Alg::ed25519,
                              std::optional<std::string> organisation = std::nullopt) {
    auto signer = keys::testing::fixed_signer(alg, number);
    RegisterArgs args{
        .kind = AccountKind::person,
        .name = name,
        .keys = {AccountKey{.alg = alg, .spki = to_bytes(signer->public_key().spki())}},
        .organisation = std::move(organisation),
        .place = std::nullopt,
        .identity_commitment = crypto::sha256(view_of(name))};
    return Identity{.signer = std::move(signer), .args = std::move(args)};
}

inline Genesis make_genesis(const std::vector<const Identity*>& people, const Identity& registrar) {
    Genesis genesis;
    genesis.origin = kOrigin;
    genesis.time_ms = kGenesisMs;
    genesis.demo = true;
    for (const Identity* person : people) {
        genesis.accounts.push_back({.args = person->args, .roles = {}});
    }
    genesis.accounts.push_back({.args = registrar.args, .roles = {}});
    genesis.charter["registrar"] = {registrar.id().text()};
    genesis.validators.push_back({.name = "node-1", .log_vkey = "log", .cosigner_vkey = "w"});
    return genesis;
}

struct TxParts {
    std::string origin{kOrigin};
    std::string contract = "system.evidence";
    std::string action = "deposit";
    cbor::Value args;
    std::uint64_t nonce = 0;
    std::int64_t expires_at_ms = kGenesisMs + 60'000;
};

inline Bytes sign_tx(const Identity& who, const TxParts& parts) {
    TxDraft draft{.origin = parts.origin,
                  .account = who.id(),
                  .nonce = {},
                  .expires_at_ms = parts.expires_at_ms,
                  .contract = parts.contract,
                  .action = parts.action,
                  .args = cbor::encode_value(parts.args)};
    for (std::size_t i = 0; i < 8; ++i) {
        draft.nonce[i] = static_cast<std::uint8_t>(parts.nonce >> (8 * i) & 255U);
    }
    const auto& key = who.signer->public_key();
    const Bytes head = encode_tx_protected(draft, key.alg(), key.kid());
    const Bytes payload = encode_tx_payload(draft);
    auto signature = who.signer->sign(cose::sig_structure(head, payload));
    ROPE_CHECK(signature);
    return cose::encode_sign1(cose::Sign1{.protected_bytes = head,
                                          .unprotected = {0xA0},
                                          .payload = payload,
                                          .signature = *std::move(signature)});
}

inline Transaction make_tx(const Identity& who, const TxParts& parts) {
    auto tx = decode_transaction(sign_tx(who, parts));
    ROPE_CHECK(tx);
    return *std::move(tx);
}

/// Args of system.evidence/deposit for some content.
inline cbor::Value deposit_args(std::string_view content, std::string attributed_to = {}) {
    cbor::Map fields;
    if (!attributed_to.empty()) fields.emplace_back("attributed_to", std::move(attributed_to));
    cbor::Map map;
    map.emplace_back("size", content.size());
    map.emplace_back("fields", std::move(fields));
    map.emplace_back("sha256", crypto::sha256(view_of(content)));
    map.emplace_back("media_type", "text/plain");
    return cbor::Value{std::move(map)};
}

}  // namespace ropenet::execution::testing
