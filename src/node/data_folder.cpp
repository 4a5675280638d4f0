#include "node/data_folder.hpp"

#include <filesystem>
#include <utility>
#include <vector>

#include "keys/key_file.hpp"
#include "node/dev_identities.hpp"
#include "system/rules.hpp"
#include "types/limits.hpp"
#include "types/names.hpp"

namespace ropenet::node {
namespace {

using storage::FileSystem;

constexpr std::uint64_t kTrustFileBytesMax = 64 * 1024;

Result<void> ensure_key(FileSystem& files, const std::string& path, crypto::Alg alg) {
    ROPE_TRY(const bool there, files.exists(path));
    if (there) return {};
    ROPE_TRY(const auto made, keys::generate_signer(alg));
    return keys::save_signer(*made, path);
}

Result<void> ensure_cosign_keys(FileSystem& files, const DataFolder& folder,
                                const std::string& rope) {
    ROPE_DO(ensure_key(files, folder.key(rope, "log"), crypto::Alg::ed25519));
    ROPE_DO(ensure_key(files, folder.key(rope, "cosign"), crypto::Alg::ed25519));
    return ensure_key(files, folder.key(rope, "receipt"), crypto::Alg::es256);
}

/// What keys.txt of a new rope says of timestamps.
Result<std::vector<Hash32>> listed_authorities(FileSystem& files, const DataFolder& folder) {
    ROPE_TRY(const bool there, timestamp::has_authority(files, folder.tsa()));
    if (!there) return std::vector<Hash32>{};
    ROPE_TRY(const Hash32 digest, timestamp::certificate_digest(files, folder.tsa()));
    return std::vector{digest};
}

struct Beginning {
    std::int64_t time_ms = 0;
    ClockKind kind = ClockKind::machine;
};

Genesis genesis_of(const std::string& origin, const DevIdentities& identities,
                   const Beginning& beginning) {
    Genesis genesis;
    genesis.origin = origin;
    genesis.time_ms = beginning.time_ms;
    genesis.virtual_clock = beginning.kind == ClockKind::is_virtual;
    genesis.accounts = identities.accounts;
    genesis.charter = identities.charter;
    genesis.native_manifests = system::native_manifests();
    genesis.demo = is_demo_origin(origin);
    return genesis;
}

/// genesis.cbor comes last: while it is missing, everything before it may be made again. Fills in
/// what the keys say of themselves.
Result<void> ensure_rope(FileSystem& files, const DataFolder& folder, Genesis genesis) {
    const std::string rope{rope_of(genesis.origin)};
    const std::string dir = folder.rope(rope);
    ROPE_TRY(const bool there, files.exists(dir + "/genesis.cbor"));
    if (there) return {};
    ROPE_DO(files.create_dirs(dir));
    ROPE_DO(ensure_cosign_keys(files, folder, rope));
    ROPE_TRY(const cosign::CosignKeys keys, load_cosign_keys(folder, rope));
    const cosign::NodeNames names{.origin = genesis.origin};
    ROPE_TRY(std::vector<Hash32> tsa, listed_authorities(files, folder));
    const cosign::TrustTexts trust = cosign::make_trust(names, keys, std::move(tsa));
    genesis.validators = {cosign::validator_of(names, keys)};
    genesis.policy = cosign::first_policy_of(trust);
    ROPE_DO(storage::write_file_atomically(files, dir + "/policy.txt", view_of(trust.policy)));
    ROPE_DO(storage::write_file_atomically(files, dir + "/keys.txt", view_of(trust.keys)));
    return storage::write_file_atomically(files, dir + "/genesis.cbor", encode_genesis(genesis));
}

Result<void> ensure_dev_policy(FileSystem& files, const DataFolder& folder,
                               const std::string& rope) {
    ROPE_TRY(const Bytes policy,
             storage::read_file(files, folder.rope(rope) + "/policy.txt", kTrustFileBytesMax));
    return storage::write_file_atomically(files, folder.dev_policy(rope), policy);
}

Result<void> ensure_config(FileSystem& files, const DataFolder& folder, const Config& config) {
    ROPE_TRY(const bool there, is_initialised(files, folder));
    if (!there) {
        return storage::write_file_atomically(files, folder.config(),
                                              view_of(toml_from_config(config)));
    }
    ROPE_TRY(const Config found, load_config(files, folder));
    if (found.network != config.network || found.ropes != config.ropes) {
        return fail(ErrorCode::config,
                    folder.path + " belongs to network " + found.network +
                        " with other ropes or another name; use another --data folder");
    }
    return {};
}

}  // namespace

Result<void> make_private_folder(FileSystem& files, const std::string& path) {
    ROPE_DO(files.create_dirs(path));
    std::error_code error;
    std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
    if (error) return fail(ErrorCode::io, path + ": " + error.message());
    return {};
}

Result<bool> is_initialised(FileSystem& files, const DataFolder& folder) {
    return files.exists(folder.config());
}

Result<Config> load_config(FileSystem& files, const DataFolder& folder) {
    ROPE_TRY(const Bytes text, storage::read_file(files, folder.config(), kConfigBytesMax));
    return config_from_toml(text_of(text), folder.config());
}

Result<void> init_data_folder(FileSystem& files, const DataFolder& folder, const Config& config,
                              const Clock& clock, ClockKind kind) {
    ROPE_DO(files.create_dirs(folder.path));
    ROPE_DO(ensure_config(files, folder, config));
    ROPE_DO(make_private_folder(files, folder.keys()));
    ROPE_DO(make_private_folder(files, folder.path + "/signed"));
    DevIdentities identities;
    const bool demo = is_demo_origin(config.network);
    if (demo) {
        ROPE_TRY(identities, ensure_dev_identities(files, folder));
    }
    for (const std::string& rope : config.ropes) {
        const Beginning beginning{.time_ms = clock.wall_ms(), .kind = kind};
        ROPE_DO(
            ensure_rope(files, folder, genesis_of(origin_of(config, rope), identities, beginning)));
        if (!demo) continue;
        ROPE_DO(ensure_dev_policy(files, folder, rope));
    }
    return {};
}

Result<void> init_following_rope(FileSystem& files, const DataFolder& folder, Genesis genesis,
                                 std::int64_t time_ms) {
    ROPE_DO(make_private_folder(files, folder.keys()));
    genesis.time_ms = time_ms;
    genesis.native_manifests = system::native_manifests();
    return ensure_rope(files, folder, std::move(genesis));
}

Result<void> init_authority(FileSystem& files, const DataFolder& folder,
                            const timestamp::AuthorityName& name, const Clock& clock) {
    ROPE_DO(files.create_dirs(folder.path));
    ROPE_DO(make_private_folder(files, folder.keys()));
    return timestamp::make_authority(files, folder.tsa(), name, clock);
}

Result<RopeFiles> load_rope_files(FileSystem& files, const DataFolder& folder,
                                  const std::string& rope) {
    const std::string dir = folder.rope(rope);
    ROPE_TRY(Bytes genesis, storage::read_file(files, dir + "/genesis.cbor", kGenesisBytesMax));
    ROPE_TRY(const Bytes policy,
             storage::read_file(files, dir + "/policy.txt", kTrustFileBytesMax));
    ROPE_TRY(const Bytes keys, storage::read_file(files, dir + "/keys.txt", kTrustFileBytesMax));
    return RopeFiles{
        .genesis = std::move(genesis),
        .trust = {.policy = std::string{text_of(policy)}, .keys = std::string{text_of(keys)}}};
}

Result<cosign::CosignKeys> load_cosign_keys(const DataFolder& folder, const std::string& rope) {
    cosign::CosignKeys keys;
    ROPE_TRY(keys.log, keys::load_signer(folder.key(rope, "log")));
    ROPE_TRY(keys.witness, keys::load_signer(folder.key(rope, "cosign")));
    ROPE_TRY(keys.receipt, keys::load_signer(folder.key(rope, "receipt")));
    return keys;
}

}  // namespace ropenet::node
