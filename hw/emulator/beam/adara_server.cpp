#include "hw/emulator/beam/adara_server.hpp"

#include <cerrno>
#include <cstring>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace spillgate::hw::emulator {

proto::Result<std::unique_ptr<AdaraServer>> AdaraServer::listen(std::uint16_t port) {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    const int on = 1;
    auto* const name = reinterpret_cast<sockaddr*>(&address);
    if (listener < 0 || ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
        ::bind(listener, name, size) != 0 || ::listen(listener, 8) != 0 ||
        ::getsockname(listener, name, &size) != 0) {
        const int code = errno;
        if (listener >= 0) ::close(listener);
        return proto::error(proto::ErrorKind::IO, fmt::format("ADARA port {}: {}", port, std::strerror(code)),
                            code);
    }
    return std::unique_ptr<AdaraServer>(new AdaraServer(listener, ntohs(address.sin_port)));
}

AdaraServer::~AdaraServer() {
    for (const int client : clients_)
        ::close(client);
    ::close(listener_);
}

void AdaraServer::accept() {
    while (true) {
        const int client = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (client < 0) return;
        clients_.push_back(client);
    }
}

void AdaraServer::send(std::span<const std::byte> packet) {
    std::erase_if(clients_, [&](int client) {
        const bool sent =
            ::send(client, packet.data(), packet.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(packet.size());
        if (!sent) ::close(client);
        return !sent;
    });
}

}  // namespace spillgate::hw::emulator
