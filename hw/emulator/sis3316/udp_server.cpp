#include "hw/emulator/sis3316/udp_server.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hw/pace.hpp"

namespace spillgate::hw::emulator::sis3316 {

namespace {

constexpr std::uint32_t first_firmware_with_identifier = 0x2008;
constexpr std::uint64_t wire_faults = 0;  // stream of draws
constexpr int stop_look_ms = 50;
constexpr int buffer_bytes = 4 << 20;
constexpr std::size_t longest_request = 2048;
constexpr std::size_t words_per_packet = 360;
constexpr std::size_t words_per_jumbo_packet = 2048;
constexpr std::uint8_t identifier_flip = 0x55;

void count(std::atomic<std::uint64_t>& counter) {
    counter.fetch_add(1, std::memory_order_relaxed);
}

// All of a packet's bytes, as one.
void copy_to(const Packet& packet, std::vector<std::uint8_t>& bytes) {
    bytes.assign(packet.head.bytes.begin(), packet.head.bytes.begin() + packet.head.size);
    bytes.insert(bytes.end(), packet.data.begin(), packet.data.end());
    bytes.resize(packet.size(), 0);
}

}  // namespace

proto::Result<std::unique_ptr<UdpServer>> UdpServer::open(const config::EmulatedSis3316& config,
                                                          Module& module,
                                                          const config::EmulatedFaults& faults) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(config.port()));
    if (::inet_pton(AF_INET, config.address().c_str(), &address.sin_addr) != 1)
        return proto::error(proto::ErrorKind::CONFIG,
                            fmt::format("address is '{}'; allowed is an IPv4 address", config.address()));
    const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket < 0)
        return proto::error(proto::ErrorKind::IO, fmt::format("no UDP socket: {}", std::strerror(errno)),
                            errno);
    ::setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &buffer_bytes, sizeof buffer_bytes);
    ::setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof buffer_bytes);
    if (::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        const int code = errno;
        ::close(socket);
        return proto::error(
            proto::ErrorKind::IO,
            fmt::format("cannot listen at {}:{}: {}", config.address(), config.port(), std::strerror(code)),
            code);
    }
    return std::unique_ptr<UdpServer>(new UdpServer(socket, config, module, faults));
}

UdpServer::UdpServer(int socket, const config::EmulatedSis3316& config, Module& module,
                     const config::EmulatedFaults& faults)
    : socket_(socket),
      module_(module),
      generation_(config.firmware() < first_firmware_with_identifier ? Generation::LEGACY
                                                                     : Generation::WITH_IDENTIFIER),
      sender_(socket, config.paced()),
      draws_(faults, wire_faults) {}

UdpServer::~UdpServer() {
    ::close(socket_);
}

std::string UdpServer::endpoint() const {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    std::array<char, INET_ADDRSTRLEN> text{};
    ::inet_ntop(AF_INET, &address.sin_addr, text.data(), text.size());
    return fmt::format("{}:{}", text.data(), ntohs(address.sin_port));
}

void UdpServer::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        pollfd wanted{socket_, POLLIN, 0};
        ::poll(&wanted, 1, wait_ms());
        take_new_faults();
        send_due();
        if (wanted.revents & POLLIN) receive_all();
    }
}

int UdpServer::wait_ms() const {
    std::int64_t wait = stop_look_ms;
    for (const Copy& copy : delayed_)
        wait = std::min(wait, std::max<std::int64_t>(0, (copy.due_ns - steady_ns()) / 1'000'000));
    return static_cast<int>(wait);
}

void UdpServer::receive_all() {
    // Requests that came while an answer was sent; then look around again.
    std::array<std::uint8_t, longest_request> bytes{};
    for (int i = 0; i < 64; ++i) {
        sockaddr_in peer{};
        socklen_t size = sizeof peer;
        const ssize_t n = ::recvfrom(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_TRUNC,
                                     reinterpret_cast<sockaddr*>(&peer), &size);
        if (n < 0) return;
        count(counters_.requests);
        if (!powered()) {
            count(counters_.while_off);
        } else if (draws_.faults().silent()) {
            count(counters_.silenced);
        } else if (draws_.strikes(draws_.faults().request_drop_fraction())) {
            count(counters_.requests_dropped);
        } else {
            // A longer one than any request is cut, and so of a wrong length.
            take(std::span(bytes).first(std::min<std::size_t>(static_cast<std::size_t>(n), bytes.size())),
                 peer);
        }
    }
}

void UdpServer::apply(const config::EmulatedFaults& faults) {
    const std::lock_guard lock(new_faults_mutex_);
    new_faults_ = faults;
}

void UdpServer::take_new_faults() {
    const std::lock_guard lock(new_faults_mutex_);
    if (new_faults_) draws_.apply(*new_faults_);
    new_faults_.reset();
}

void UdpServer::take(std::span<const std::uint8_t> datagram, const sockaddr_in& peer) {
    const Request request = parse(datagram, generation_);
    switch (request.form) {
        case Request::Form::GOOD:
            return serve(request, peer);
        case Request::Form::UNKNOWN_COMMAND:
            return count(counters_.unknown_commands);
        case Request::Form::NO_HEADER:
            return count(counters_.wrong_lengths);
        case Request::Form::WRONG_LENGTH:
            count(counters_.wrong_lengths);
            if (request.count > 0) answer(request, next_status() | status_protocol_error, 0, peer);
            return;
    }
}

void UdpServer::serve(const Request& request, const sockaddr_in& peer) {
    switch (request.command) {
        case Command::READ_LINK:
            std::copy_n(request.body.begin(), 4, answer_.begin());
            put_word(module_.read_link(request.word(0)), answer_.data() + 4);
            return answer(request, 0, 8, peer);
        case Command::WRITE_LINK:
            return module_.write_link(request.word(0), request.word(1));
        case Command::READ:
            return read_registers(request, peer);
        case Command::WRITE:
            return write_registers(request, peer);
        case Command::READ_FIFO:
            return read_fifo(request, peer);
        case Command::WRITE_FIFO:
            return write_fifo(request, peer);
        case Command::REPEAT:
            return repeat(peer);
        case Command::RESET:
            return module_.reset_interface();
    }
}

std::uint8_t UdpServer::next_status() {
    counter_bit_ ^= status_counter;
    return counter_bit_;
}

bool UdpServer::times_out() {
    if (!draws_.strikes(draws_.faults().access_timeout_fraction())) return false;
    count(counters_.access_timeouts);
    return true;
}

void UdpServer::answer(const Request& request, std::uint8_t status, std::size_t data_bytes,
                       const sockaddr_in& peer) {
    packets_.assign(1, {answer_head(request, generation_, status), std::span(answer_).first(data_bytes), 0});
    if (request.command != Command::READ_LINK)
        module_.note_answer(static_cast<std::uint8_t>(request.command), status);
    send(peer);
}

void UdpServer::read_registers(const Request& request, const sockaddr_in& peer) {
    std::uint8_t status = next_status();
    const bool timed_out = times_out();
    if (timed_out) status |= status_access_timeout;
    for (std::size_t i = 0; i < request.count; ++i) {
        const Module::Access access = timed_out ? Module::Access{} : module_.read(request.word(i));
        status |= access.status;
        put_word(access.value, answer_.data() + 4 * i);
    }
    answer(request, status, std::size_t{4} * request.count, peer);
}

void UdpServer::write_registers(const Request& request, const sockaddr_in& peer) {
    std::uint8_t status = next_status();
    for (std::size_t i = 0; i < request.count; ++i)
        status |= module_.write(request.word(2 * i), request.word(2 * i + 1));
    if (times_out()) status |= status_access_timeout;
    answer(request, status, 0, peer);
}

void UdpServer::write_fifo(const Request& request, const sockaddr_in& peer) {
    std::array<std::uint32_t, 256> words{};
    for (std::size_t i = 0; i < request.count; ++i)
        words[i] = request.word(1 + i);
    std::uint8_t status = next_status();
    status |= module_.write_fifo(request.word(0), std::span(words).first(request.count));
    answer(request, status, 0, peer);
}

void UdpServer::read_fifo(const Request& request, const sockaddr_in& peer) {
    std::uint8_t status = next_status();
    Module::Fifo fifo{{{}, request.count}, status_access_timeout};
    if (!times_out()) fifo = module_.read_fifo(request.word(0), request.count);
    status |= fifo.status;
    const std::size_t longest = module_.jumbo() ? words_per_jumbo_packet : words_per_packet;
    packets_.clear();
    for (std::size_t done = 0; done < request.count;) {
        const std::size_t words = std::min(longest, request.count - done);
        const std::size_t begin = std::min(done, fifo.data.words.size());
        const auto there = fifo.data.words.subspan(begin, std::min(words, fifo.data.words.size() - begin));
        const auto counter = static_cast<std::uint8_t>(packets_.size() & 0xF);
        packets_.push_back({answer_head(request, generation_, status | counter),
                            {reinterpret_cast<const std::uint8_t*>(there.data()), there.size_bytes()},
                            static_cast<std::uint32_t>(4 * (words - there.size()))});
        done += words;
    }
    module_.note_answer(static_cast<std::uint8_t>(request.command), status);
    send(peer);
}

void UdpServer::repeat(const sockaddr_in& peer) {
    count(counters_.repeats);
    if (last_.empty()) return;
    // Split in head and data again, so that faults find the identifier.
    const std::vector<std::uint8_t> bytes = last_;
    Packet packet;
    packet.head.size =
        static_cast<std::uint8_t>(std::min<std::size_t>(bytes.size(), packet.head.bytes.size()));
    std::copy_n(bytes.begin(), packet.head.size, packet.head.bytes.begin());
    packet.data = std::span(bytes).subspan(packet.head.size);
    packets_.assign(1, packet);
    send(peer);
}

void UdpServer::send(const sockaddr_in& peer) {
    copy_to(packets_.back(), last_);
    const unsigned gap = packets_.size() > 1 ? module_.gap_code() : 0;
    std::optional<Copy> held = std::exchange(held_, std::nullopt);
    order_with_faults(peer);
    sender_.send(order_, peer, gap);
    if (held) send_copy(*held);
}

// Fills order_: packets_ with what the faults leave of them.
void UdpServer::order_with_faults(const sockaddr_in& peer) {
    const config::EmulatedFaults& faults = draws_.faults();
    order_.clear();
    for (Packet& packet : packets_) {
        if (draws_.strikes(faults.drop_fraction())) {
            count(counters_.dropped);
            continue;
        }
        if (generation_ == Generation::WITH_IDENTIFIER &&
            draws_.strikes(faults.corrupt_identifier_fraction())) {
            packet.head.bytes[1] ^= identifier_flip;
            count(counters_.identifiers_corrupted);
        }
        if (draws_.strikes(faults.delay_fraction())) {
            Copy copy{{}, peer, steady_ns() + static_cast<std::int64_t>(faults.delay_ms() * 1e6)};
            copy_to(packet, copy.bytes);
            delayed_.push_back(std::move(copy));
            count(counters_.delayed);
            continue;
        }
        order_.push_back(packet);
        if (draws_.strikes(faults.duplicate_fraction())) {
            order_.push_back(packet);
            count(counters_.duplicated);
        }
    }
    for (std::size_t i = 0; i < order_.size(); ++i) {
        if (!draws_.strikes(faults.reorder_fraction())) continue;
        count(counters_.reordered);
        if (i + 1 < order_.size()) {
            std::swap(order_[i], order_[i + 1]);
            ++i;
        } else {
            held_ = Copy{{}, peer, 0};
            copy_to(order_.back(), held_->bytes);
            order_.pop_back();
        }
    }
}

void UdpServer::send_copy(const Copy& copy) {
    Packet packet;
    packet.data = copy.bytes;
    sender_.send(std::span(&packet, 1), copy.peer, 0);
}

void UdpServer::send_due() {
    const std::int64_t now = steady_ns();
    for (std::size_t i = 0; i < delayed_.size();) {
        if (delayed_[i].due_ns > now) {
            ++i;
            continue;
        }
        if (powered()) send_copy(delayed_[i]);
        delayed_.erase(delayed_.begin() + static_cast<std::ptrdiff_t>(i));
    }
}

void UdpServer::append_statistics(std::vector<Statistic>& out) const {
    const ServerCounters& c = counters_;
    const auto add = [&out](const char* name, std::uint64_t value) { out.push_back({name, value}); };
    add("requests", c.requests);
    add("packets-sent", sender_.packets());
    add("bytes-sent", sender_.bytes());
    add("packets-refused", sender_.refused());
    add("unknown-commands", c.unknown_commands);
    add("wrong-lengths", c.wrong_lengths);
    add("repeats", c.repeats);
    add("requests-while-off", c.while_off);
    add("requests-silenced", c.silenced);
    add("requests-dropped", c.requests_dropped);
    add("answers-dropped", c.dropped);
    add("answers-duplicated", c.duplicated);
    add("answers-reordered", c.reordered);
    add("answers-delayed", c.delayed);
    add("identifiers-corrupted", c.identifiers_corrupted);
    add("access-timeouts", c.access_timeouts);
}

}  // namespace spillgate::hw::emulator::sis3316
