#include "crypto/verify.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "crypto/hash.hpp"
#include "crypto/parsed_key.hpp"

namespace ropenet::crypto {
namespace {

using Number = std::array<std::uint8_t, 32>;  // big-endian, so that comparing bytes compares values

constexpr Number kP256Order{0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
                            0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
                            0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};
constexpr Number kSm2Order{0xff, 0xff, 0xff, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                           0xff, 0xff, 0xff, 0xff, 0xff, 0x72, 0x03, 0xdf, 0x6b, 0x21, 0xc6,
                           0x05, 0x2b, 0x53, 0xbb, 0xf4, 0x09, 0x39, 0xd5, 0x41, 0x23};
// L = 2^252 + 27742317777372353535851937790883648493
constexpr Number kEd25519Order{0x10, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
                               0x00, 0x00, 0x00, 0x00, 0x00, 0x14, 0xde, 0xf9, 0xde, 0xa2, 0xf7,
                               0x9c, 0xd6, 0x58, 0x12, 0x63, 0x1a, 0x5c, 0xf5, 0xd3, 0xed};

constexpr Number halved(const Number& number) {
    Number half{};
    unsigned carry = 0;
    for (std::size_t i = 0; i < number.size(); ++i) {
        const unsigned digit = carry * 256U + number[i];
        half[i] = static_cast<std::uint8_t>(digit / 2);
        carry = digit % 2;
    }
    return half;
}

constexpr Number kP256HalfOrder = halved(kP256Order);

/// a - b for b <= a.
Number difference(const Number& a, const Number& b) {
    Number out{};
    int borrow = 0;
    for (std::size_t i = out.size(); i-- > 0;) {
        const int digit = a[i] - b[i] - borrow;
        borrow = digit < 0 ? 1 : 0;
        out[i] = static_cast<std::uint8_t>(digit + 256 * borrow);
    }
    return out;
}

struct EcSignature {
    Number r{};
    Number s{};
};

/// Pre: 64 bytes.
EcSignature split(BytesView signature) {
    EcSignature out;
    std::ranges::copy(signature.first(32), out.r.begin());
    std::ranges::copy(signature.last(32), out.s.begin());
    return out;
}

bool is_scalar(const Number& number, const Number& order) {
    return number != Number{} && number < order;
}

Expected<void, SignatureError> check_ec_form(Alg alg, const EcSignature& signature) {
    const Number& order = alg == Alg::sm2 ? kSm2Order : kP256Order;
    if (!is_scalar(signature.r, order) || !is_scalar(signature.s, order)) {
        return Unexpected{SignatureError::out_of_range};
    }
    if (alg == Alg::es256 && signature.s > kP256HalfOrder) {
        return Unexpected{SignatureError::high_s};
    }
    return {};
}

/// SEQUENCE { INTEGER r, INTEGER s }, which never passes 72 bytes and so has one-byte lengths.
class DerSignature {
  public:
    explicit DerSignature(const EcSignature& signature) {
        append_integer(signature.r);
        append_integer(signature.s);
        bytes_[0] = 0x30;
        bytes_[1] = static_cast<std::uint8_t>(size_ - 2);
    }

    BytesView view() const { return BytesView{bytes_}.first(size_); }

  private:
    /// Pre: not zero. Shortest form: no leading zero byte but the one that keeps it positive.
    void append_integer(const Number& number) {
        const auto first = std::ranges::find_if(number, [](std::uint8_t b) { return b != 0; });
        const std::size_t pad = *first >= 0x80 ? 1U : 0U;
        const auto digits = static_cast<std::size_t>(number.end() - first);
        bytes_[size_++] = 0x02;
        bytes_[size_++] = static_cast<std::uint8_t>(digits + pad);
        if (pad != 0) bytes_[size_++] = 0;
        std::copy(first, number.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(size_));
        size_ += digits;
    }

    std::array<std::uint8_t, 72> bytes_{};
    std::size_t size_ = 2;
};

bool ec_matches(const ParsedKey& key, BytesView message, const EcSignature& signature) {
    const Hash32 digest = key.alg == Alg::sm2 ? sm3({key.sm2_za, message}) : sha256(message);
    const DerSignature der{signature};
    const OpensslPtr<EVP_PKEY_CTX> ctx{EVP_PKEY_CTX_dup(key.ec_verify.get())};
    ROPE_CHECK(ctx != nullptr);
    return EVP_PKEY_verify(ctx.get(), der.view().data(), der.view().size(), digest.data(),
                           digest.size()) == 1;
}

Expected<void, SignatureError> verify_ec(const ParsedKey& key, BytesView message, BytesView raw) {
    const EcSignature signature = split(raw);
    auto form = check_ec_form(key.alg, signature);
    if (!form) return form;
    if (!ec_matches(key, message, signature)) return Unexpected{SignatureError::does_not_match};
    return {};
}

/// The rules about one signature's own bytes: what is left is the equation. Both ways of checking
/// it stand behind this, so they cannot differ here. Pre: 64 bytes.
Expected<void, SignatureError> check_ed25519_form(BytesView raw) {
    Ed25519Point r;
    Number s;
    std::ranges::copy(raw.first(32), r.begin());
    std::ranges::reverse_copy(raw.last(32), s.begin());
    if (!(s < kEd25519Order)) return Unexpected{SignatureError::out_of_range};
    if (!check_ed25519_encoding(r)) return Unexpected{SignatureError::bad_point};
    return {};
}

Expected<void, SignatureError> verify_ed25519(const ParsedKey& key, BytesView message,
                                              BytesView raw) {
    auto form = check_ed25519_form(raw);
    if (!form) return form;
    const OpensslPtr<EVP_MD_CTX> ctx{EVP_MD_CTX_new()};
    ROPE_CHECK(ctx != nullptr && EVP_MD_CTX_copy_ex(ctx.get(), key.ed25519_verify.get()) == 1);
    if (EVP_DigestVerify(ctx.get(), raw.data(), raw.size(), message.data(), message.size()) != 1) {
        return Unexpected{SignatureError::does_not_match};
    }
    return {};
}

std::uint8_t verdict_of(const VerifyItem& item) {
    return verify(*item.key, item.message, item.signature) ? 1 : 0;
}

/// The items of a batch that go to a table, side by side whatever stood between them.
class TableBatch {
  public:
    /// False if `item` is not for a table.
    bool take(const VerifyItem& item, std::size_t slot) {
        const ParsedKey& key = item.key->parsed();
        if (key.alg != Alg::ed25519 || item.signature.size() != kSignatureBytes) return false;
        // Refused already: its verdict stays 0.
        if (!check_ed25519_form(item.signature)) return true;
        items_.push_back({.public_key = BytesView{key.spki}.last(32).data(),
                          .signature = item.signature.data(),
                          .message = item.message.data(),
                          .message_bytes = item.message.size()});
        slots_.push_back(slot);
        return true;
    }

    /// False if the table could not check: then no verdict is written.
    bool check(const Ed25519Table& table, std::vector<std::uint8_t>& verdicts) const {
        std::vector<std::uint8_t> found(items_.size());
        if (table.verify_batch(items_.data(), items_.size(), found.data()) != 0) return false;
        for (std::size_t i = 0; i < found.size(); ++i)
            verdicts[slots_[i]] = found[i] == 1 ? 1 : 0;
        return true;
    }

    const std::vector<std::size_t>& slots() const { return slots_; }

  private:
    std::vector<Ed25519Item> items_;
    std::vector<std::size_t> slots_;
};

}  // namespace

std::string_view text_of(SignatureError error) {
    switch (error) {
        case SignatureError::wrong_length:
            return "a signature has exactly 64 bytes";
        case SignatureError::out_of_range:
            return "a number of the signature is out of range";
        case SignatureError::high_s:
            return "s is in the upper half (ES256 needs s <= n/2)";
        case SignatureError::bad_point:
            return "R is not canonical or of small order";
        case SignatureError::does_not_match:
            return "the signature is not of this message and key";
    }
    return "unknown";
}

Expected<void, SignatureError> verify(const PublicKey& key, BytesView message,
                                      BytesView signature) {
    if (signature.size() != kSignatureBytes) return Unexpected{SignatureError::wrong_length};
    const QuietErrors quiet;
    const ParsedKey& parsed = key.parsed();
    return parsed.alg == Alg::ed25519 ? verify_ed25519(parsed, message, signature)
                                      : verify_ec(parsed, message, signature);
}

std::vector<std::uint8_t> verify_batch(std::span<const VerifyItem> items,
                                       const Ed25519Table& table) {
    std::vector<std::uint8_t> verdicts(items.size());
    TableBatch batch;
    for (std::size_t i = 0; i < items.size(); ++i) {
        ROPE_CHECK(items[i].key != nullptr);
        if (table.verify_batch != nullptr && batch.take(items[i], i)) continue;
        verdicts[i] = verdict_of(items[i]);
    }
    if (batch.slots().empty() || batch.check(table, verdicts)) return verdicts;
    for (const std::size_t slot : batch.slots())
        verdicts[slot] = verdict_of(items[slot]);
    return verdicts;
}

std::optional<std::array<std::uint8_t, 64>> with_low_s(BytesView signature) {
    if (signature.size() != kSignatureBytes) return std::nullopt;
    EcSignature parts = split(signature);
    if (!is_scalar(parts.r, kP256Order) || !is_scalar(parts.s, kP256Order)) return std::nullopt;
    if (parts.s > kP256HalfOrder) parts.s = difference(kP256Order, parts.s);
    std::array<std::uint8_t, 64> out;
    std::ranges::copy(parts.r, out.begin());
    std::ranges::copy(parts.s, out.begin() + 32);
    return out;
}

}  // namespace ropenet::crypto
