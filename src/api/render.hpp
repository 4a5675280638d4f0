// Values of the ledger as JSON: bytes become lower-case hex, times milliseconds. Pure; any thread.
#pragma once

#include <map>
#include <string>

#include "admission/answer.hpp"
#include "codec/cbor_value.hpp"
#include "codec/json.hpp"
#include "ledger/reader.hpp"
#include "types/record.hpp"

namespace ropenet::api {

/// The tx object: what POST and GET answer (docs/spec/api.md).
json::Object tx_object(const admission::TxAnswer& answer);
/// One answer of a batch: the tx object, or status and problem code.
json::Object batch_object(const admission::Submitted& submitted);
/// contract, action, account, args and events of a recorded tx.
json::Object tx_details(const ledger::TxEntry& entry);
/// A row of a list.
json::Object tx_row(const ledger::TxSummary& summary);

json::Value json_of(const cbor::Value& value);
json::Object json_of(const Record& record);

/// The account's name in the state; empty when it cannot be read.
std::string account_name(const state::Reader& state, const AccountId& account);

/// The same for many rows, each account looked up once. Must not outlive the state.
class AccountNames {
  public:
    explicit AccountNames(const state::Reader& state) : state_{state} {}
    const std::string& of(const AccountId& account);

  private:
    const state::Reader& state_;
    std::map<AccountId, std::string> names_;
};

}  // namespace ropenet::api
