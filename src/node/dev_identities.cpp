#include "node/dev_identities.hpp"

#include <array>

#include "codec/json.hpp"
#include "crypto/hash.hpp"
#include "keys/key_file.hpp"
#include "system/accounts.hpp"

namespace ropenet::node {
namespace {

struct DevIdentity {
    std::string_view name;
    AccountKind kind = AccountKind::person;
    crypto::Alg alg = crypto::Alg::ed25519;
    std::string_view role;  // one of the four offices, or empty
};

// The first eight may deposit; then the offices, which may not; then more depositors.
constexpr std::array kIdentities = {
    DevIdentity{.name = "alice"},
    DevIdentity{.name = "bob"},
    DevIdentity{.name = "carol"},
    DevIdentity{.name = "dave"},
    DevIdentity{.name = "erin-es256", .alg = crypto::Alg::es256},
    DevIdentity{.name = "firm-a", .kind = AccountKind::organisation},
    DevIdentity{.name = "firm-b", .kind = AccountKind::organisation},
    DevIdentity{.name = "office-a", .kind = AccountKind::organisation},
    DevIdentity{.name = "registrar", .kind = AccountKind::service, .role = system::kRoleRegistrar},
    DevIdentity{.name = "supervisor-1", .role = system::kRoleSupervisor},
    DevIdentity{.name = "supervisor-2", .role = system::kRoleSupervisor},
    DevIdentity{.name = "supervisor-3", .role = system::kRoleSupervisor},
    DevIdentity{.name = "operator", .kind = AccountKind::service, .role = system::kRoleOperator},
    DevIdentity{.name = "auditor", .role = system::kRoleAuditor},
    DevIdentity{.name = "grace-sm2", .alg = crypto::Alg::sm2},
};

Result<std::unique_ptr<keys::Signer>> load_or_make(storage::FileSystem& files,
                                                   const std::string& path, crypto::Alg alg) {
    ROPE_TRY(const bool there, files.exists(path));
    if (!there) {
        ROPE_TRY(const auto made, keys::generate_signer(alg));
        ROPE_DO(keys::save_signer(*made, path));
    }
    return keys::load_signer(path);
}

RegisterArgs args_of(const DevIdentity& identity, const crypto::PublicKey& key) {
    std::optional<std::string> organisation;
    if (identity.kind == AccountKind::organisation) organisation = identity.name;
    return RegisterArgs{.kind = identity.kind,
                        .name = std::string{identity.name},
                        .keys = {AccountKey{.alg = key.alg(), .spki = to_bytes(key.spki())}},
                        .organisation = std::move(organisation),
                        .place = std::nullopt,
                        .identity_commitment = crypto::sha256({view_of(identity.name), key.kid()})};
}

json::Value listed(const DevIdentity& identity, const AccountId& account) {
    json::Array roles;
    roles.emplace_back(identity.role.empty() ? "depositor" : identity.role);
    return json::Object{{"name", identity.name},
                        {"account", account.text()},
                        {"roles", json::Value{std::move(roles)}},
                        {"key_file", "keys/" + std::string{identity.name} + ".pem"}};
}

}  // namespace

Result<DevIdentities> ensure_dev_identities(storage::FileSystem& files, const DataFolder& folder) {
    ROPE_DO(files.create_dirs(folder.dev() + "/keys"));
    DevIdentities out;
    json::Array list;
    for (const DevIdentity& identity : kIdentities) {
        const std::string path = folder.dev() + "/keys/" + std::string{identity.name} + ".pem";
        ROPE_TRY(const auto signer, load_or_make(files, path, identity.alg));
        const RegisterArgs args = args_of(identity, signer->public_key());
        const AccountId account = args.account_id();
        out.accounts.push_back({.args = args, .roles = {}});
        if (!identity.role.empty()) {
            out.charter[std::string{identity.role}].push_back(account.text());
        }
        list.push_back(listed(identity, account));
    }
    ROPE_TRY(const bool there, files.exists(folder.dev_accounts()));
    if (!there) {
        const json::Value document{json::Object{{"accounts", json::Value{std::move(list)}}}};
        ROPE_DO(storage::write_file_atomically(files, folder.dev_accounts(),
                                               view_of(json::serialize_pretty(document))));
    }
    return out;
}

}  // namespace ropenet::node
