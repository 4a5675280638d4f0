#include "types/tlog_proof.hpp"

#include "types/checkpoint.hpp"

namespace ropenet {
namespace {

constexpr std::string_view kHeader = "c2sp.org/tlog-proof@v1\n";
constexpr std::string_view kIndex = "index ";

}  // namespace

std::string text_from_proof(const TlogProof& proof) {
    std::string out{kHeader};
    out += std::string{kIndex} + std::to_string(proof.index) + "\n";
    for (const Hash32& hash : proof.path)
        out += base64(hash) + "\n";
    out += "\n" + proof.note;
    return out;
}

Expected<TlogProof, TlogProofError> proof_from_text(std::string_view text) {
    if (!text.starts_with(kHeader)) return Unexpected{TlogProofError::header};
    text.remove_prefix(kHeader.size());
    std::size_t end = text.find('\n');
    if (!text.starts_with(kIndex) || end == std::string_view::npos) {
        return Unexpected{TlogProofError::index};
    }
    const auto index = decimal_from_text(text.substr(kIndex.size(), end - kIndex.size()));
    if (!index) return Unexpected{TlogProofError::index};
    text.remove_prefix(end + 1);

    TlogProof proof{.index = *index, .path = {}, .note = {}};
    for (end = text.find('\n'); end != 0; end = text.find('\n')) {
        if (end == std::string_view::npos) return Unexpected{TlogProofError::note};
        if (proof.path.size() == kProofHashesMax) return Unexpected{TlogProofError::too_many};
        const auto bytes = bytes_from_base64(text.substr(0, end));
        if (!bytes) return Unexpected{TlogProofError::hash};
        const auto hash = hash32_from(*bytes);
        if (!hash) return Unexpected{TlogProofError::hash};
        proof.path.push_back(*hash);
        text.remove_prefix(end + 1);
    }
    text.remove_prefix(1);
    if (text.empty()) return Unexpected{TlogProofError::note};
    proof.note = std::string{text};
    return proof;
}

}  // namespace ropenet
