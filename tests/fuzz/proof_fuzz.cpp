// Proofs, notes, receipts, state proofs and bundle tars: any bytes are refused by name or have one
// spelling, and no bundle of a stranger stops the verifier. The first byte says which is meant.
#include <cstddef>
#include <cstdint>

#include "base/check.hpp"
#include "types/bundle.hpp"
#include "types/checkpoint.hpp"
#include "types/note.hpp"
#include "types/receipt.hpp"
#include "types/tlog_proof.hpp"
#include "verify/bundle_verifier.hpp"
#include "verify/inclusion.hpp"
#include "verify/state_proof.hpp"

namespace {

using namespace ropenet;

void try_proof(BytesView input) {
    const auto proof = proof_from_text(text_of(input));
    if (!proof) return;
    ROPE_CHECK(text_from_proof(*proof) == text_of(input));
    const auto note = note_from_text(proof->note);
    if (!note) return;
    const auto checkpoint = checkpoint_from_text(note->text);
    if (!checkpoint) return;
    const Hash32 leaf = verify::leaf_hash(input);
    // A path that this input was not made for leads elsewhere.
    ROPE_CHECK(verify::root_from_path(proof->index, checkpoint->size, leaf, proof->path) !=
               checkpoint->root);
}

void try_note(BytesView input) {
    const auto note = note_from_text(text_of(input));
    if (note) ROPE_CHECK(text_from_note(*note) == text_of(input));
}

void try_receipt(BytesView input) {
    const auto receipt = decode_receipt(input);
    if (receipt) ROPE_CHECK(equal(encode_receipt(*receipt), input));
}

void try_state(BytesView input) {
    // The key and value of the seed, so that changed proofs are followed up to the root.
    constexpr std::string_view kKey{"system.evidence\0entry 17", 24};
    constexpr std::string_view kValue = "value of entry 17";
    for (const auto& value : {std::optional<BytesView>{}, std::optional{view_of(kValue)}}) {
        const verify::StateClaim claim{.key = view_of(kKey), .value = value};
        ROPE_CHECK(!verify::verify_state_proof(input, claim, Hash32{}));
    }
}

void try_bundle(BytesView input) {
    const auto files = files_from_tar(input);
    if (!files) return;
    ROPE_CHECK(equal(tar_from_files(*files), input));
    const auto verdict = verify::verify_bundle(*files, std::nullopt);
    ROPE_CHECK(verdict.kind != verify::VerdictKind::valid && !verdict.checks.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const BytesView input{data + 1, size - 1};
    switch (data[0]) {
        case 'p':
            try_proof(input);
            break;
        case 'n':
            try_note(input);
            break;
        case 'r':
            try_receipt(input);
            break;
        case 's':
            try_state(input);
            break;
        default:
            try_bundle(input);
            break;
    }
    return 0;
}
