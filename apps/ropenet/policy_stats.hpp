// Figures and verdicts, derived from the ledger's entries alone, at one height.
//
// Measures, filters and verdicts: data/README.md. Counted are entries of registered recorders; of
// several entries for one row the latest counts. Pure, except read_register.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "ropenet/session.hpp"

namespace ropenet::cli {

/// An entry as the ledger holds it.
struct RegisterRow {
    std::string tx_id;
    std::string account_name;
    std::map<std::string, std::string> fields;
    bool attested = false;

    const std::string& field(const std::string& name) const;
};

struct Register {
    std::string rope;
    std::uint64_t height = 0;
    std::map<std::string, std::vector<RegisterRow>> tables;  // by `table`, sorted by id
};

struct Figure {
    std::string measure;
    std::string filter;
    std::uint64_t value = 0;
    std::vector<std::string> transactions;  // one a counted row
};

struct ClaimVerdict {
    std::string id;
    std::string statement;
    std::string stated;  // a number, or an order of regions
    std::string derived;
    std::string verdict;  // supported, contradicted, no evidence
    std::vector<std::string> entries;
};

struct Statistics {
    std::string rope;
    std::uint64_t height = 0;
    std::vector<Figure> figures;
    std::vector<ClaimVerdict> claims;
};

Expected<Register, Failure> read_register(Session& session);

/// Which documents a figure or claim counts. Filters are of the form in data/README.md.
Expected<Statistics, Failure> statistics_of(const Register& entries);

json::Value document_of(const Statistics& statistics);
std::vector<Words> lines_of(const Statistics& statistics);

}  // namespace ropenet::cli
