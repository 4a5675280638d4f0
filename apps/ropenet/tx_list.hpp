// What the verbs that list and watch transactions share: conditions and the line of one.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "codec/json.hpp"
#include "ropenet/verbs.hpp"

namespace ropenet::cli {

/// Empty: any. As the API takes them.
struct TxConditions {
    std::string account;
    std::string contract;
    std::string action;
    std::string code;
    std::string from_ms;
    std::string to_ms;
};

void add_conditions(Program& program, CLI::App* verb, TxConditions& conditions);
/// name=value&..., with a last &.
std::string query_of(const TxConditions& conditions);
/// Of a transaction in the API's form, for people.
std::string tx_line(const json::Value& tx);

}  // namespace ropenet::cli
