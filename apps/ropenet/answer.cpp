#include "ropenet/answer.hpp"

#include <utility>

namespace ropenet::cli {
namespace {

struct Kind {
    Exit exit;
    std::string_view code;
    std::string_view zh;  // before the sentence, which is English
    Words next;
};

Kind kind_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::invalid:
            return {Exit::bad_data, "invalid", "数据无效", {}};
        case ErrorCode::not_found:
            return {Exit::not_found, "not_found", "未找到", {}};
        case ErrorCode::exists:
            return {Exit::conflict, "exists", "已存在", {}};
        case ErrorCode::unavailable:
            return {Exit::unavailable,
                    "unavailable",
                    "无法连接",
                    {"start a node with `ropenet dev`, or name one with --http URL",
                     "用 `ropenet dev` 启动节点，或用 --http URL 指定节点"}};
        case ErrorCode::busy:
            return {Exit::try_later, "busy", "暂不可用", {"try again later", "请稍后重试"}};
        case ErrorCode::io:
            return {Exit::storage, "storage", "存储失败", {}};
        case ErrorCode::corrupt:
            return {Exit::storage,
                    "corrupt",
                    "数据损坏",
                    {"stop the node and keep the data folder as it is for repair",
                     "请停止节点并原样保留数据目录以便修复"}};
        case ErrorCode::config:
            return {Exit::config, "config", "配置有误", {}};
    }
    return {Exit::bad_data, "invalid", "数据无效", {}};
}

}  // namespace

Failure failure_of(const Error& error) {
    Kind kind = kind_of(error.code);
    return Failure{.exit = kind.exit,
                   .code = std::string{kind.code},
                   .what = {error.what, std::string{kind.zh} + "：" + error.what},
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
