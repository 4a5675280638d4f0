#include "keys/sign_transaction.hpp"

#include "codec/cose.hpp"

namespace ropenet::keys {

Result<Bytes> sign1(const Signer& signer, BytesView protected_bytes, BytesView payload) {
    ROPE_TRY(const Bytes signature, signer.sign(cose::sig_structure(protected_bytes, payload)));
    const Bytes empty_map{0xa0};
    return cose::encode_sign1(cose::Sign1View{.protected_bytes = protected_bytes,
                                              .unprotected = empty_map,
                                              .payload = payload,
                                              .signature = signature});
}

}  // namespace ropenet::keys
