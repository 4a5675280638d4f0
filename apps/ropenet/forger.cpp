#include "ropenet/forger.hpp"

#include "node/data_folder.hpp"
#include "node/node.hpp"
#include "ropenet/fetch_bundle.hpp"
#include "ropenet/policy_load.hpp"
#include "ropenet/temporary_folder.hpp"
#include "storage/posix_file_system.hpp"

namespace ropenet::cli {
Expected<BundleFiles, Failure> forge_bundle(const std::string& network, const std::string& rope,
                                            const PolicyEntry& entry) {
    const TemporaryFolder folder;
    if (folder.path().empty()) {
        return Unexpected{
            failure_of(Error{.code = ErrorCode::io, .what = "no temporary folder can be made"})};
    }
    const SystemClock clock;
    NullLog log;
    storage::PosixFileSystem files;
    const node::Config config{.network = network,
                              .ropes = {rope},
                              .http = "127.0.0.1:0",
                              .admin = "127.0.0.1:0",
                              .http_threads = 1,
                              .log_level = LogLevel::error};
    const auto made = node::init_data_folder(files, {folder.path()}, config, clock);
    if (!made) return Unexpected{failure_of(made.error())};
    auto node = node::Node::start({.data = folder.path()}, log, clock);
    if (!node) return Unexpected{failure_of(node.error())};

    Options options;
    options.http = (*node)->http_address();
    options.data = folder.path();
    options.rope = rope;
    options.as = "alice";
    ROPE_TRY(Session session, Session::open(options));
    ROPE_TRY(const Signatory alice, session.signatory(options));
    ROPE_TRY(const json::Value tx, session.send(alice, deposit_action(entry)));
    return fetch_bundle(session, {.tx_id = text_at(tx, "tx_id")});
}

}  // namespace ropenet::cli
