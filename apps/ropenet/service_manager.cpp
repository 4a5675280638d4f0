#include "ropenet/service_manager.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace ropenet::cli {

void tell_service_manager(const char* state) {
    const char* socket_name = std::getenv("NOTIFY_SOCKET");
    const std::string_view name = socket_name == nullptr ? std::string_view{} : socket_name;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (name.size() < 2 || name.size() >= sizeof(address.sun_path)) return;
    if (name.front() != '/' && name.front() != '@') return;
    std::ranges::copy(name, address.sun_path);
    if (name.front() == '@') address.sun_path[0] = '\0';  // an abstract name
    const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return;
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    const auto* to = static_cast<const sockaddr*>(static_cast<const void*>(&address));
    [[maybe_unused]] const auto sent =
        ::sendto(fd, state, std::strlen(state), MSG_NOSIGNAL, to, size);
    ::close(fd);
}

}  // namespace ropenet::cli
