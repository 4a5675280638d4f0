#include "bench/people.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "codec/cbor.hpp"
#include "codec/cbor_value.hpp"
#include "codec/cose.hpp"
#include "concurrency/worker_pool.hpp"
#include "crypto/hash.hpp"
#include "keys/testing/fixed_signer.hpp"

namespace ropenet::bench {
namespace {

constexpr std::uint64_t kContentBytes = 4'711;

Bytes args_of(std::uint64_t number) {
    cbor::Map map;
    map.emplace_back("size", kContentBytes);
    map.emplace_back("fields", cbor::Map{});
    map.emplace_back("sha256", to_bytes(content_of(number)));
    map.emplace_back("media_type", "text/csv");
    return cbor::encode_value(cbor::Value{std::move(map)});
}

}  // namespace

Hash32 content_of(std::uint64_t number) {
    return crypto::sha256(view_of("content " + std::to_string(number)));
}

People::Person People::make_person(const std::string& name) {
    const Hash32 seed = crypto::sha256(view_of("bench " + name));
    auto signer = keys::testing::fixed_ed25519(seed);
    RegisterArgs args{.kind = AccountKind::person,
                      .name = name,
                      .keys = {AccountKey{.alg = crypto::Alg::ed25519,
                                          .spki = to_bytes(signer->public_key().spki())}},
                      .organisation = std::nullopt,
                      .place = std::nullopt,
                      .identity_commitment = crypto::sha256(view_of(name))};
    const AccountId account = args.account_id();
    return {.signer = std::move(signer), .args = std::move(args), .account = account};
}

People::People(std::size_t count) : registrar_{make_person("registrar")} {
    people_.reserve(count);
    for (std::size_t i = 0; i < count; ++i)
        people_.push_back(make_person("depositor-" + std::to_string(i)));
}

GenesisAccount People::registrar_account() const {
    return {.args = registrar_.args, .roles = {"registrar"}};
}

std::vector<Bytes> People::sign_registrations(std::int64_t expires_at_ms) const {
    std::vector<Bytes> out;
    for (const Person& person : people_) {
        TxDraft draft{.origin = std::string{kOrigin},
                      .account = registrar_.account,
                      .nonce = {},
                      .expires_at_ms = expires_at_ms,
                      .contract = "system.accounts",
                      .action = "register",
                      .args = encode_register_args(person.args)};
        std::copy_n(person.account.bytes().begin(), draft.nonce.size(), draft.nonce.begin());
        const crypto::PublicKey& key = registrar_.signer->public_key();
        out.push_back(sign(registrar_, {.head = encode_tx_protected(draft, key.alg(), key.kid()),
                                        .payload = encode_tx_payload(draft)}));
    }
    return out;
}

std::vector<GenesisAccount> People::genesis_accounts() const {
    std::vector<GenesisAccount> out;
    for (const Person& person : people_)
        out.push_back({.args = person.args, .roles = {}});
    return out;
}

const People::Person& People::person_of(const DepositNumber& deposit) const {
    return people_[deposit.number % people_.size()];
}

People::Parts People::parts_of(const DepositNumber& deposit) const {
    const Person& person = person_of(deposit);
    TxDraft draft{.origin = std::string{kOrigin},
                  .account = person.account,
                  .nonce = {},
                  .expires_at_ms = deposit.expires_at_ms,
                  .contract = "system.evidence",
                  .action = "deposit",
                  .args = args_of(deposit.number)};
    const Hash32 nonce = crypto::sha256(view_of("nonce " + std::to_string(deposit.number)));
    std::copy_n(nonce.begin(), draft.nonce.size(), draft.nonce.begin());
    const crypto::PublicKey& key = person.signer->public_key();
    return {.head = encode_tx_protected(draft, key.alg(), key.kid()),
            .payload = encode_tx_payload(draft)};
}

Bytes People::sign(const Person& person, const Parts& parts) {
    auto signature = person.signer->sign(cose::sig_structure(parts.head, parts.payload));
    ROPE_CHECK(signature);
    return cose::encode_sign1({.protected_bytes = parts.head,
                               .unprotected = {0xA0},
                               .payload = parts.payload,
                               .signature = *std::move(signature)});
}

Bytes People::signed_deposit(const DepositNumber& deposit) const {
    return sign(person_of(deposit), parts_of(deposit));
}

Transaction People::unsigned_deposit(const DepositNumber& deposit) const {
    constexpr std::size_t kSignatureBytes = 64;
    Parts parts = parts_of(deposit);
    auto tx = decode_transaction(cose::encode_sign1({.protected_bytes = std::move(parts.head),
                                                     .unprotected = {0xA0},
                                                     .payload = std::move(parts.payload),
                                                     .signature = Bytes(kSignatureBytes)}));
    ROPE_CHECK(tx);
    return *std::move(tx);
}

std::vector<Bytes> People::sign_many(const DepositNumber& first, std::size_t count) const {
    std::vector<Bytes> out(count);
    WorkerPool workers{{.name = "sign"}};
    workers.parallel_for(count, [&](std::size_t i) {
        out[i] = signed_deposit({.number = first.number + i, .expires_at_ms = first.expires_at_ms});
    });
    return out;
}

Bytes batch_body(std::span<const Bytes> txs) {
    cbor::Encoder out;
    out.array(txs.size());
    for (const Bytes& tx : txs)
        out.bytes(tx);
    return std::move(out).take();
}

std::vector<Bytes> batch_bodies(std::span<const Bytes> txs, std::size_t batch_txs) {
    std::vector<Bytes> out;
    while (!txs.empty()) {
        const std::size_t count = std::min(batch_txs, txs.size());
        out.push_back(batch_body(txs.first(count)));
        txs = txs.subspan(count);
    }
    return out;
}

}  // namespace ropenet::bench
