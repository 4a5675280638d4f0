#include "bench/child_node.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "codec/json.hpp"

namespace ropenet::bench {
namespace {

constexpr double kNanosecondsPerSecond = 1e9;
constexpr std::size_t kReadyBytesMax = 64 * 1024;

[[noreturn]] void become(const ChildOptions& options, std::vector<char*>& arguments, int output) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    ::dup2(output, STDOUT_FILENO);
    for (const auto& [name, value] : options.variables)
        ::setenv(name.c_str(), value.c_str(), 1);
    ::execv(options.binary.c_str(), arguments.data());
    constexpr int kNotFound = 127;
    ::_exit(kNotFound);
}

std::string first_line_of(int file) {
    std::string line;
    std::array<char, 1> byte{};
    while (line.size() < kReadyBytesMax && ::read(file, byte.data(), 1) == 1) {
        if (byte[0] == '\n') break;
        line.push_back(byte[0]);
    }
    return line;
}

std::uint64_t field_bytes(const std::string& status, const std::string& name) {
    constexpr std::uint64_t kKib = 1024;
    const auto at = status.find(name);
    if (at == std::string::npos) return 0;
    return std::strtoull(status.c_str() + at + name.size(), nullptr, 10) * kKib;
}

std::string text_of_file(const std::filesystem::path& path) {
    std::ifstream in{path};
    return {std::istreambuf_iterator<char>{in}, {}};
}

}  // namespace

Result<std::unique_ptr<ChildNode>> ChildNode::start(const ChildOptions& options) {
    std::vector<std::string> words{options.binary};
    words.insert(words.end(), options.arguments.begin(), options.arguments.end());
    std::vector<char*> arguments;
    for (std::string& word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);

    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) {
        return fail(ErrorCode::io, std::string{"pipe: "} + std::strerror(errno));
    }
    const pid_t process = ::fork();
    if (process == 0) become(options, arguments, pipe[1]);
    ::close(pipe[1]);
    if (process < 0) {
        ::close(pipe[0]);
        return fail(ErrorCode::unavailable, std::string{"fork: "} + std::strerror(errno));
    }
    std::unique_ptr<ChildNode> child{new ChildNode{process}};
    const auto ready = child->wait_ready(pipe[0]);
    // Nothing more is written there that anybody reads.
    ::close(pipe[0]);
    if (!ready) return Unexpected{ready.error()};
    return child;
}

ChildOptions ChildNode::serve_options(const std::string& binary, const std::string& data) {
    return {.binary = binary,
            .arguments = {"node", "start", "--json", "--data", data, "--http", "127.0.0.1:0",
                          "--admin", "127.0.0.1:0"},
            .variables = {}};
}

Result<void> ChildNode::wait_ready(int output) {
    const std::string line = first_line_of(output);
    const auto ready = json::parse(line);
    const json::Value* url = ready ? ready->find("http") : nullptr;
    if (url == nullptr || url->as_string() == nullptr) {
        return fail(ErrorCode::unavailable, "the node did not start; it said: " + line);
    }
    url_ = *url->as_string();
    return {};
}

ChildNode::~ChildNode() {
    [[maybe_unused]] const auto done = stop();
}

Result<void> ChildNode::stop() {
    if (process_ <= 0) return {};
    ::kill(process_, SIGTERM);
    int status = 0;
    while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
    }
    process_ = 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
    return fail(ErrorCode::unavailable, "the node ended with status " + std::to_string(status));
}

ChildNode::Memory ChildNode::resident_bytes() const {
    const std::string status = text_of_file("/proc/" + std::to_string(process_) + "/status");
    return {.now = field_bytes(status, "VmRSS:"), .most = field_bytes(status, "VmHWM:")};
}

std::map<std::string, double> ChildNode::cpu_by_thread() const {
    std::map<std::string, double> out;
    std::error_code error;
    const std::filesystem::path tasks = "/proc/" + std::to_string(process_) + "/task";
    for (const auto& task : std::filesystem::directory_iterator{tasks, error}) {
        std::string name = text_of_file(task.path() / "comm");
        const auto end = name.find_last_not_of("-0123456789\n");
        name.resize(end == std::string::npos ? 0 : end + 1);
        const std::string schedstat = text_of_file(task.path() / "schedstat");
        out[name] += std::strtod(schedstat.c_str(), nullptr) / kNanosecondsPerSecond;
    }
    return out;
}

}  // namespace ropenet::bench
