// key: private keys in files. The private half is never printed.
#include "keys/key_file.hpp"
#include "ropenet/verbs.hpp"

namespace ropenet::cli {
namespace {

std::optional<crypto::Alg> alg_of(const std::string& name) {
    if (name == "ed25519") return crypto::Alg::ed25519;
    if (name == "es256") return crypto::Alg::es256;
    if (name == "sm2") return crypto::Alg::sm2;
    return std::nullopt;
}

Answer answer_of(const crypto::PublicKey& key, const std::string& file) {
    const std::string pem = crypto::pem_from_spki(key.spki());
    const std::string head = std::string{crypto::name_of(key.alg())} + "  kid " + hex(key.kid());
    return Answer{.document = json::Object{{"file", file},
                                           {"alg", crypto::name_of(key.alg())},
                                           {"kid", hex(key.kid())},
                                           {"public_key", pem}},
                  .lines = {{head, head}, {pem, pem}}};
}

VerbResult run_new(const std::string& alg, const std::string& out) {
    const auto signer = keys::generate_signer(*alg_of(alg));
    if (!signer) return Unexpected{failure_of(signer.error())};
    const auto saved = keys::save_signer(**signer, out);
    if (!saved) return Unexpected{failure_of(saved.error())};
    return answer_of((*signer)->public_key(), out);
}

VerbResult run_show(const std::string& file) {
    const auto signer = keys::load_signer(file);
    if (!signer) return Unexpected{failure_of(signer.error())};
    return answer_of((*signer)->public_key(), file);
}

}  // namespace

void add_key(Program& program) {
    CLI::App* noun = program.add_noun({.name = "key",
                                       .what = {"Make and look at keys.", "生成与查看密钥。"},
                                       .examples = "  ropenet key new --out me.pem\n"
                                                   "  ropenet key show me.pem\n"});
    struct NewOptions {
        std::string alg = "ed25519";
        std::string out;
    };
    const auto made = std::make_shared<NewOptions>();
    CLI::App* verb = program.add_verb(
        noun,
        {.name = "new",
         .what = {"Make a key in a new file of mode 0600.", "在权限为 0600 的新文件中生成密钥。"},
         .examples = "  ropenet key new --alg sm2 --out me.pem\n"},
        [made](const Options&, const Console&) { return run_new(made->alg, made->out); });
    verb->add_option("--alg", made->alg,
                     program.in({"ed25519, es256 or sm2", "ed25519、es256 或 sm2"}))
        ->check(CLI::IsMember({"ed25519", "es256", "sm2"}));
    verb->add_option("--out", made->out, program.in({"the new file", "新文件"}))->required();

    const auto file = std::make_shared<std::string>();
    verb = program.add_verb(
        noun,
        {.name = "show",
         .what = {"Algorithm, kid and public half of a key file.", "密钥文件的算法、kid 与公钥。"},
         .examples = "  ropenet key show me.pem --json\n"},
        [file](const Options&, const Console&) { return run_show(*file); });
    verb->add_option("FILE", *file, program.in({"a PKCS#8 PEM file", "PKCS#8 PEM 文件"}))
        ->required();
}

}  // namespace ropenet::cli
