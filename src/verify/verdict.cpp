#include "verify/verdict.hpp"

namespace ropenet::verify {

int exit_code_of(VerdictKind kind) {
    switch (kind) {
        case VerdictKind::valid:
            return 0;
        case VerdictKind::consistent:
            return 7;
        case VerdictKind::invalid:
            break;
    }
    return 8;
}

std::string_view text_of_verdict(VerdictKind kind) {
    switch (kind) {
        case VerdictKind::valid:
            return "valid, signer trusted by you";
        case VerdictKind::consistent:
            return "consistent, origin not established";
        case VerdictKind::invalid:
            break;
    }
    return "invalid";
}

std::string_view text_zh_of_verdict(VerdictKind kind) {
    switch (kind) {
        case VerdictKind::valid:
            return "有效，签名方为您所信任";
        case VerdictKind::consistent:
            return "自洽，来源未确立";
        case VerdictKind::invalid:
            break;
    }
    return "无效";
}

std::string_view name_of(TimestampState state) {
    switch (state) {
        case TimestampState::absent:
            return "absent";
        case TimestampState::ok:
            return "ok";
        case TimestampState::foreign:
            return "foreign";
        case TimestampState::invalid:
            break;
    }
    return "invalid";
}

std::string_view code_of_verdict(VerdictKind kind) {
    switch (kind) {
        case VerdictKind::valid:
            return "valid";
        case VerdictKind::consistent:
            return "consistent";
        case VerdictKind::invalid:
            break;
    }
    return "invalid";
}

}  // namespace ropenet::verify
