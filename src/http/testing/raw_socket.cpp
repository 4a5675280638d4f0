#include "http/testing/raw_socket.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

namespace ropenet::http::testing {
namespace {

constexpr int kPatienceSeconds = 5;

}  // namespace

RawSocket RawSocket::connect(std::string_view address) {
    const std::size_t colon = address.rfind(':');
    const std::string host{address.substr(0, colon)};
    const std::string port{address.substr(colon + 1)};
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(std::strtoul(port.c_str(), nullptr, 10)));
    inet_pton(AF_INET, host.c_str(), &to.sin_addr);
    const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
    const timeval patience{.tv_sec = kPatienceSeconds, .tv_usec = 0};
    ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    // The socket interface takes every address family through this type.
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
        ::close(descriptor);
        return RawSocket{-1};
    }
    return RawSocket{descriptor};
}

RawSocket::~RawSocket() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

void RawSocket::send(std::string_view bytes) const {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

bool RawSocket::read_more() {
    std::array<char, 16384> chunk;
    const ssize_t count = ::recv(descriptor_, chunk.data(), chunk.size(), 0);
    if (count <= 0) return false;
    buffer_.append(chunk.data(), static_cast<std::size_t>(count));
    return true;
}

std::string RawSocket::read_response(bool head_only) {
    std::size_t head_end = 0;
    while ((head_end = buffer_.find("\r\n\r\n")) == std::string::npos) {
        if (!read_more()) return std::exchange(buffer_, {});
    }
    std::size_t total = head_end + 4;
    constexpr std::string_view kLength = "Content-Length: ";
    const std::size_t at = buffer_.find(kLength);
    if (!head_only && at < head_end) {
        total += std::strtoul(buffer_.c_str() + at + kLength.size(), nullptr, 10);
    }
    while (buffer_.size() < total && read_more()) {
    }
    const std::string response = buffer_.substr(0, total);
    buffer_.erase(0, total);
    return response;
}

std::string RawSocket::read_all() {
    while (read_more()) {
    }
    return std::exchange(buffer_, {});
}

bool RawSocket::read_until(std::string_view text) {
    while (buffer_.find(text) == std::string::npos) {
        if (!read_more()) return false;
    }
    return true;
}

bool RawSocket::closed_by_peer() {
    char byte = 0;
    const ssize_t count = ::recv(descriptor_, &byte, 1, 0);
    if (count == 0) return true;
    if (count < 0) return errno == ECONNRESET;
    buffer_.push_back(byte);
    return false;
}

int status_in(std::string_view response) {
    constexpr std::string_view kVersion = "HTTP/1.1 ";
    if (!response.starts_with(kVersion) || response.size() < kVersion.size() + 3) return 0;
    return static_cast<int>(
        std::strtol(std::string{response.substr(kVersion.size(), 3)}.c_str(), nullptr, 10));
}

}  // namespace ropenet::http::testing
