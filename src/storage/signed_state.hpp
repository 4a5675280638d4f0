// The file `signed`: the largest log this node has ever put its name to, on disk before the
// signature leaves, so that a restored or damaged node cannot sign a second history.
//
// Threads: one. Errors: io (then the instance is dead and refuses everything), corrupt, and invalid
// for a size or root that contradicts what was signed before.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "storage/file.hpp"

namespace ropenet::storage {

struct Signed {
    std::uint64_t size = 0;    // leaves under the signed root
    std::uint64_t height = 0;  // last block among them: what recovery must find in the block log
    Hash32 root{};

    friend bool operator==(const Signed&, const Signed&) = default;
};

class SignedState {
  public:
    /// A missing file means that nothing was ever signed. `fs` must outlive the instance.
    static Result<std::unique_ptr<SignedState>> open(FileSystem& fs, std::string path);

    /// Returns when `next` is durable; only then may the signature leave.
    Result<void> record(const Signed& next);

    /// Absent before the first signature.
    const std::optional<Signed>& last() const { return last_; }

  private:
    SignedState(FileSystem& fs, std::string path) : fs_{fs}, path_{std::move(path)} {}

    FileSystem& fs_;
    std::string path_;
    std::optional<Signed> last_;
    bool dead_ = false;
};

}  // namespace ropenet::storage
