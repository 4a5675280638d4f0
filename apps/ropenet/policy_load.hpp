// Registers the demonstration recorders and deposits what is not on the ledger yet.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "ropenet/console.hpp"
#include "ropenet/policy_data.hpp"
#include "ropenet/session.hpp"

namespace ropenet::cli {

using Recorders = std::map<std::string, Signatory>;  // by region

struct RecorderReport {
    Recorders recorders;
    std::size_t registered_now = 0;
};

struct LoadReport {
    std::map<std::string, std::size_t> entries_of_table;  // on the ledger afterwards
    std::size_t entries = 0;
    std::size_t deposited_now = 0;
    std::size_t there_already = 0;
    std::uint64_t height = 0;
};

/// One account a region, with keys in <data>/dev/keys; the registrar of <data> registers new ones.
Expected<RecorderReport, Failure> ensure_recorders(Session& session, const Options& options,
                                                   const std::vector<PolicyEntry>& entries);

/// `progress` is told (done, total) after each batch.
using Progress = std::function<void(std::size_t done, std::size_t total)>;
Expected<LoadReport, Failure> deposit_missing(Session& session, const Recorders& recorders,
                                              const std::vector<PolicyEntry>& entries,
                                              const Progress& progress);

/// The deposit that makes an entry.
Action deposit_action(const PolicyEntry& entry);

}  // namespace ropenet::cli
