#include "node/development_tls.hpp"

#include "keys/development_certificate.hpp"

namespace ropenet::node {

DevelopmentTls development_tls(const DataFolder& folder) {
    const std::string tls = folder.path + "/tls";
    return {.folder = tls,
            .ca = tls + "/ca.pem",
            .certificate = tls + "/certificate.pem",
            .key = folder.keys() + "/tls.pem"};
}

Result<bool> has_development_tls(storage::FileSystem& files, const DataFolder& folder) {
    return files.exists(development_tls(folder).certificate);
}

Result<void> init_development_tls(storage::FileSystem& files, const DataFolder& folder,
                                  const std::vector<std::string>& hosts, const Clock& clock,
                                  keys::Overwrite overwrite) {
    const DevelopmentTls paths = development_tls(folder);
    ROPE_TRY(const bool there, has_development_tls(files, folder));
    if (there && overwrite != keys::Overwrite::allow) {
        return fail(ErrorCode::exists, paths.certificate +
                                           " is there already; --force makes another, under "
                                           "another authority");
    }
    ROPE_TRY(const keys::DevelopmentCertificate made,
             keys::make_development_certificate(hosts, clock.wall_ms()));
    ROPE_DO(files.create_dirs(paths.folder));
    ROPE_DO(make_private_folder(files, folder.keys()));
    // What an interrupted run left is made again: the certificate comes last.
    ROPE_DO(keys::save_private_key(made.key.get(), paths.key, keys::Overwrite::allow));
    ROPE_DO(storage::write_file_atomically(files, paths.ca, view_of(made.ca_pem)));
    return storage::write_file_atomically(files, paths.certificate, view_of(made.certificate_pem));
}

}  // namespace ropenet::node
