#include "verify/state_proof.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "crypto/hash.hpp"

namespace ropenet::verify {
namespace {

constexpr std::string_view kLeafPrefix = "JMT::LeafNode";
constexpr std::string_view kInnerPrefix = "JMT::IntrnalNode";
constexpr std::string_view kPlaceholder = "SPARSE_MERKLE_PLACEHOLDER_HASH__";
// LeafOp { hash: SHA256, prehash_key: SHA256, prehash_value: SHA256, length: NO_PREFIX, prefix }
constexpr std::string_view kLeafOp = "\x08\x01\x10\x01\x18\x01\x2a\x0dJMT::LeafNode";
// InnerOp { hash: SHA256, prefix: 16 bytes, suffix: 32 } or { hash: SHA256, prefix: 16 + 32 bytes }
constexpr std::string_view kLeftOp = "\x08\x01\x12\x10JMT::IntrnalNode\x1a\x20";
constexpr std::string_view kRightOp = "\x08\x01\x12\x30JMT::IntrnalNode";

template <typename T>
using Parsed = Expected<T, StateProofError>;

enum class Side : std::uint8_t { left, right };  // where the path comes from below

struct Step {
    Side side = Side::left;
    Hash32 sibling{};

    friend bool operator==(const Step&, const Step&) = default;
};

struct Existence {
    Hash32 key{};
    Hash32 value{};
    std::vector<Step> path;  // from the leaf up
};

struct NonExistence {
    Hash32 key{};
    std::optional<Existence> left;
    std::optional<Existence> right;
};

/// Reads length-delimited fields of a protobuf message in field order.
class Reader {
  public:
    explicit Reader(BytesView bytes) : rest_{bytes} {}

    bool at_end() const { return rest_.empty(); }
    bool at_field(std::uint32_t number) const {
        return !rest_.empty() && rest_.front() == (number << 3 | kLengthDelimited);
    }

    Parsed<BytesView> field(std::uint32_t number) {
        if (!at_field(number)) return Unexpected{StateProofError::malformed};
        rest_ = rest_.subspan(1);
        ROPE_TRY(const std::size_t length, varint());
        if (length > rest_.size()) return Unexpected{StateProofError::malformed};
        const BytesView content = rest_.first(length);
        rest_ = rest_.subspan(length);
        return content;
    }

    Parsed<Hash32> hash_field(std::uint32_t number) {
        ROPE_TRY(const BytesView content, field(number));
        const auto hash = hash32_from(content);
        if (!hash) return Unexpected{StateProofError::malformed};
        return *hash;
    }

  private:
    static constexpr std::uint32_t kLengthDelimited = 2;

    /// Lengths of at most three bytes of seven bits, in the shortest form.
    Parsed<std::size_t> varint() {
        std::size_t value = 0;
        for (unsigned shift = 0; shift <= 14; shift += 7) {
            if (rest_.empty()) break;
            const std::uint8_t byte = rest_.front();
            rest_ = rest_.subspan(1);
            value |= static_cast<std::size_t>(byte & 0x7F) << shift;
            if ((byte & 0x80) != 0) continue;
            if (byte == 0 && shift != 0) break;
            return value;
        }
        return Unexpected{StateProofError::malformed};
    }

    BytesView rest_;
};

Parsed<Step> step_from(BytesView op) {
    const auto split = [op](std::string_view head) -> std::optional<Hash32> {
        if (!text_of(op).starts_with(head)) return std::nullopt;
        return hash32_from(op.subspan(head.size()));
    };
    if (const auto sibling = split(kLeftOp)) return Step{.side = Side::left, .sibling = *sibling};
    if (const auto sibling = split(kRightOp)) {
        return Step{.side = Side::right, .sibling = *sibling};
    }
    return Unexpected{StateProofError::spec};
}

Parsed<Existence> existence_from(BytesView bytes) {
    Reader in{bytes};
    Existence out;
    ROPE_TRY(out.key, in.hash_field(1));
    ROPE_TRY(out.value, in.hash_field(2));
    ROPE_TRY(const BytesView leaf_op, in.field(3));
    if (text_of(leaf_op) != kLeafOp) return Unexpected{StateProofError::spec};
    while (in.at_field(4)) {
        if (out.path.size() == kStateDepthMax) return Unexpected{StateProofError::malformed};
        ROPE_TRY(const BytesView op, in.field(4));
        ROPE_TRY(const Step step, step_from(op));
        out.path.push_back(step);
    }
    if (!in.at_end()) return Unexpected{StateProofError::malformed};
    return out;
}

Parsed<NonExistence> non_existence_from(BytesView bytes) {
    Reader in{bytes};
    NonExistence out;
    ROPE_TRY(out.key, in.hash_field(1));
    if (in.at_field(2)) {
        ROPE_TRY(const BytesView left, in.field(2));
        ROPE_TRY(out.left, existence_from(left));
    }
    if (in.at_field(3)) {
        ROPE_TRY(const BytesView right, in.field(3));
        ROPE_TRY(out.right, existence_from(right));
    }
    if (!in.at_end()) return Unexpected{StateProofError::malformed};
    return out;
}

bool bit_at(const Hash32& position, std::size_t depth) {
    return (position[depth / 8] >> (7 - depth % 8) & 1) != 0;
}

/// The root the path leads to, if every step goes the way of the leaf's position.
Parsed<Hash32> root_of(const Existence& leaf) {
    const Hash32 position = crypto::sha256(leaf.key);
    Hash32 root =
        crypto::sha256({view_of(kLeafPrefix), position, BytesView{crypto::sha256(leaf.value)}});
    std::size_t depth = leaf.path.size();
    for (const Step& step : leaf.path) {
        --depth;
        const bool goes_right = step.side == Side::right;
        if (bit_at(position, depth) != goes_right) return Unexpected{StateProofError::position};
        root = goes_right ? crypto::sha256({view_of(kInnerPrefix), step.sibling, root})
                          : crypto::sha256({view_of(kInnerPrefix), root, step.sibling});
    }
    return root;
}

/// Whether nothing but empty subtrees lies beyond the path on that side of it.
bool is_outermost(const Existence& leaf, std::size_t steps, Side side) {
    return std::all_of(leaf.path.begin(), leaf.path.begin() + static_cast<std::ptrdiff_t>(steps),
                       [side](const Step& step) {
                           return step.side == side || equal(step.sibling, view_of(kPlaceholder));
                       });
}

/// Whether no leaf lies between the two: one path, then left and right, then the inner edges.
bool are_neighbours(const Existence& left, const Existence& right) {
    std::size_t l = left.path.size();
    std::size_t r = right.path.size();
    while (l > 0 && r > 0 && left.path[l - 1] == right.path[r - 1]) {
        --l;
        --r;
    }
    if (l == 0 || r == 0) return false;
    --l;
    --r;
    return left.path[l].side == Side::left && right.path[r].side == Side::right &&
           is_outermost(left, l, Side::right) && is_outermost(right, r, Side::left);
}

Expected<void, StateProofError> check_presence(BytesView bytes, const StateClaim& claim,
                                               const Hash32& root) {
    ROPE_TRY(const Existence leaf, existence_from(bytes));
    if (leaf.key != crypto::sha256(claim.key)) return Unexpected{StateProofError::key};
    if (!claim.value) return Unexpected{StateProofError::kind};
    if (leaf.value != crypto::sha256(*claim.value)) return Unexpected{StateProofError::value};
    ROPE_TRY(const Hash32 found, root_of(leaf));
    if (found != root) return Unexpected{StateProofError::root};
    return {};
}

Expected<void, StateProofError> check_neighbour(const std::optional<Existence>& leaf,
                                                const Hash32& root) {
    if (!leaf) return {};
    ROPE_TRY(const Hash32 found, root_of(*leaf));
    if (found != root) return Unexpected{StateProofError::root};
    return {};
}

bool encloses(const NonExistence& proof) {
    // Neighbours are ordered by position, which is the hash of the ICS-23 key.
    const Hash32 position = crypto::sha256(proof.key);
    const auto& [key, left, right] = proof;
    if (left && crypto::sha256(left->key) >= position) return false;
    if (right && crypto::sha256(right->key) <= position) return false;
    if (left && right) return are_neighbours(*left, *right);
    if (left) return is_outermost(*left, left->path.size(), Side::right);
    return right && is_outermost(*right, right->path.size(), Side::left);
}

Expected<void, StateProofError> check_absence(BytesView bytes, const StateClaim& claim,
                                              const Hash32& root) {
    ROPE_TRY(const NonExistence proof, non_existence_from(bytes));
    if (proof.key != crypto::sha256(claim.key)) return Unexpected{StateProofError::key};
    for (const auto* side : {&proof.left, &proof.right}) {
        const auto checked = check_neighbour(*side, root);
        if (!checked) return checked;
    }
    if (!encloses(proof)) return Unexpected{StateProofError::neighbours};
    return {};
}

}  // namespace

Expected<void, StateProofError> verify_state_proof(BytesView proof, const StateClaim& claim,
                                                   const Hash32& state_root) {
    Reader in{proof};
    const bool is_presence = in.at_field(1);
    ROPE_TRY(const BytesView content, in.field(is_presence ? 1 : 2));
    if (!in.at_end()) return Unexpected{StateProofError::malformed};
    if (is_presence) return check_presence(content, claim, state_root);
    if (claim.value) return Unexpected{StateProofError::kind};
    return check_absence(content, claim, state_root);
}

}  // namespace ropenet::verify
