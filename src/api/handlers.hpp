// The handlers, one function a route; router.cpp has the table.
//
// Threads: a worker each, but submit handlers, which answer when the tx is decided.
#pragma once

#include "api/call.hpp"
#include "http/server.hpp"

namespace ropenet::api {

// ropes.cpp
http::Response list_ropes(const Call& call);
http::Response show_rope(const Call& call);
http::Response show_policy(const Call& call);
http::Response show_time(const Call& call);

// tsa.cpp
http::Response show_authority(const Call& call);
http::Response stamp(const Call& call);

// submit.cpp
void submit_tx(const Call& call, http::Responder responder);
void submit_batch(const Call& call, http::Responder responder);

// transactions.cpp
/// The conditions of a list of transactions.
OrRefused<ledger::TxFilter> tx_filter(const Call& call);
http::Response list_txs(const Call& call);
http::Response show_tx(const Call& call);
http::Response show_bundle(const Call& call);

// log.cpp
http::Response show_block(const Call& call);
http::Response list_records(const Call& call);
http::Response show_record(const Call& call);
http::Response show_log_file(const Call& call);

// events.cpp
http::Response follow_events(const Call& call);

// export.cpp
http::Response show_export(const Call& call);

// state.cpp
http::Response show_state(const Call& call);
http::Response show_account(const Call& call);
http::Response find_account_by_key(const Call& call);
http::Response list_entries(const Call& call);

}  // namespace ropenet::api
