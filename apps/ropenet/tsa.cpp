// tsa: a timestamp authority in the data folder; stamps of files and digests; their check offline.
#include <filesystem>

#include "crypto/hash.hpp"
#include "crypto/timestamp_token.hpp"
#include "keys/random.hpp"
#include "node/data_folder.hpp"
#include "ropenet/bundle_files.hpp"
#include "ropenet/deposit.hpp"
#include "ropenet/session.hpp"
#include "ropenet/timestamp_facts.hpp"
#include "ropenet/tx_answer.hpp"
#include "ropenet/verbs.hpp"
#include "storage/posix_file_system.hpp"
#include "timestamp/authority.hpp"

namespace ropenet::cli {
namespace {

constexpr std::size_t kNonceBytes = 8;

struct StampOptions {
    std::string file;
    std::string digest;  // instead of a file
    std::string out;     // empty: FILE.tsr
    std::string ca;      // empty: the chain is not checked
    bool deposit = false;
};

struct VerifyOptions {
    std::string file;
    std::string digest;
    std::string token;
    std::string ca;
};

VerbResult run_init(const Options& options, const timestamp::AuthorityName& name) {
    storage::PosixFileSystem files;
    const node::DataFolder folder{std::filesystem::absolute(options.data_folder()).string()};
    const auto ropes = node::is_initialised(files, folder);
    if (!ropes) return Unexpected{failure_of(ropes.error())};
    const auto made = node::init_authority(files, folder, name, SystemClock{});
    if (!made) return Unexpected{failure_of_writing(made.error())};
    const auto digest = timestamp::certificate_digest(files, folder.tsa());
    if (!digest) return Unexpected{failure_of(digest.error())};
    Answer answer{.document = json::Object{{"ca", folder.tsa().ca},
                                           {"certificate", folder.tsa().certificate},
                                           {"certificate_sha256", hex(*digest)},
                                           {"policy", name.policy},
                                           {"listed_by_ropes", !*ropes},
                                           {"time", timestamp::kWhoseTime},
                                           {"time_zh", timestamp::kWhoseTimeZh}},
                  .lines = {{"CA           " + folder.tsa().ca, "CA           " + folder.tsa().ca},
                            {"certificate  " + hex(*digest), "证书         " + hex(*digest)},
                            {"policy       " + name.policy, "策略         " + name.policy},
                            whose_time()}};
    if (*ropes) {
        answer.lines.push_back(
            {"the ropes in this folder are older and do not list it in keys.txt: give verifiers "
             "the CA with --tsa-ca; start the node again to use it",
             "该目录中的账绳早于此机构，其 keys.txt 未列出它：请让验证者用 --tsa-ca 指定 CA；"
             "重新启动节点后生效"});
    }
    return answer;
}

Failure stamp_failure(const std::string& why) {
    return Failure{.exit = Exit::try_later,
                   .code = "tsa.refused",
                   .what = {"the authority refused: " + why, "时间戳机构拒绝：" + why},
                   .next = {"timeNotAvailable: its clock was set, ask its operator; otherwise mend "
                            "the request",
                            "timeNotAvailable 表示其时钟被改动，请联系运维方；否则请修改请求"},
                   .detail = {}};
}

Failure wrong_answer(crypto::TimestampError error) {
    const std::string why{crypto::text_of(error)};
    return Failure{
        .exit = Exit::invalid_proof,
        .code = "tsa.wrong_answer",
        .what = {"the answer is no timestamp to rely on: " + why, "答复不是可信赖的时间戳：" + why},
        .next = {"do not use it; ask again, or another authority",
                 "请勿使用；请重试或改用其他机构"},
        .detail = {}};
}

/// The answer is one to this query; under the CA too, if there is one to check it with.
Expected<crypto::TimestampFacts, Failure> check_answer(BytesView reply, const Hash32& imprint,
                                                       const Bytes& nonce, const std::string& ca) {
    if (const std::string why = crypto::refusal_words(reply); !why.empty()) {
        return Unexpected{stamp_failure(why)};
    }
    const auto facts = crypto::read_timestamp(reply);
    if (!facts) return Unexpected{wrong_answer(facts.error())};
    if (!facts->is_sha256 || !equal(facts->imprint, imprint)) {
        return Unexpected{wrong_answer(crypto::TimestampError::imprint)};
    }
    if (facts->nonce != nonce) return Unexpected{wrong_answer(crypto::TimestampError::nonce)};
    if (ca.empty()) return *facts;
    ROPE_TRY(const std::string pem, read_ca(ca));
    auto verified = crypto::verify_timestamp(reply, imprint, pem);
    if (!verified) return Unexpected{wrong_answer(verified.error())};
    return *std::move(verified);
}

Action deposit_of(BytesView token, const crypto::TimestampFacts& facts) {
    return action_of({.sha256 = crypto::sha256(token),
                      .media_type = "application/timestamp-reply",
                      .size = token.size(),
                      .fields = {{"imprint_sha256", hex(facts.imprint)},
                                 {"tsa_certificate_sha256",
                                  facts.certificate ? hex(*facts.certificate) : std::string{}},
                                 {"tsa_serial", facts.serial},
                                 {"tsa_time", facts.gen_time}},
                      .commitment = std::nullopt});
}

/// Puts the token's digest on the ledger and says so in `answer`.
Expected<void, Failure> deposit_token(Session& session, const Options& options,
                                      const Action& action, Answer& answer) {
    ROPE_TRY(const Signatory who, session.signatory(options));
    ROPE_TRY(const json::Value tx, session.send(who, action));
    const Answer of_tx = answer_of_tx(tx);
    json::Object document = *answer.document.as_object();
    document.emplace_back("deposit", tx);
    answer.document = std::move(document);
    answer.exit = of_tx.exit;
    answer.lines.insert(answer.lines.end(), of_tx.lines.begin(), of_tx.lines.end());
    return {};
}

VerbResult run_stamp(const Options& options, const StampOptions& stamp) {
    ROPE_TRY(const Hash32 imprint, imprint_of(stamp.file, stamp.digest));
    if (stamp.out.empty() && stamp.file.empty()) {
        return Unexpected{
            usage_failure({"--digest needs --out FILE", "使用 --digest 时须指定 --out"})};
    }
    const std::string out = stamp.out.empty() ? stamp.file + ".tsr" : stamp.out;
    const auto random = keys::random_bytes(kNonceBytes);
    if (!random) return Unexpected{failure_of(random.error())};
    Bytes nonce = *random;
    nonce.front() |= 1U;  // integers begin with no zero byte
    ROPE_TRY(Session session, Session::open(options));
    const Bytes query = crypto::encode_timestamp_query(imprint, nonce);
    ROPE_TRY(const http::Response response,
             session.post_raw("/v1/tsa", "application/timestamp-query", query));
    ROPE_DO(session.check(response));
    ROPE_TRY(const crypto::TimestampFacts facts,
             check_answer(response.body_view(), imprint, nonce, stamp.ca));
    ROPE_DO(write_output_file(out, response.body_view()));
    Answer answer = answer_of_facts(facts);
    json::Object document = *answer.document.as_object();
    document.emplace_back("token", out);
    document.emplace_back("chain_checked", !stamp.ca.empty());
    answer.document = std::move(document);
    answer.lines.insert(answer.lines.begin(), {"token        " + out, "令牌         " + out});
    if (stamp.deposit) {
        ROPE_DO(deposit_token(session, options, deposit_of(response.body_view(), facts), answer));
    }
    return answer;
}

VerbResult run_verify(const VerifyOptions& verify) {
    ROPE_TRY(const Hash32 imprint, imprint_of(verify.file, verify.digest));
    ROPE_TRY(const Bytes token, read_input_file(verify.token, crypto::kTimestampBytesMax));
    ROPE_TRY(const std::string ca, read_ca(verify.ca));
    const auto facts = crypto::verify_timestamp(token, imprint, ca);
    if (!facts) return Unexpected{wrong_answer(facts.error())};
    Answer answer = answer_of_facts(*facts);
    answer.lines.insert(answer.lines.begin(),
                        {"valid: signed under the CA that you gave", "有效：由您所给 CA 之下签名"});
    return answer;
}

struct AttachOptions {
    std::string bundle;
    std::string token;
    std::string ca;
    std::string out;
};

/// A bundle with another token over its checkpoint, written beside the one that it was.
VerbResult run_attach(const AttachOptions& attach) {
    ROPE_TRY(BundleFiles files, read_bundle(attach.bundle));
    ROPE_TRY(const Bytes token, read_input_file(attach.token, crypto::kTimestampBytesMax));
    ROPE_TRY(const std::string ca, read_ca(attach.ca));
    const auto text = files.find("checkpoint.txt");
    const Hash32 imprint =
        crypto::sha256(text == files.end() ? BytesView{} : BytesView{text->second});
    const auto facts = crypto::verify_timestamp(token, imprint, ca);
    if (!facts) return Unexpected{wrong_answer(facts.error())};
    files["timestamp.tsr"] = token;
    files["tsa-ca.pem"] = to_bytes(ca);
    ROPE_DO(write_bundle(attach.out, files));
    Answer answer = answer_of_facts(*facts);
    json::Object document = *answer.document.as_object();
    document.emplace_back("out", attach.out);
    answer.document = std::move(document);
    answer.lines.insert(answer.lines.begin(),
                        {"wrote " + attach.out + " with the token over its checkpoint",
                         "已写入 " + attach.out + "，内含其签名树头的令牌"});
    return answer;
}

void add_attach(Program& program, CLI::App* noun) {
    const auto attach = std::make_shared<AttachOptions>();
    CLI::App* verb = program.add_verb(
        noun,
        {.name = "attach",
         .what =
             {"Put somebody else's timestamp over checkpoint.txt into a bundle, in place of the "
              "one that is there.",
              "将他方机构对 checkpoint.txt 的时间戳放入证据包，取代原有的时间戳。"},
         .examples =
             "  openssl ts -query -data bundle/checkpoint.txt -sha256 -cert -out q.tsq\n"
             "  ropenet tsa attach bundle --token their.tsr --ca their-ca.pem --out stamped\n"
             "  ropenet evidence verify stamped --trust policy.txt --tsa-ca their-ca.pem\n"},
        [attach](const Options&, const Console&) { return run_attach(*attach); });
    verb->add_option("BUNDLE", attach->bundle,
                     program.in({"a folder or a .tar", "目录或 .tar 文件"}))
        ->required();
    verb->add_option("--token", attach->token, program.in({"the authority's reply", "机构的答复"}))
        ->required();
    verb->add_option("--ca", attach->ca, program.in({"PEM of its CA", "其 CA 的 PEM 文件"}))
        ->required();
    verb->add_option("--out", attach->out, program.in({"a new folder", "新目录"}))->required();
}

void add_init(Program& program, CLI::App* noun) {
    const auto name = std::make_shared<timestamp::AuthorityName>();
    CLI::App* verb = program.add_verb(
        noun,
        {.name = "init",
         .what = {"Make an authority in the data folder: a CA of its own, a certificate for "
                  "timestamps, two RSA-3072 keys. Before the node's first start, so that its ropes "
                  "list it.",
                  "在数据目录中建立时间戳机构：自有 CA、时间戳专用证书、两把 RSA-3072 密钥。"
                  "请在节点首次启动前运行，账绳才会列出它。"},
         .examples = "  ropenet tsa init --data ropenet-data\n"
                     "  ropenet tsa init --name \"Example Office\" --policy 2.999.7.1\n"},
        [name](const Options& options, const Console&) { return run_init(options, *name); });
    verb->add_option("--name", name->name,
                     program.in({"who runs it, for the certificates; 1 to 64 bytes",
                                 "证书中的运营方名称；1 至 64 字节"}));
    verb->add_option("--policy", name->policy,
                     program.in({"OID of its policy; default one of the arc for examples",
                                 "策略 OID；默认取自示例弧"}));
}

void add_stamp(Program& program, CLI::App* noun) {
    const auto stamp = std::make_shared<StampOptions>();
    CLI::App* verb = program.add_verb(
        noun,
        {.name = "stamp",
         .what = {"Have a node stamp a file; only its SHA-256 is sent. " +
                      std::string{timestamp::kWhoseTime} + ".",
                  "由节点为文件加盖时间戳；仅发送其 SHA-256。" +
                      std::string{timestamp::kWhoseTimeZh} + "。"},
         .examples = "  ropenet tsa stamp contract.pdf --ca ropenet-data/tsa/ca.pem\n"
                     "  ropenet tsa stamp --digest HEX --out contract.tsr\n"
                     "  ropenet tsa stamp contract.pdf --deposit --as alice\n"},
        [stamp](const Options& options, const Console&) { return run_stamp(options, *stamp); });
    verb->add_option("FILE", stamp->file, program.in({"what to stamp", "要加盖时间戳的文件"}));
    verb->add_option(
        "--digest", stamp->digest,
        program.in({"its SHA-256 instead, 64 hex digits", "或其 SHA-256，64 位十六进制"}));
    verb->add_option("--out", stamp->out,
                     program.in({"the token; default FILE.tsr", "令牌文件；默认 FILE.tsr"}));
    verb->add_option("--ca", stamp->ca,
                     program.in({"check the answer under this CA", "用该 CA 核验答复"}));
    verb->add_flag("--deposit", stamp->deposit,
                   program.in({"put the token's digest on the ledger too, as --as or --key",
                               "同时以 --as 或 --key 将令牌摘要存入账本"}));
}

void add_verify(Program& program, CLI::App* noun) {
    const auto verify = std::make_shared<VerifyOptions>();
    CLI::App* verb = program.add_verb(
        noun,
        {.name = "verify",
         .what = {"Verify a timestamp offline under a CA that you got from elsewhere. " +
                      std::string{"For a node's authority "} + std::string{timestamp::kWhoseTime} +
                      ".",
                  "用另行取得的 CA 离线核验时间戳。对节点的时间戳机构而言，" +
                      std::string{timestamp::kWhoseTimeZh} + "。"},
         .examples = "  ropenet tsa verify contract.pdf --token contract.pdf.tsr --ca ca.pem\n"
                     "  ropenet tsa verify --digest HEX --token t.tsr --ca ca.pem --json\n"},
        [verify](const Options&, const Console&) { return run_verify(*verify); });
    verb->add_option("FILE", verify->file, program.in({"what was stamped", "被加盖的文件"}));
    verb->add_option(
        "--digest", verify->digest,
        program.in({"its SHA-256 instead, 64 hex digits", "或其 SHA-256，64 位十六进制"}));
    verb->add_option("--token", verify->token, program.in({"the .tsr file", ".tsr 文件"}))
        ->required();
    verb->add_option("--ca", verify->ca, program.in({"PEM of the CA", "CA 的 PEM 文件"}))
        ->required();
}

}  // namespace

void add_tsa(Program& program) {
    CLI::App* noun =
        program.add_noun({.name = "tsa",
                          .what = {"Timestamps (RFC 3161): make an authority, stamp, verify.",
                                   "时间戳（RFC 3161）：建立机构、加盖、核验。"},
                          .examples = "  ropenet tsa init\n"
                                      "  ropenet tsa stamp FILE --ca ropenet-data/tsa/ca.pem\n"
                                      "  ropenet tsa verify FILE --token FILE.tsr --ca ca.pem\n"});
    add_init(program, noun);
    add_stamp(program, noun);
    add_verify(program, noun);
    add_attach(program, noun);
}

}  // namespace ropenet::cli
