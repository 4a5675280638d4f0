#include "storage/signed_state.hpp"

#include <algorithm>
#include <array>

#include "storage/crc32c.hpp"
#include "storage/little_endian.hpp"

namespace ropenet::storage {
namespace {

// signed = size height root crc
// size   = u64 LE
// height = u64 LE
// root   = 32 bytes
// crc    = u32 LE   ; CRC-32C of the 48 bytes before it
constexpr std::size_t kBodyBytes = 48;
constexpr std::size_t kFileBytes = kBodyBytes + 4;

std::array<std::uint8_t, kFileBytes> encode(const Signed& value) {
    std::array<std::uint8_t, kFileBytes> out{};
    const std::span<std::uint8_t, kFileBytes> all{out};
    put_le(all.first<8>(), value.size);
    put_le(all.subspan<8, 8>(), value.height);
    std::copy(value.root.begin(), value.root.end(), out.begin() + 16);
    put_le(all.last<4>(), crc32c(all.first<kBodyBytes>()));
    return out;
}

std::optional<Signed> decode(BytesView bytes) {
    if (bytes.size() != kFileBytes) return std::nullopt;
    if (get_le<std::uint32_t>(bytes.last<4>()) != crc32c(bytes.first(kBodyBytes))) {
        return std::nullopt;
    }
    Signed value{.size = get_le<std::uint64_t>(bytes.first<8>()),
                 .height = get_le<std::uint64_t>(bytes.subspan<8, 8>())};
    std::copy_n(bytes.begin() + 16, value.root.size(), value.root.begin());
    return value;
}

}  // namespace

Result<std::unique_ptr<SignedState>> SignedState::open(FileSystem& fs, std::string path) {
    std::unique_ptr<SignedState> state{new SignedState{fs, std::move(path)}};
    ROPE_TRY(const bool there, fs.exists(state->path_));
    if (!there) return state;
    auto bytes = read_file(fs, state->path_, kFileBytes);
    if (!bytes && bytes.error().code != ErrorCode::invalid) return Unexpected{bytes.error()};
    if (bytes) state->last_ = decode(*bytes);
    if (!state->last_) {
        return fail(ErrorCode::corrupt,
                    state->path_ +
                        " is damaged: what this node last signed is unknown, so it must "
                        "not sign; run `ropenet node repair`");
    }
    return state;
}

Result<void> SignedState::record(const Signed& next) {
    if (dead_) {
        return fail(ErrorCode::io, path_ + ": stopped after a failed write; restart the node");
    }
    if (last_ == next) return {};
    if (last_ && (next.size <= last_->size || next.height < last_->height)) {
        return fail(ErrorCode::invalid,
                    "refusing to sign a log of size " + std::to_string(next.size) +
                        " that contradicts the signed size " + std::to_string(last_->size));
    }
    if (auto done = write_file_atomically(fs_, path_, encode(next)); !done) {
        dead_ = true;
        return Unexpected{with_context("record what is signed", done.error())};
    }
    last_ = next;
    return {};
}

}  // namespace ropenet::storage
