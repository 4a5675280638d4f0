// state: values of the state with their proofs, checked here and not believed.
#include "crypto/hash.hpp"
#include "ropenet/session.hpp"
#include "ropenet/verbs.hpp"
#include "state/state_view.hpp"
#include "verify/state_proof.hpp"

namespace ropenet::cli {
namespace {

struct GetOptions {
    std::string contract;
    std::string key;
    std::string height;
};

VerbResult run_get(const Options& options, const GetOptions& get) {
    ROPE_TRY(Session session, Session::open(options));
    std::string path =
        "/state/" + http::percent_encode(get.contract) + "?key=" + http::percent_encode(get.key);
    if (!get.height.empty()) path += "&height=" + http::percent_encode(get.height);
    ROPE_TRY(const json::Value answer, session.get(path));
    const auto root = hash32_from_hex(text_at(answer, "state_root"));
    const auto proof = bytes_from_hex(text_at(answer, "proof_hex"));
    const std::string value_hex = text_at(answer, "value_hex");
    const json::Value* present = answer.find("present");
    std::optional<Bytes> value;
    if (present != nullptr && present->as_bool() == true) value = bytes_from_hex(value_hex);
    const Bytes full_key = state::full_key(get.contract, get.key);
    const verify::StateClaim claim{
        .key = full_key, .value = value ? std::optional<BytesView>{*value} : std::nullopt};
    const bool proved =
        root && proof && verify::verify_state_proof(*proof, claim, *root).has_value();
    json::Object document = *answer.as_object();
    document.emplace_back("proved", proved);
    const std::string height = std::to_string(uint_at(answer, "height"));
    Answer out{.document = std::move(document), .lines = {}};
    out.lines.push_back(value ? Words{"present at height " + height + ": " + value_hex,
                                      "高度 " + height + " 存在：" + value_hex}
                              : Words{"absent at height " + height, "高度 " + height + " 不存在"});
    out.lines.push_back(
        proved ? Words{"the ICS-23 proof holds under state root " + text_at(answer, "state_root"),
                       "ICS-23 证明在状态根 " + text_at(answer, "state_root") + " 下成立"}
               : Words{"the proof does NOT hold", "证明不成立"});
    if (!proved) out.exit = Exit::invalid_proof;
    return out;
}

}  // namespace

void add_state(Program& program) {
    CLI::App* noun =
        program.add_noun({.name = "state",
                          .what = {"Read the state with proofs.", "读取状态及其证明。"},
                          .examples = "  ropenet state get system.accounts a/ACCOUNT_ID\n"});
    const auto get = std::make_shared<GetOptions>();
    CLI::App* verb = program.add_verb(
        noun,
        {.name = "get",
         .what = {"A value, or its absence, with its proof checked.",
                  "读取值（或其不存在）并检验证明。"},
         .examples = "  ropenet state get system.evidence d/ACCOUNT_ID/SHA256 --json\n"},
        [get](const Options& options, const Console&) { return run_get(options, *get); });
    verb->add_option("CONTRACT", get->contract, program.in({"contract id", "合约标识"}))
        ->required();
    verb->add_option("KEY", get->key, program.in({"the contract's key", "合约内的键"}))->required();
    verb->add_option("--height", get->height, program.in({"as of this height", "该高度时的状态"}));
}

}  // namespace ropenet::cli
