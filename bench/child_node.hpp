// A real node: the binary as a child process, its address, its memory and its processor time.
//
// The child ends with this process, whatever way that ends. Threads: one. Errors: unavailable when
// it does not start or ends by itself.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace ropenet::bench {

struct ChildOptions {
    std::string binary;
    std::vector<std::string> arguments;                          // after the binary's name
    std::vector<std::pair<std::string, std::string>> variables;  // set in its environment
};

class ChildNode {
  public:
    /// Returns when it serves.
    static Result<std::unique_ptr<ChildNode>> start(const ChildOptions& options);
    /// `ropenet node start` of this data folder.
    static ChildOptions serve_options(const std::string& binary, const std::string& data);
    /// Stops first.
    ~ChildNode();
    ChildNode(const ChildNode&) = delete;
    ChildNode& operator=(const ChildNode&) = delete;

    /// http://host:port
    const std::string& url() const { return url_; }

    /// Orderly, and waits.
    Result<void> stop();

    struct Memory {
        std::uint64_t now = 0;
        std::uint64_t most = 0;
    };
    Memory resident_bytes() const;

    /// Processor seconds so far by thread name, numbers at the end left out.
    std::map<std::string, double> cpu_by_thread() const;

  private:
    explicit ChildNode(pid_t process) : process_{process} {}
    Result<void> wait_ready(int output);

    pid_t process_;
    std::string url_;
};

}  // namespace ropenet::bench
