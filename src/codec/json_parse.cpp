// The only file that includes Boost.JSON. Of its compiled part it takes in what the parser needs;
// the rest does not build without exceptions.
#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/detail/impl/default_resource.ipp>
#include <boost/json/detail/impl/shared_resource.ipp>
#include <boost/json/detail/impl/stack.ipp>
#include <boost/json/impl/error.ipp>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "base/bytes.hpp"
#include "base/check.hpp"
#include "codec/json.hpp"
#include "codec/json_number.hpp"
#include "codec/utf8.hpp"

// Boost calls these where it would throw. The parser reports through error codes, so a call is a
// bug.
namespace boost {

BOOST_NORETURN void throw_exception(const std::exception& exception) {
    ropenet::check_failed(exception.what(), __FILE__, __LINE__);
}

BOOST_NORETURN void throw_exception(const std::exception& exception,
                                    const source_location& location) {
    ropenet::check_failed(exception.what(), location.file_name(),
                          static_cast<int>(location.line()));
}

}  // namespace boost

namespace ropenet::json {
namespace {

using ErrorCode = boost::json::error_code;
using BoostError = boost::json::error;

bool has_duplicates(const Object& object) {
    std::vector<std::string_view> names;
    names.reserve(object.size());
    for (const auto& member : object)
        names.push_back(member.first);
    std::ranges::sort(names);
    return std::ranges::adjacent_find(names) != names.end();
}

/// What the parser calls for each thing it sees. Every function answers whether to go on.
class Handler {
  public:
    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

    bool on_document_begin(ErrorCode&) { return true; }
    bool on_document_end(ErrorCode&) { return true; }
    bool on_comment_part(boost::json::string_view, ErrorCode&) { return true; }
    bool on_comment(boost::json::string_view, ErrorCode&) { return true; }

    bool on_array_begin(ErrorCode&) {
        open_.emplace_back(Array{});
        return true;
    }
    bool on_object_begin(ErrorCode&) {
        open_.emplace_back(Object{});
        return true;
    }
    bool on_array_end(std::size_t, ErrorCode&) { return close(); }
    bool on_object_end(std::size_t, ErrorCode& error) {
        if (has_duplicates(*open_.back().as_object()))
            return refuse(JsonError::duplicate_key, error);
        return close();
    }

    bool on_key_part(boost::json::string_view part, std::size_t, ErrorCode&) {
        text_.append(part.data(), part.size());
        return true;
    }
    bool on_key(boost::json::string_view part, std::size_t, ErrorCode&) {
        text_.append(part.data(), part.size());
        names_.push_back(std::exchange(text_, {}));
        return true;
    }
    bool on_string_part(boost::json::string_view part, std::size_t, ErrorCode&) {
        text_.append(part.data(), part.size());
        return true;
    }
    bool on_string(boost::json::string_view part, std::size_t, ErrorCode&) {
        text_.append(part.data(), part.size());
        return place(Value{std::exchange(text_, {})});
    }

    bool on_number_part(boost::json::string_view part, ErrorCode&) {
        text_.append(part.data(), part.size());
        return true;
    }
    bool on_int64(std::int64_t value, boost::json::string_view, ErrorCode&) {
        text_.clear();
        return place(Value{value});
    }
    bool on_uint64(std::uint64_t value, boost::json::string_view, ErrorCode&) {
        text_.clear();
        return place(Value{value});
    }
    // The parser's own double may be one unit off, so the text is read again.
    bool on_double(double, boost::json::string_view part, ErrorCode& error) {
        text_.append(part.data(), part.size());
        const auto value = double_from(std::exchange(text_, {}));
        if (!value) return refuse(JsonError::out_of_range, error);
        return place(Value{*value});
    }
    bool on_bool(bool value, ErrorCode&) { return place(Value{value}); }
    bool on_null(ErrorCode&) { return place(Value{}); }

    std::optional<JsonError> refusal() const { return refusal_; }
    Value take() { return std::move(root_); }

  private:
    bool refuse(JsonError reason, ErrorCode& error) {
        refusal_ = reason;
        error = BoostError::exception;
        return false;
    }

    bool close() {
        Value value = std::move(open_.back());
        open_.pop_back();
        return place(std::move(value));
    }

    bool place(Value value) {
        if (open_.empty()) {
            root_ = std::move(value);
        } else if (Array* array = open_.back().as_array()) {
            array->push_back(std::move(value));
        } else {
            open_.back().as_object()->emplace_back(std::move(names_.back()), std::move(value));
            names_.pop_back();
        }
        return true;
    }

    std::vector<Value> open_;         // outermost first
    std::vector<std::string> names_;  // of members whose value is not complete
    std::string text_;                // a string or number that comes in parts
    Value root_;
    std::optional<JsonError> refusal_;
};

JsonError reason_of(const ErrorCode& error) {
    if (error == BoostError::too_deep) return JsonError::depth;
    if (error == BoostError::exponent_overflow) return JsonError::out_of_range;
    if (error == BoostError::illegal_leading_surrogate ||
        error == BoostError::illegal_trailing_surrogate ||
        error == BoostError::expected_utf16_escape) {
        return JsonError::invalid_utf8;
    }
    return JsonError::syntax;
}

}  // namespace

Expected<Value, JsonError> parse(std::string_view text, const Limits& limits) {
    if (text.size() > limits.bytes_max) return Unexpected{JsonError::too_large};
    if (!is_utf8(view_of(text))) return Unexpected{JsonError::invalid_utf8};
    boost::json::parse_options options;
    options.max_depth = limits.depth_max;
    boost::json::basic_parser<Handler> parser{options};
    ErrorCode error;
    const std::size_t used = parser.write_some(false, text.data(), text.size(), error);
    if (const auto refusal = parser.handler().refusal()) return Unexpected{*refusal};
    if (error) return Unexpected{reason_of(error)};
    if (used != text.size() || !parser.done()) return Unexpected{JsonError::syntax};
    return parser.handler().take();
}

}  // namespace ropenet::json
