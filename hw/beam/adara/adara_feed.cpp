#include "hw/beam/adara/adara_feed.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <string>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hw/pace.hpp"
#include "proto/time.hpp"

namespace spillgate::hw::beam {

namespace {

constexpr auto connect_again_after = std::chrono::seconds(1);
constexpr int look_for_stop_ms = 50;
constexpr int connect_looks = 60;  // 3 s

class Connection {
  public:
    Connection() = default;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() {
        if (socket_ >= 0) ::close(socket_);
    }

    bool open(const sockaddr_in& address, const std::stop_token& stop) {
        socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (socket_ < 0) return false;
        if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0)
            return true;
        if (errno != EINPROGRESS) return false;
        for (int i = 0; i < connect_looks && !stop.stop_requested(); ++i) {
            if (!ready(POLLOUT)) continue;
            int problem = 0;
            socklen_t size = sizeof(problem);
            return ::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &problem, &size) == 0 && problem == 0;
        }
        return false;
    }
    bool send(std::span<const std::byte> bytes) const {
        return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
               static_cast<ssize_t>(bytes.size());
    }
    bool ready(short what) const {
        pollfd look{socket_, what, 0};
        return ::poll(&look, 1, look_for_stop_ms) > 0;
    }
    // Bytes received; 0: the other side has ended, −1: nothing yet or an error, as errno says.
    ssize_t receive(std::span<std::byte> into) const { return ::recv(socket_, into.data(), into.size(), 0); }

  private:
    int socket_ = -1;
};

class AdaraFeed : public Feed {
  public:
    AdaraFeed(sockaddr_in address, double period_ns, bool of_pulse_before)
        : address_(address), period_ns_(period_ns), of_before_(of_pulse_before) {}

    void run(ReportQueue& queue, std::stop_token stop) override {
        std::mutex mutex;
        std::condition_variable_any stopped;
        while (!stop.stop_requested()) {
            Connection connection;
            if (connection.open(address_, stop) &&
                connection.send(adara::client_hello(proto::utc_now_ns()))) {
                read(connection, queue, stop);
                if (!stop.stop_requested()) queue.count("adara-disconnected");
            }
            std::unique_lock lock(mutex);
            stopped.wait_for(lock, stop, connect_again_after, [] { return false; });
        }
    }

  private:
    void read(const Connection& connection, ReportQueue& queue, const std::stop_token& stop) const {
        adara::PulseReports pulses(period_ns_, of_before_);
        adara::Decoder decoder;
        std::array<std::byte, 65536> buffer{};
        while (!stop.stop_requested()) {
            if (!connection.ready(POLLIN)) continue;
            const ssize_t count = connection.receive(buffer);
            if (count < 0 && (errno == EAGAIN || errno == EINTR)) continue;
            if (count <= 0) return;
            const std::int64_t now = steady_ns();
            queue.heard(now);
            std::span<const std::byte> bytes = std::span(buffer).first(static_cast<std::size_t>(count));
            if (!take(decoder, bytes, pulses, now, queue)) return;
        }
    }

    static bool take(adara::Decoder& decoder, std::span<const std::byte> bytes, adara::PulseReports& pulses,
                     std::int64_t now, ReportQueue& queue) {
        using Found = adara::Decoder::Found;
        adara::Rtdl rtdl;
        while (true) {
            switch (decoder.next(bytes, rtdl)) {
                case Found::NOTHING:
                    return true;
                case Found::RTDL:
                    queue.put(pulses.next(rtdl, now));
                    break;
                case Found::OTHER:
                    break;
                case Found::CORRUPT_RTDL:
                    queue.count("adara-rtdl-corrupt");
                    break;
                case Found::LOST:
                    queue.count("adara-stream-corrupt");
                    return false;
            }
        }
    }

    sockaddr_in address_;
    double period_ns_;
    bool of_before_;
};

}  // namespace

Report adara::PulseReports::next(const Rtdl& rtdl, std::int64_t arrival_ns) {
    Report report;
    report.source_utc_ns = rtdl.pulse_utc_ns;
    report.arrival_ns = arrival_ns;
    report.has_charge = true;
    report.charge_pc = rtdl.charge * charge_unit_pc;
    report.flavour = rtdl.flavour;
    report.facility_veto = rtdl.veto != 0;
    report.uncorrected = rtdl.bad_veto;
    if (of_before_) {
        const auto gap_ns = static_cast<double>(rtdl.pulse_utc_ns - last_utc_ns_);
        const bool in_range = any_ && std::abs(gap_ns - period_ns_) < period_ns_ / 4;
        report.uncorrected = report.uncorrected || !in_range;
    }
    any_ = true;
    last_utc_ns_ = rtdl.pulse_utc_ns;
    return report;
}

proto::Result<std::unique_ptr<Feed>> make_adara_feed(const config::BeamSource& source,
                                                     const config::Facility& facility) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(source.adara().port()));
    if (::inet_pton(AF_INET, source.adara().address().c_str(), &address.sin_addr) != 1)
        return proto::error(proto::ErrorKind::CONFIG,
                            fmt::format("beam source '{}': address '{}'; allowed is an IPv4 address",
                                        source.name(), source.adara().address()));
    return std::unique_ptr<Feed>(
        std::make_unique<AdaraFeed>(address, 1e9 / facility.repetition_hz(), facility.charge_offset() == -1));
}

}  // namespace spillgate::hw::beam
