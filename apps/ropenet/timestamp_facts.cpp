#include "ropenet/timestamp_facts.hpp"

#include "ropenet/deposit.hpp"
#include "ropenet/options.hpp"
#include "timestamp/authority.hpp"

namespace ropenet::cli {

Words whose_time() {
    return {"note: of a node's authority " + std::string{timestamp::kWhoseTime},
            "注意：节点时间戳机构的" + std::string{timestamp::kWhoseTimeZh}};
}

Answer answer_of_facts(const crypto::TimestampFacts& facts) {
    const std::string certificate = facts.certificate ? hex(*facts.certificate) : std::string{};
    json::Object document{{"gen_time", facts.gen_time},
                          {"gen_time_ms", facts.gen_time_ms},
                          {"serial", facts.serial},
                          {"policy", facts.policy},
                          {"imprint_sha256", hex(facts.imprint)},
                          {"authority", facts.authority},
                          {"certificate_sha256", certificate},
                          {"time", timestamp::kWhoseTime},
                          {"time_zh", timestamp::kWhoseTimeZh}};
    std::string time = facts.gen_time;
    if (facts.accuracy_ms) {
        document.emplace_back("accuracy_ms", *facts.accuracy_ms);
        time += " +- " + std::to_string(*facts.accuracy_ms) + " ms";
    }
    return Answer{.document = std::move(document),
                  .lines = {{"time         " + time, "时间         " + time},
                            {"serial       " + facts.serial, "序列号       " + facts.serial},
                            {"policy       " + facts.policy, "策略         " + facts.policy},
                            {"authority    " + facts.authority, "机构         " + facts.authority},
                            {"certificate  " + certificate, "证书         " + certificate},
                            whose_time()}};
}

Expected<Hash32, Failure> imprint_of(const std::string& file, const std::string& digest) {
    if (file.empty() == digest.empty()) {
        return Unexpected{usage_failure(
            {"name a FILE or a --digest, one of them", "请指明 FILE 或 --digest，二者择一"})};
    }
    if (!file.empty()) {
        ROPE_TRY(const FileFacts facts, facts_of_file(file));
        return facts.sha256;
    }
    const auto hash = hash32_from_hex(digest);
    if (!hash) {
        return Unexpected{usage_failure({"--digest takes 64 lower-case hex digits: " + digest,
                                         "--digest 须为 64 位小写十六进制：" + digest})};
    }
    return *hash;
}

Expected<std::string, Failure> read_ca(const std::string& path) {
    ROPE_TRY(const Bytes text, read_input_file(path, crypto::kTimestampCaBytesMax));
    auto pem = crypto::pem_of_certificate(text_of(text));
    if (pem) return *std::move(pem);
    return Unexpected{failure_of(
        Error{.code = ErrorCode::config, .what = path + " holds no certificate in PEM"})};
}

}  // namespace ropenet::cli
