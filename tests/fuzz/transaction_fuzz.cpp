// Any bytes are either refused by name or one transaction that says who signed what; its parts,
// encoded again, are the bytes that are signed.
#include <cstddef>
#include <cstdint>

#include "base/check.hpp"
#include "codec/cbor.hpp"
#include "codec/cose.hpp"
#include "types/transaction.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace ropenet;
    const BytesView input{data, size};
    const auto tx = decode_transaction(input);
    if (!tx) {
        ROPE_CHECK(!name_of(tx.error()).empty());
        return 0;
    }
    ROPE_CHECK(equal(tx->encoded, input));
    const TxDraft draft{.origin = tx->origin,
                        .account = tx->account,
                        .nonce = tx->nonce,
                        .expires_at_ms = tx->expires_at_ms,
                        .contract = tx->contract,
                        .action = tx->action,
                        .args = tx->args};
    const Bytes head = encode_tx_protected(draft, tx->alg, tx->kid);
    const Bytes payload = encode_tx_payload(draft);
    ROPE_CHECK(cose::sig_structure(head, payload) == tx->sig_structure);
    ROPE_CHECK(cbor::decode_value(tx->args).has_value());
    return 0;
}
