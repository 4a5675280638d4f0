#include "ropenet/answer.hpp"

#include <utility>

namespace ropenet::cli {
namespace {

struct Kind {
    Exit exit;
    std::string_view code;
    Words next;
};

Kind kind_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::invalid:
            return {Exit::bad_data, "invalid", {}};
        case ErrorCode::not_found:
            return {Exit::not_found, "not_found", {}};
        case ErrorCode::exists:
            return {Exit::conflict, "exists", {}};
        case ErrorCode::unavailable:
            return {Exit::unavailable,
                    "unavailable",
                    {"start a node with `ropenet dev`, or name one with --http URL",
                     "用 `ropenet dev` 启动节点，或用 --http URL 指定节点"}};
        case ErrorCode::busy:
            return {Exit::try_later, "busy", {"try again later", "请稍后重试"}};
        case ErrorCode::io:
            return {Exit::storage, "storage", {}};
        case ErrorCode::corrupt:
            return {Exit::storage,
                    "corrupt",
                    {"stop the node and keep the data folder as it is for repair",
                     "请停止节点并原样保留数据目录以便修复"}};
        case ErrorCode::config:
            return {Exit::config, "config", {}};
    }
    return {Exit::bad_data, "invalid", {}};
}

}  // namespace

Failure failure_of(const Error& error) {
    Kind kind = kind_of(error.code);
    return Failure{.exit = kind.exit,
                   .code = std::string{kind.code},
                   .what = {error.what, error.what},
                   .next = std::move(kind.next),
                   .detail = {}};
}

Failure failure_of_writing(const Error& error) {
    if (error.code != ErrorCode::not_found) return failure_of(error);
    return failure_of(Error{.code = ErrorCode::io, .what = error.what});
}

Failure usage_failure(Words what) {
    return Failure{.exit = Exit::usage,
                   .code = "usage",
                   .what = std::move(what),
                   .next = {"see --help", "参见 --help"},
                   .detail = {}};
}

}  // namespace ropenet::cli
