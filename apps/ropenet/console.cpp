#include "ropenet/console.hpp"

#include <cstdio>

#include "codec/utf8.hpp"

namespace ropenet::cli {
namespace {

void put_line(std::FILE* to, const std::string& line) {
    std::fwrite(line.data(), 1, line.size(), to);
    std::fputc('\n', to);
    std::fflush(to);
}

/// File names and arguments may hold any bytes, a JSON document may not: each wrong byte becomes
/// U+FFFD.
std::string utf8_of(const std::string& text) {
    if (is_utf8(view_of(text))) return text;
    constexpr std::size_t kLengthMax = 4;
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t length = 1;
        while (length <= kLengthMax && !is_utf8(view_of(text.substr(at, length))))
            ++length;
        const bool valid = length <= kLengthMax;
        out += valid ? text.substr(at, length) : "\xEF\xBF\xBD";
        at += valid ? length : 1;
    }
    return out;
}

}  // namespace

bool Pace::due() {
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ < std::chrono::seconds{1}) return false;
    last_ = now;
    return true;
}

void Console::say(const Words& words) const {
    if (!json_) put_line(stdout, words.in(lang_));
}

void Console::note(const Words& words) const {
    put_line(stderr, words.in(lang_));
}

void Console::emit(const json::Value& document) const {
    if (json_) put_line(stdout, utf8_of(json::serialize(document)));
}

int Console::finish(const VerbResult& result) const {
    if (!result) return fail_with(result.error());
    if (json_) {
        // A verb that has already printed its documents answers null.
        if (!result->document.is_null()) emit(result->document);
    } else {
        for (const Words& line : result->lines)
            put_line(stdout, line.in(lang_));
    }
    return static_cast<int>(result->exit);
}

int Console::fail_with(const Failure& failure) const {
    const int code = static_cast<int>(failure.exit);
    if (json_) {
        json::Object error{
            {"code", failure.code},
            {"exit", code},
            {"message", json::Object{{"en", failure.what.en}, {"zh", failure.what.zh}}},
            {"next", json::Object{{"en", failure.next.en}, {"zh", failure.next.zh}}}};
        if (!failure.detail.is_null()) error.emplace_back("detail", failure.detail);
        emit(json::Object{{"error", std::move(error)}});
        return code;
    }
    const bool zh = lang_ == Lang::zh;
    put_line(stderr, (zh ? "错误：" : "error: ") + failure.what.in(lang_));
    const std::string& next = failure.next.in(lang_);
    if (!next.empty()) put_line(stderr, (zh ? "下一步：" : "next:  ") + next);
    return code;
}

}  // namespace ropenet::cli
