// Recomputes the tiles and the root of a log while its leaf hashes go by.
//
// Holds at most 256 hashes a level. Inside this module. One caller.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "verify/verify_log.hpp"

namespace ropenet::verify {

inline constexpr std::size_t kTileWidth = 256;

/// A file of `width` items that may lie in the full file of 256 instead, once that exists.
std::optional<Bytes> read_tile(const LogReader& read, const std::string& level, std::uint64_t index,
                               std::size_t width);

class TileCheck {
  public:
    /// `read` must outlive this.
    explicit TileCheck(const LogReader& read) : read_{&read} {}

    void add(const Hash32& leaf);
    /// Compares the partial tiles at the right edge; nothing may be added afterwards.
    void finish();

    /// Of all leaves added; the hash of nothing before the first.
    Hash32 root() const;
    /// The path of the first tile that is missing or different; empty if there is none.
    const std::string& fault() const { return fault_; }

  private:
    void push(std::size_t level, const Hash32& hash);
    void compare(std::size_t level);

    struct Level {
        std::vector<Hash32> hashes;  // of the tile being filled
        std::uint64_t tile_index = 0;
    };

    const LogReader* read_;
    std::vector<Level> levels_;
    std::string fault_;
};

}  // namespace ropenet::verify
