#include "tests/bench/loopback.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace spillgate::bench {

namespace {

constexpr std::size_t burst = 16;

// Buffers of one burst.
struct Messages {
    explicit Messages(std::size_t bytes) : memory(burst * bytes) {
        for (std::size_t i = 0; i < burst; ++i) {
            places[i] = {memory.data() + i * bytes, bytes};
            headers[i].msg_hdr.msg_iov = &places[i];
            headers[i].msg_hdr.msg_iovlen = 1;
        }
    }
    std::vector<std::byte> memory;
    std::array<iovec, burst> places{};
    std::array<mmsghdr, burst> headers{};
};

struct Socket {
    int handle = ::socket(AF_INET, SOCK_DGRAM, 0);
    Socket() = default;
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket() { ::close(handle); }
};

}  // namespace

proto::Result<double> loopback_speed(std::size_t bytes, double seconds) {
    Socket receiver;
    Socket sender;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    const int buffer = 1 << 23;
    const timeval wait{0, 100000};
    ::setsockopt(receiver.handle, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    ::setsockopt(receiver.handle, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    if (::bind(receiver.handle, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::getsockname(receiver.handle, reinterpret_cast<sockaddr*>(&address), &size) != 0 ||
        ::connect(sender.handle, reinterpret_cast<sockaddr*>(&address), size) != 0)
        return proto::error(proto::ErrorKind::IO, "no loopback socket", errno);
    std::atomic<bool> done = false;
    std::thread sending([&] {
        Messages messages(bytes);
        while (!done)
            ::sendmmsg(sender.handle, messages.headers.data(), burst, 0);
    });
    Messages messages(bytes);
    std::uint64_t received = 0;
    const auto begin = std::chrono::steady_clock::now();
    const auto passed = [&] {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    };
    while (passed() < seconds) {
        const int count =
            ::recvmmsg(receiver.handle, messages.headers.data(), burst, MSG_WAITFORONE, nullptr);
        if (count > 0) received += static_cast<std::uint64_t>(count) * bytes;
    }
    const double time = passed();
    done = true;
    sending.join();
    return static_cast<double>(received) / time;
}

}  // namespace spillgate::bench
