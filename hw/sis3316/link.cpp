#include "hw/sis3316/link.hpp"

#include <algorithm>
#include <cstring>

#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <sys/socket.h>

namespace spillgate::hw::sis3316 {

namespace asio = boost::asio;
using asio::ip::udp;
using Clock = std::chrono::steady_clock;

namespace {

// A packet that was overtaken comes right behind; one that stays away longer than this is lost.
constexpr auto overtaken_within = std::chrono::milliseconds(2);
// What the kernel charges a receive buffer for one packet, at most.
constexpr std::size_t charge_per_packet = 2304;
constexpr std::size_t charge_per_jumbo_packet = 20480;

// Bursts: a flood of strangers must not hold us.
constexpr int most_drained = 100;

}  // namespace

proto::Result<asio::ip::address_v4> module_address(const std::string& name, const std::string& address) {
    boost::system::error_code ec;
    auto parsed = asio::ip::make_address_v4(address, ec);
    if (ec || parsed.is_unspecified() || parsed.is_multicast() || parsed.to_bytes()[0] == 0 ||
        parsed == asio::ip::address_v4::broadcast())
        return proto::error(
            proto::ErrorKind::CONFIG,
            fmt::format("{}: address '{}'; needed is the module's own IPv4 address", name, address));
    return parsed;
}

Link::Link(const LinkSettings& settings) : settings_(settings), burst_(std::make_unique<Burst>()) {}

Link::~Link() {
    on_stop_.reset();
}

proto::Result<std::unique_ptr<Link>> Link::open(const LinkSettings& settings) {
    auto link = std::unique_ptr<Link>(new Link(settings));
    if (auto opened = link->open_socket(); !opened) return opened.error();
    return link;
}

proto::Status Link::open_socket() {
    const auto address = module_address(settings_.name, settings_.address);
    if (!address) return address.error();
    module_ = udp::endpoint(*address, settings_.port);
    boost::system::error_code ec;
    socket_.open(udp::v4(), ec);
    if (ec)
        return proto::error(proto::ErrorKind::IO,
                            fmt::format("{}: no socket: {}", settings_.name, ec.message()), ec.value());
    socket_.bind(udp::endpoint(asio::ip::address_v4::any(), settings_.local_port), ec);
    if (ec)
        return proto::error(
            proto::ErrorKind::CONFIG,
            fmt::format("{}: local UDP port {}: {}; give each module a port of its own, or local_port 0",
                        settings_.name, settings_.local_port, ec.message()));
    const auto wanted = std::min<std::size_t>(settings_.receive_buffer_bytes, 1u << 30);
    // Beyond net.core.rmem_max only with the right to (CAP_NET_ADMIN).
    const auto bytes = static_cast<int>(wanted);
    if (::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0)
        socket_.set_option(asio::socket_base::receive_buffer_size(bytes), ec);
    asio::socket_base::receive_buffer_size given;
    socket_.get_option(given, ec);
    granted_bytes_ = static_cast<std::size_t>(std::max(given.value(), 0));
    socket_.non_blocking(true, ec);
    return {};
}

std::uint16_t Link::local_port() const {
    boost::system::error_code ec;
    return socket_.local_endpoint(ec).port();
}

std::size_t Link::most_packets() const {
    const auto charge = per_packet_ == packet_words ? charge_per_packet : charge_per_jumbo_packet;
    return std::clamp<std::size_t>(granted_bytes_ / charge, 1, FifoAnswer::most_packets);
}

void Link::obey(std::stop_token stop) {
    on_stop_.reset();
    stop_ = std::move(stop);
    on_stop_.emplace(stop_, [this] { asio::post(io_, [] {}); });
}

Link::Wake Link::wait(Time deadline, bool for_datagram) {
    if (stop_.stop_requested()) return Wake::STOPPED;
    if (for_datagram && !waits_readable_) {
        waits_readable_ = true;
        readable_ = false;
        socket_.async_wait(udp::socket::wait_read, [this](const boost::system::error_code& ec) {
            waits_readable_ = false;
            readable_ = !ec;
        });
    }
    // A handler may run later than its wait: it carries the number of the wait that it belongs to.
    const auto number = ++waits_;
    timer_.expires_at(deadline);
    timer_.async_wait([this, number](const boost::system::error_code& ec) {
        if (!ec) expired_wait_ = number;
    });
    while (expired_wait_ != number && !(for_datagram && readable_) && !stop_.stop_requested())
        io_.run_one();
    if (stop_.stop_requested()) return Wake::STOPPED;
    return for_datagram && readable_ ? Wake::READABLE : Wake::EXPIRED;
}

proto::Status Link::pause_until(Time moment) {
    if (wait(moment, false) == Wake::STOPPED)
        return proto::error(proto::ErrorKind::CLOSED, fmt::format("{}: stopped", settings_.name));
    return {};
}

proto::Status Link::send(const Request& request) {
    ++counters_.requests;
    boost::system::error_code ec;
    const auto bytes = request.bytes();
    socket_.send_to(asio::buffer(bytes.data(), bytes.size()), module_, 0, ec);
    if (!ec) return {};
    // The next answer that is missing tells; an unreachable network may come back.
    ++counters_.send_failures;
    if (ec == asio::error::would_block || ec == asio::error::no_buffer_space) return {};
    return proto::error(
        proto::ErrorKind::IO,
        fmt::format("{}: cannot send to {}: {}", settings_.name, settings_.address, ec.message()),
        ec.value());
}

void Link::drain() {
    for (int i = 0; i < most_drained; ++i) {
        const auto count = burst_->receive(socket_.native_handle());
        if (count == 0) break;
        counters_.stale += count;
    }
}

proto::Result<bool> Link::take_until(Time deadline,
                                     const std::function<bool(std::span<const std::byte>)>& use) {
    sockaddr_in module{};
    std::memcpy(&module, module_.data(), sizeof module);
    for (;;) {
        if (const auto count = burst_->receive(socket_.native_handle())) {
            bool done = false;
            for (std::size_t i = 0; i < count; ++i) {
                if (!burst_->is_from(i, module))
                    ++counters_.other_address;
                else
                    done = use(burst_->datagram(i)) || done;
            }
            if (done) return true;
            if (Clock::now() >= deadline) return false;  // a flood of strangers must not hold us
            continue;
        }
        switch (wait(deadline, true)) {
            case Wake::STOPPED:
                return proto::error(proto::ErrorKind::CLOSED, fmt::format("{}: stopped", settings_.name));
            case Wake::EXPIRED:
                return false;
            case Wake::READABLE:
                readable_ = false;
        }
    }
}

void Link::count(Verdict verdict) {
    switch (verdict) {
        case Verdict::ACCEPTED:
            break;
        case Verdict::TOO_SHORT:
            ++counters_.too_short;
            break;
        case Verdict::TOO_LONG:
            ++counters_.too_long;
            break;
        case Verdict::OTHER_ID:
            ++counters_.other_id;
            break;
        case Verdict::OTHER_COMMAND:
        case Verdict::OTHER_ADDRESS:
            ++counters_.other_command;
    }
}

proto::Status Link::check(const AckStatus& status) {
    if (status.no_grant) {
        ++counters_.no_grant;
        return proto::error(
            proto::ErrorKind::REFUSED,
            fmt::format("{}: the Ethernet interface has no grant (link register 0x10); another "
                        "interface holds the module",
                        settings_.name));
    }
    if (status.protocol_error) ++counters_.protocol_errors;
    return {};
}

proto::Error Link::silent(Command command) const {
    return proto::error(proto::ErrorKind::TIMED_OUT,
                        fmt::format("{}: no answer from {}:{} to command {:#04x}", settings_.name,
                                    settings_.address, settings_.port, static_cast<unsigned>(command)));
}

Expected Link::expect(Command command, std::uint32_t address, std::size_t words) {
    return {generation_, command, ++id_, address, words, last_counter_};
}

void Link::note(const Expected& expected, const Answer& answer) {
    last_counter_.reset();
    // Whether the module counts requests of its link registers, which are answered without status, is not
    // said.
    if (expected.generation == Generation::LEGACY && expected.command != Command::READ_LINK)
        last_counter_ = answer.status.request_counter;
}

proto::Result<Link::Came> Link::exchange(const Request& request, const Expected& expected,
                                         const std::function<void(const Answer&)>& use) {
    drain();
    if (auto sent = send(request); !sent) return sent.error();
    const bool can_ask_again = generation_ == Generation::WITH_IDENTIFIER;
    const auto previous = static_cast<std::uint8_t>(expected.id - 1);
    for (unsigned asked = 0;; ++asked) {
        bool is_answered = false;
        const auto came = take_until(Clock::now() + settings_.timeout, [&](std::span<const std::byte> bytes) {
            if (is_answered) {
                ++counters_.stale;
                return true;
            }
            const auto answer = decode_answer(expected, bytes);
            count(answer.verdict);
            if (answer.verdict == Verdict::ACCEPTED) {
                note(expected, answer);
                use(answer);
                is_answered = true;
                return true;
            }
            // Asked for its last packet, the module has sent that of an earlier request.
            return asked > 0 && can_ask_again && bytes.size() >= 2 &&
                   std::to_integer<std::uint8_t>(bytes[1]) == previous;
        });
        if (!came) return came.error();
        if (is_answered) return Came::ANSWER;
        if (*came) return Came::PREVIOUS;
        ++counters_.timeouts;
        last_counter_.reset();
        // Without identifiers a late answer could be taken for that of the next request.
        if (!can_ask_again)
            if (auto paused = pause_until(Clock::now() + settings_.timeout); !paused) return paused.error();
        if (!can_ask_again || asked >= settings_.retransmissions) return Came::NOTHING;
        ++counters_.retransmissions;
        if (auto sent = send(encode_send_again()); !sent) return sent.error();
    }
}

proto::Status Link::repeat(const std::function<Request(std::uint8_t)>& make,
                           const std::function<Expected()>& expected,
                           const std::function<bool(const Answer&)>& use) {
    for (unsigned times = 0;; ++times) {
        const auto awaited = expected();
        proto::Status refused;
        bool done = false;
        const auto came = exchange(make(awaited.id), awaited, [&](const Answer& answer) {
            refused = check(answer.status);
            done = refused && use(answer);
        });
        if (!came) return came.error();
        if (!refused) return refused;
        if (done) return {};
        // An old module cannot be asked for its last packet; a new one that was asked in vain is silent.
        const bool silent_now = *came == Came::NOTHING && generation_ == Generation::WITH_IDENTIFIER;
        if (silent_now || times >= settings_.retransmissions) return silent(awaited.command);
        ++counters_.repeated_reads;
    }
}

proto::Status Link::probe() {
    for (const auto generation : {Generation::WITH_IDENTIFIER, Generation::LEGACY}) {
        generation_ = generation;
        constexpr std::uint32_t module_id = 0x04;
        for (unsigned times = 0; times <= settings_.retransmissions; ++times) {
            const auto expected = expect(Command::READ_LINK, module_id, 1);
            drain();
            if (auto sent = send(encode_read_link(generation, expected.id, module_id)); !sent) return sent;
            const auto came =
                take_until(Clock::now() + settings_.timeout, [&](std::span<const std::byte> bytes) {
                    const auto verdict = decode_answer(expected, bytes).verdict;
                    count(verdict);
                    return verdict == Verdict::ACCEPTED;
                });
            if (!came) return came.error();
            if (*came) return {};
            ++counters_.timeouts;
            // A new module that misses one packet would be taken for an old one; ask twice.
            if (times > 0) break;
        }
    }
    generation_ = Generation::WITH_IDENTIFIER;
    return proto::error(proto::ErrorKind::TIMED_OUT,
                        fmt::format("{}: nothing answers at {}:{} when link register 0x04 (module id) is "
                                    "read, with or without packet identifier",
                                    settings_.name, settings_.address, settings_.port));
}

proto::Result<std::uint32_t> Link::read_link(std::uint32_t address) {
    std::uint32_t value = 0;
    const auto status = repeat([&](std::uint8_t id) { return encode_read_link(generation_, id, address); },
                               [&] { return expect(Command::READ_LINK, address, 1); },
                               [&](const Answer& answer) {
                                   value = answer.word(0);
                                   return true;
                               });
    if (!status) return status.error();
    return value;
}

proto::Status Link::write_link(std::uint32_t address, std::uint32_t value) {
    last_counter_.reset();
    return send(encode_write_link(address, value));
}

proto::Status Link::reset() {
    per_packet_ = packet_words;
    last_counter_.reset();
    return send(encode_reset());
}

proto::Status Link::read(std::span<const std::uint32_t> addresses, std::span<std::uint32_t> values) {
    return repeat([&](std::uint8_t id) { return encode_read(generation_, id, addresses); },
                  [&] { return expect(Command::READ, 0, addresses.size()); },
                  [&](const Answer& answer) {
                      if (answer.status.access_timeout) ++counters_.access_timeouts;
                      if (answer.status.access_timeout || answer.count() != addresses.size()) return false;
                      for (std::size_t i = 0; i < values.size(); ++i)
                          values[i] = answer.word(i);
                      return true;
                  });
}

proto::Result<Delivery> Link::write(std::span<const RegisterWrite> writes) {
    const auto expected = expect(Command::WRITE, 0, 0);
    proto::Status refused;
    bool malformed = false;
    const auto came =
        exchange(encode_write(generation_, expected.id, writes), expected, [&](const Answer& answer) {
            refused = check(answer.status);
            malformed = answer.status.protocol_error;
        });
    if (!came) return came.error();
    if (!refused) return refused.error();
    if (*came == Came::ANSWER && !malformed) return Delivery::CONFIRMED;
    if (*came == Came::NOTHING && generation_ == Generation::WITH_IDENTIFIER) return silent(Command::WRITE);
    return Delivery::UNKNOWN;
}

proto::Result<std::size_t> Link::read_fifo(std::uint32_t address, std::span<std::uint32_t> into) {
    FifoAnswer answer(into.size(), per_packet_);
    auto expected = expect(Command::READ_FIFO, 0, std::min(per_packet_, into.size()));
    proto::Status refused;
    bool unreadable = false;
    const auto use = [&](std::span<const std::byte> bytes) {
        const auto packet = decode_answer(expected, bytes);
        count(packet.verdict);
        if (packet.verdict != Verdict::ACCEPTED) return false;
        note(expected, packet);
        // Late duplicates come before it. That all packets of an answer show the same bit is not said.
        expected.previous_counter.reset();
        if (refused = check(packet.status); !refused) return true;
        unreadable = packet.status.access_timeout || packet.status.protocol_error || packet.count() == 0;
        if (unreadable) {
            ++counters_.access_timeouts;
            return true;
        }
        const auto placed = answer.take(packet.status.packet, packet.count());
        using Place = FifoAnswer::Place;
        if (placed.place == Place::DUPLICATE) ++counters_.duplicates;
        if (placed.place == Place::LATE || placed.place == Place::IMPOSSIBLE) ++counters_.out_of_order;
        if (placed.place == Place::DUPLICATE || placed.place == Place::IMPOSSIBLE) return false;
        std::memcpy(&into[placed.first_word], packet.words.data(), packet.words.size());
        return answer.complete();
    };
    drain();
    if (auto sent = send(encode_read_fifo(generation_, expected.id, address, into.size())); !sent)
        return sent.error();
    const bool can_ask_again = generation_ == Generation::WITH_IDENTIFIER;
    for (unsigned asked = 0;;) {
        const auto before = answer.received();
        const auto patience = answer.last_has_come() ? overtaken_within : settings_.timeout;
        const auto came = take_until(Clock::now() + patience, [&](std::span<const std::byte> bytes) {
            // With each packet the wait begins anew: the answer ends when the module falls silent.
            return use(bytes) || answer.received() > before;
        });
        if (!came) return came.error();
        if (!refused) return refused.error();
        if (unreadable || answer.complete()) break;
        if (*came) continue;
        ++counters_.timeouts;
        if (answer.received() == 0) last_counter_.reset();
        if (!can_ask_again || !answer.only_last_missing() || asked++ >= settings_.retransmissions) break;
        ++counters_.retransmissions;
        if (auto sent = send(encode_send_again()); !sent) return sent.error();
    }
    counters_.lost_packets += answer.packets() - answer.received();
    return answer.words_in_order();
}

}  // namespace spillgate::hw::sis3316
