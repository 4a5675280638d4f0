// Pages of lists: limit, direction, cursor, and the three forms a page is served in.
//
// A cursor is opaque to clients: hex of CBOR [height, digest of the query, last index]. It carries
// the height of the first page, so that all pages of a list say what was true then. Any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/call.hpp"

namespace ropenet::api {

struct PageRequest {
    ledger::ReadViewPtr view;
    ledger::Direction direction = ledger::Direction::descending;
    std::size_t limit = 0;
    std::optional<std::uint64_t> after;
    Hash32 query{};  // of everything but cursor and limit
};

OrRefused<PageRequest> page_request(const Call& call, ledger::Direction default_direction,
                                    const execution::ReadObject& object);

struct PageAnswer {
    std::string_view items;  // the member's name in JSON
    std::vector<json::Object> rows;
    std::vector<std::string_view> columns;  // of CSV; members of a row
    std::optional<std::uint64_t> next;
};

/// JSON, CSV (RFC 4180) or NDJSON, as Accept asks.
http::Response answer_page(const Call& call, const PageRequest& request, const PageAnswer& page);

}  // namespace ropenet::api
