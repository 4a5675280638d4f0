// Signed notes (C2SP signed-note): a text, and lines that say which named key signed it.
//
//   note      = text "\n" 1*signature      ; text ends in "\n"
//   signature = "— " key-name " " base64(key-id[4] || signature) "\n"
//   vkey      = key-name "+" 8hex(key-id) "+" base64(type[1] || key[32])
//   key-id    = SHA-256(key-name || "\n" || type || key)[:4]
//
// A stricter subset than the standard's: text and key names are printable ASCII. Makes no
// signatures and decides no trust (trust_policy.hpp does). Pure; any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/expected.hpp"

namespace ropenet {

inline constexpr std::size_t kNoteBytesMax = 64 * 1024;
inline constexpr std::size_t kNoteSignaturesMax = 100;
inline constexpr std::size_t kNoteKeyNameBytesMax = 200;

using Ed25519Raw = std::array<std::uint8_t, 32>;
using Signature64 = std::array<std::uint8_t, 64>;

enum class NoteKeyType : std::uint8_t { ed25519 = 0x01, cosignature_v1 = 0x04 };

/// A named public key of a log (ed25519) or a witness (cosignature_v1).
struct NoteKey {
    std::string name;
    NoteKeyType type = NoteKeyType::ed25519;
    Ed25519Raw key{};

    friend bool operator==(const NoteKey&, const NoteKey&) = default;
};

struct NoteSignature {
    std::string name;
    std::uint32_t key_id = 0;
    Bytes signature;  // after the key id

    friend bool operator==(const NoteSignature&, const NoteSignature&) = default;
};

struct Note {
    std::string text;  // ends in "\n"
    std::vector<NoteSignature> signatures;

    friend bool operator==(const Note&, const Note&) = default;
};

enum class NoteError : std::uint8_t {
    oversize,
    character,  // anything but printable ASCII and line ends
    text,       // no text, or no blank line after it
    signature,  // a signature line has another form
    no_signature,
    too_many,
    key_name,
    key,     // a vkey has another form or type
    key_id,  // a vkey whose id is not that of its key
};

bool is_note_key_name(std::string_view text);

std::uint32_t key_id_of(const NoteKey& key);
std::string vkey_from_key(const NoteKey& key);
Expected<NoteKey, NoteError> key_from_vkey(std::string_view text);

/// The whole note, text and signature lines. Pre: made by note_from_text or of that form.
std::string text_from_note(const Note& note);
Expected<Note, NoteError> note_from_text(std::string_view text);

/// The signature line alone, with its "\n".
std::string line_from_signature(const NoteSignature& signature);

/// What a log key (type 0x01) signs: the text itself. For 0x04 see cosignature.hpp.
inline BytesView log_signed_message(std::string_view note_text) {
    return view_of(note_text);
}

/// The signature of `key` as it stands in a note line.
NoteSignature make_note_signature(const NoteKey& key, BytesView signature);

/// Whether `line` is by `key` (name and id) and verifies over `note_text`.
bool verify_note_signature(const NoteKey& key, const NoteSignature& line,
                           std::string_view note_text);

}  // namespace ropenet
