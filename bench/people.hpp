// The accounts of a benchmark and the transactions they sign: deposits of 320 to 360 bytes.
//
// The same number gives the same keys on every run. Threads: any, once made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "keys/signer.hpp"
#include "types/account.hpp"
#include "types/genesis.hpp"
#include "types/transaction.hpp"

namespace ropenet::bench {

inline constexpr std::string_view kNetwork = "dev.bench";
inline constexpr std::string_view kRope = "load";
inline constexpr std::string_view kOrigin = "dev.bench/load";

/// What makes one deposit different from all others.
struct DepositNumber {
    std::uint64_t number = 0;
    std::int64_t expires_at_ms = 0;
};

class People {
  public:
    explicit People(std::size_t count);

    std::size_t size() const { return people_.size(); }
    const AccountId& account(std::size_t i) const { return people_[i].account; }
    std::vector<GenesisAccount> genesis_accounts() const;
    /// May register the others where they do not stand in genesis.
    GenesisAccount registrar_account() const;
    /// The registrar's transactions that register everybody.
    std::vector<Bytes> sign_registrations(std::int64_t expires_at_ms) const;

    /// A deposit with a real signature, by the account that `number` falls on.
    Bytes signed_deposit(const DepositNumber& deposit) const;
    /// The same in form, decoded, with zeros for a signature: for what does not check it.
    Transaction unsigned_deposit(const DepositNumber& deposit) const;
    /// Numbers first, first + 1, ..., signed on all cores.
    std::vector<Bytes> sign_many(const DepositNumber& first, std::size_t count) const;

    const keys::Signer& signer(std::size_t i) const { return *people_[i].signer; }

  private:
    struct Person {
        std::unique_ptr<keys::Signer> signer;
        RegisterArgs args;
        AccountId account;
    };
    struct Parts {
        Bytes head;
        Bytes payload;
    };

    static Person make_person(const std::string& name);
    const Person& person_of(const DepositNumber& deposit) const;
    Parts parts_of(const DepositNumber& deposit) const;

    static Bytes sign(const Person& person, const Parts& parts);

    std::vector<Person> people_;
    Person registrar_;
};

/// The content that a deposit of that number is about.
Hash32 content_of(std::uint64_t number);

/// As the body of txs:batch: a CBOR array of byte strings.
Bytes batch_body(std::span<const Bytes> txs);
/// Bodies of `batch_txs` each; the last may hold fewer.
std::vector<Bytes> batch_bodies(std::span<const Bytes> txs, std::size_t batch_txs);

}  // namespace ropenet::bench
