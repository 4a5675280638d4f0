#include "api/page.hpp"

#include <algorithm>

#include "codec/cbor.hpp"
#include "crypto/hash.hpp"
#include "types/limits.hpp"

namespace ropenet::api {
namespace {

struct Cursor {
    std::uint64_t height = 0;
    Hash32 query{};
    std::uint64_t after = 0;
};

std::string text_of_cursor(const Cursor& cursor) {
    cbor::Encoder out;
    out.array(3).uint(cursor.height).bytes(cursor.query).uint(cursor.after);
    return hex(out.view());
}

std::optional<Cursor> cursor_from(std::string_view text) {
    const auto bytes = bytes_from_hex(text);
    if (!bytes) return std::nullopt;
    cbor::Decoder in{*bytes};
    const auto count = in.array();
    if (!count || *count != 3) return std::nullopt;
    const auto height = in.uint();
    if (!height) return std::nullopt;
    const auto query_bytes = in.bytes();
    if (!query_bytes) return std::nullopt;
    const auto after = in.uint();
    const auto query = hash32_from(*query_bytes);
    if (!after || !query || !in.end() || *after > kIntegerMax) return std::nullopt;
    return Cursor{.height = *height, .query = *query, .after = *after};
}

/// Two requests of one list have the same digest, whatever the order of their parameters.
Hash32 digest_of_query(const Call& call) {
    std::vector<std::string> parts{call.request.path};
    for (const auto& [name, value] : call.request.query) {
        if (name != "cursor" && name != "limit") parts.push_back(name + "=" + value);
    }
    std::sort(parts.begin() + 1, parts.end());
    cbor::Encoder out;
    out.array(parts.size());
    for (const auto& part : parts)
        out.bytes(view_of(part));
    return crypto::sha256(out.view());
}

OrRefused<ledger::Direction> direction_of(const Call& call, ledger::Direction otherwise) {
    const auto order = call.request.find_query("order");
    if (!order) return otherwise;
    if (*order == "asc") return ledger::Direction::ascending;
    if (*order == "desc") return ledger::Direction::descending;
    return Unexpected{bad_request("order", "asc or desc", "须为 asc 或 desc")};
}

bool accepts(const Call& call, std::string_view type) {
    const auto accept = call.request.find_header("Accept");
    return accept && accept->find(type) != std::string_view::npos;
}

std::string text_of_cell(const json::Value* value) {
    if (value == nullptr || value->is_null()) return {};
    const std::string* text = value->as_string();
    return text == nullptr ? json::serialize(*value) : *text;
}

/// A spreadsheet must not run what a stranger deposited, so such a cell begins with an apostrophe.
std::string csv_cell(std::string text) {
    if (!text.empty() &&
        std::string_view{"=+-@\t\r"}.find(text.front()) != std::string_view::npos) {
        text.insert(text.begin(), '\'');
    }
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"') out.push_back('"');
        out.push_back(c);
    }
    out.push_back('"');
    return out;
}

std::string csv_of(const PageAnswer& page) {
    std::string out;
    for (std::size_t i = 0; i < page.columns.size(); ++i) {
        out += (i == 0 ? "" : ",") + std::string{page.columns[i]};
    }
    out += "\r\n";
    for (const json::Object& row : page.rows) {
        const json::Value value{row};
        for (std::size_t i = 0; i < page.columns.size(); ++i) {
            out += (i == 0 ? "" : ",") + csv_cell(text_of_cell(value.find(page.columns[i])));
        }
        out += "\r\n";
    }
    return out;
}

std::string ndjson_of(const PageRequest& request, const PageAnswer& page, const json::Value& next) {
    std::string out;
    for (const json::Object& row : page.rows)
        out += json::serialize(json::Value{row}) + "\n";
    return out + json::serialize(json::Object{{"height", request.view->height()}, {"next", next}}) +
           "\n";
}

}  // namespace

OrRefused<PageRequest> page_request(const Call& call, ledger::Direction default_direction,
                                    const execution::ReadObject& object) {
    PageRequest out;
    out.query = digest_of_query(call);
    ROPE_TRY(out.direction, direction_of(call, default_direction));
    ROPE_TRY(
        const std::uint64_t limit,
        number_query(call, "limit", {.least = 1, .most = kPageItemsMax, .otherwise = kPageItems}));
    out.limit = limit;
    const auto text = call.request.find_query("cursor");
    if (!text) {
        ROPE_TRY(out.view, readable_view(call, object));
        return out;
    }
    const auto cursor = cursor_from(*text);
    if (!cursor || cursor->query != out.query) return Unexpected{problem("request.cursor")};
    ROPE_TRY(out.view, readable_view_at(call, cursor->height, object));
    out.after = cursor->after;
    return out;
}

http::Response answer_page(const Call& call, const PageRequest& request, const PageAnswer& page) {
    const std::uint64_t height = request.view->height();
    json::Value next;
    if (page.next) {
        next = text_of_cursor({.height = height, .query = request.query, .after = *page.next});
    }
    if (accepts(call, "text/csv")) {
        auto response =
            answer_bytes(call, height, "text/csv; charset=utf-8", view_of(csv_of(page)));
        if (page.next) response.headers.emplace_back("Rope-Next", *next.as_string());
        return response;
    }
    if (accepts(call, "application/x-ndjson")) {
        return answer_bytes(call, height, "application/x-ndjson",
                            view_of(ndjson_of(request, page, next)));
    }
    json::Array rows;
    for (const json::Object& row : page.rows)
        rows.emplace_back(row);
    json::Object body;
    body.emplace_back(std::string{page.items}, json::Value{std::move(rows)});
    body.emplace_back("next", std::move(next));
    return answer(call, *request.view, std::move(body));
}

}  // namespace ropenet::api
