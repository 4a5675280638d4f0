// Refusals of the API: RFC 9457 problems with a stable code, words in two languages, the object
// and the next step.
//
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "admission/answer.hpp"
#include "base/error.hpp"
#include "codec/json.hpp"
#include "http/message.hpp"

namespace ropenet::api {

struct ProblemText {
    std::string_view code;
    unsigned status = 500;
    std::string_view title_en;
    std::string_view title_zh;
    std::string_view next_en;
    std::string_view next_zh;
};

/// What this one refusal is about.
struct ProblemDetail {
    std::string en;
    std::string zh;
    std::string object;  // the thing that the request named
    json::Object more;   // further members
};

/// Null for a code that no table has; every code the API gives has one.
const ProblemText* find_problem(std::string_view code);
ProblemText problem_of(TxError error);

http::Response problem(std::string_view code, ProblemDetail detail = {});
http::Response problem(const ProblemText& text, ProblemDetail detail);
/// A failed part of the node itself: says that, never what or where.
http::Response problem(const Error& error);
/// 429 or 503 with Retry-After.
http::Response problem(admission::Refused refused);

/// For a request that does not fit: `what` names the parameter.
http::Response bad_request(std::string_view object, std::string_view en, std::string_view zh);

}  // namespace ropenet::api
