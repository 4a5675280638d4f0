#include "ropenet/json_args.hpp"

namespace ropenet::cli {
namespace {

Unexpected<Failure> wrong(std::string what, std::string what_zh) {
    return Unexpected{Failure{.exit = Exit::bad_data,
                              .code = "args",
                              .what = {std::move(what), std::move(what_zh)},
                              .next = {"give a JSON object; bytes are {\"hex\": \"...\"}",
                                       "请给出 JSON 对象；字节写作 {\"hex\": \"...\"}"},
                              .detail = {}}};
}

Expected<cbor::Value, Failure> value_from(const json::Value& value);

Expected<cbor::Value, Failure> map_from(const json::Value& value) {
    const json::Value* digits = value.find("hex");
    if (digits != nullptr && value.size() == 1 && digits->as_string() != nullptr) {
        const auto bytes = bytes_from_hex(*digits->as_string());
        if (!bytes) return wrong("not lower-case hex", "不是小写十六进制");
        return cbor::Value{*bytes};
    }
    cbor::Map out;
    for (const auto& [key, item] : *value.as_object()) {
        ROPE_TRY(cbor::Value converted, value_from(item));
        out.emplace_back(key, std::move(converted));
    }
    return cbor::Value{std::move(out)};
}

Expected<cbor::Value, Failure> value_from(const json::Value& value) {
    if (value.is_null()) return cbor::Value{};
    if (const auto flag = value.as_bool()) return cbor::Value{*flag};
    if (const auto number = value.as_uint()) return cbor::Value{*number};
    if (const auto number = value.as_int()) return cbor::Value{*number};
    if (const auto* text = value.as_string()) return cbor::Value{*text};
    if (value.as_object() != nullptr) return map_from(value);
    const json::Array* items = value.as_array();
    if (items == nullptr) return wrong("a number with a fraction", "含小数的数字");
    cbor::Array out;
    for (const json::Value& item : *items) {
        ROPE_TRY(cbor::Value converted, value_from(item));
        out.push_back(std::move(converted));
    }
    return cbor::Value{std::move(out)};
}

}  // namespace

Expected<cbor::Value, Failure> args_from_json(std::string_view text) {
    const auto parsed = json::parse(text);
    if (!parsed || parsed->as_object() == nullptr) {
        return wrong("the arguments are not a JSON object", "参数不是 JSON 对象");
    }
    return map_from(*parsed);
}

}  // namespace ropenet::cli
