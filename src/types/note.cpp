#include "types/note.hpp"

#include <algorithm>

#include "crypto/hash.hpp"
#include "crypto/verify.hpp"
#include "types/cosignature.hpp"

namespace ropenet {
namespace {

constexpr std::string_view kEmDash = "\xE2\x80\x94";
constexpr std::size_t kKeyIdBytes = 4;

bool is_printable(char c) {
    return c >= 0x20 && c <= 0x7E;
}

void append_be32(Bytes& out, std::uint32_t value) {
    for (const int shift : {24, 16, 8, 0})
        out.push_back(static_cast<std::uint8_t>(value >> shift));
}

std::uint32_t be32_from(BytesView bytes) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < kKeyIdBytes; ++i)
        value = value << 8 | bytes[i];
    return value;
}

Bytes typed_key(const NoteKey& key) {
    Bytes out{static_cast<std::uint8_t>(key.type)};
    append(out, key.key);
    return out;
}

Expected<NoteSignature, NoteError> signature_from_line(std::string_view line) {
    if (!line.starts_with(kEmDash)) return Unexpected{NoteError::signature};
    line.remove_prefix(kEmDash.size());
    if (!line.starts_with(' ')) return Unexpected{NoteError::signature};
    line.remove_prefix(1);
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos) return Unexpected{NoteError::signature};
    const std::string_view name = line.substr(0, space);
    if (!is_note_key_name(name)) return Unexpected{NoteError::key_name};
    const auto bytes = bytes_from_base64(line.substr(space + 1));
    if (!bytes || bytes->size() <= kKeyIdBytes) return Unexpected{NoteError::signature};
    return NoteSignature{.name = std::string{name},
                         .key_id = be32_from(*bytes),
                         .signature = {bytes->begin() + kKeyIdBytes, bytes->end()}};
}

}  // namespace

bool is_note_key_name(std::string_view text) {
    return !text.empty() && text.size() <= kNoteKeyNameBytesMax &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return is_printable(c) && c != ' ' && c != '+'; });
}

std::uint32_t key_id_of(const NoteKey& key) {
    const Bytes typed = typed_key(key);
    return be32_from(crypto::sha256({view_of(key.name), view_of("\n"), typed}));
}

std::string vkey_from_key(const NoteKey& key) {
    Bytes id;
    append_be32(id, key_id_of(key));
    return key.name + "+" + hex(id) + "+" + base64(typed_key(key));
}

Expected<NoteKey, NoteError> key_from_vkey(std::string_view text) {
    const std::size_t first = text.find('+');
    if (first == std::string_view::npos) return Unexpected{NoteError::key};
    const std::size_t second = text.find('+', first + 1);
    if (second == std::string_view::npos) return Unexpected{NoteError::key};

    NoteKey key{.name = std::string{text.substr(0, first)}};
    if (!is_note_key_name(key.name)) return Unexpected{NoteError::key_name};
    const auto typed = bytes_from_base64(text.substr(second + 1));
    if (!typed || typed->size() != 1 + key.key.size()) return Unexpected{NoteError::key};
    const std::uint8_t type = typed->front();
    if (type != static_cast<std::uint8_t>(NoteKeyType::ed25519) &&
        type != static_cast<std::uint8_t>(NoteKeyType::cosignature_v1)) {
        return Unexpected{NoteError::key};
    }
    key.type = static_cast<NoteKeyType>(type);
    std::copy(typed->begin() + 1, typed->end(), key.key.begin());
    // The one canonical spelling: this also compares the id.
    if (vkey_from_key(key) != text) return Unexpected{NoteError::key_id};
    return key;
}

std::string line_from_signature(const NoteSignature& signature) {
    Bytes bytes;
    append_be32(bytes, signature.key_id);
    append(bytes, signature.signature);
    std::string line{kEmDash};
    line += " " + signature.name + " " + base64(bytes) + "\n";
    return line;
}

std::string text_from_note(const Note& note) {
    std::string out = note.text + "\n";
    for (const NoteSignature& signature : note.signatures)
        out += line_from_signature(signature);
    return out;
}

Expected<Note, NoteError> note_from_text(std::string_view text) {
    if (text.size() > kNoteBytesMax) return Unexpected{NoteError::oversize};
    const std::size_t blank = text.rfind("\n\n");
    if (blank == std::string_view::npos || blank == 0) return Unexpected{NoteError::text};

    Note note{.text = std::string{text.substr(0, blank + 1)}, .signatures = {}};
    for (const char c : note.text) {
        if (!is_printable(c) && c != '\n') return Unexpected{NoteError::character};
    }
    std::string_view lines = text.substr(blank + 2);
    while (!lines.empty()) {
        const std::size_t end = lines.find('\n');
        if (end == std::string_view::npos) return Unexpected{NoteError::signature};
        if (note.signatures.size() == kNoteSignaturesMax) return Unexpected{NoteError::too_many};
        ROPE_TRY(NoteSignature signature, signature_from_line(lines.substr(0, end)));
        note.signatures.push_back(std::move(signature));
        lines.remove_prefix(end + 1);
    }
    if (note.signatures.empty()) return Unexpected{NoteError::no_signature};
    return note;
}

NoteSignature make_note_signature(const NoteKey& key, BytesView signature) {
    return {.name = key.name, .key_id = key_id_of(key), .signature = to_bytes(signature)};
}

bool verify_note_signature(const NoteKey& key, const NoteSignature& line,
                           std::string_view note_text) {
    if (line.name != key.name || line.key_id != key_id_of(key)) return false;
    const auto public_key = crypto::public_key_from_spki(crypto::ed25519_spki(key.key));
    if (!public_key) return false;
    if (key.type == NoteKeyType::ed25519) {
        return crypto::verify(*public_key, log_signed_message(note_text), line.signature)
            .has_value();
    }
    const auto cosignature = decode_cosignature(line.signature);
    return cosignature &&
           crypto::verify(*public_key, cosignature_message(note_text, cosignature->time_s),
                          cosignature->signature)
               .has_value();
}

}  // namespace ropenet
