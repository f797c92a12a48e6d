#include "hw/beam/service/service_feed.hpp"

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <zmq.hpp>

#include "hw/beam/service/key_file.hpp"
#include "hw/pace.hpp"
#include "proto/time.hpp"

namespace spillgate::hw::beam {

using proto::error;
using proto::ErrorKind;

namespace {

constexpr int high_water = 4096;
constexpr std::int64_t longest_message = 4096;
constexpr auto look_for_stop = std::chrono::milliseconds(50);
constexpr auto connect_again_after = std::chrono::seconds(1);

struct Keys {
    std::string server_public;
    std::string client_public;
    std::string client_secret;
};

class ServiceFeed : public Feed {
  public:
    ServiceFeed(std::string endpoint, std::optional<Keys> keys)
        : endpoint_(std::move(endpoint)), keys_(std::move(keys)) {}

    void run(ReportQueue& queue, std::stop_token stop) override {
        std::mutex mutex;
        std::condition_variable_any stopped;
        while (!stop.stop_requested()) {
            try {
                listen(queue, stop);
            } catch (const zmq::error_t&) {
                queue.count("beam-service-failed");
                std::unique_lock lock(mutex);
                stopped.wait_for(lock, stop, connect_again_after, [] { return false; });
            }
        }
    }

    // Makes the socket once, to see at the start whether it can be made.
    void try_out() {
        zmq::context_t context(1);
        auto socket = connected(context);
    }

  private:
    zmq::socket_t connected(zmq::context_t& context) const {
        zmq::socket_t socket(context, zmq::socket_type::sub);
        socket.set(zmq::sockopt::linger, 0);
        socket.set(zmq::sockopt::rcvhwm, high_water);
        socket.set(zmq::sockopt::maxmsgsize, longest_message);
        socket.set(zmq::sockopt::reconnect_ivl_max, 1000);
        if (keys_) {
            socket.set(zmq::sockopt::curve_serverkey, keys_->server_public);
            socket.set(zmq::sockopt::curve_publickey, keys_->client_public);
            socket.set(zmq::sockopt::curve_secretkey, keys_->client_secret);
        }
        socket.set(zmq::sockopt::subscribe, "");
        socket.connect(endpoint_);
        return socket;
    }

    // Whether one came. A signal to this process is no failure of the socket.
    static bool receive(zmq::socket_t& socket, zmq::message_t& message) {
        try {
            zmq::pollitem_t item{socket.handle(), 0, ZMQ_POLLIN, 0};
            if (zmq::poll(&item, 1, look_for_stop) == 0) return false;
            return socket.recv(message, zmq::recv_flags::dontwait).has_value();
        } catch (const zmq::error_t& e) {
            if (e.num() == EINTR) return false;
            throw;
        }
    }

    void listen(ReportQueue& queue, const std::stop_token& stop) {
        zmq::context_t context(1);
        auto socket = connected(context);
        std::optional<std::uint64_t> sequence;
        while (!stop.stop_requested()) {
            zmq::message_t message;
            if (!receive(socket, message)) continue;
            const auto report = report_of(message.to_string_view(), steady_ns(), sequence, queue);
            if (report) queue.put(*report);
        }
    }

    std::string endpoint_;
    std::optional<Keys> keys_;
};

}  // namespace

std::optional<Report> report_of(std::string_view message, std::int64_t arrival_ns,
                                std::optional<std::uint64_t>& sequence, ReportQueue& counts) {
    wire::TimingReport said;
    if (!said.ParseFromArray(message.data(), static_cast<int>(message.size()))) {
        counts.count("beam-report-corrupt");
        return std::nullopt;
    }
    counts.heard(arrival_ns);
    if (sequence && said.sequence() > *sequence + 1)
        counts.count("beam-report-lost", said.sequence() - *sequence - 1);
    sequence = said.sequence();
    if (!said.valid()) {
        counts.count("beam-report-invalid");
        return std::nullopt;
    }
    Report report;
    report.arrival_ns = arrival_ns;
    if (said.has_cycle_id()) report.cycle_id = said.cycle_id();
    if (said.source_utc_ns() != 0) report.source_utc_ns = said.source_utc_ns();
    report.has_charge = said.charge_state() != wire::TimingReport::NO_CHARGE;
    report.charge_pc = said.charge_pc();
    report.flavour = said.flavour();
    report.facility_veto = said.facility_veto();
    report.uncorrected = said.charge_state() == wire::TimingReport::UNCORRECTED || said.quality() != 0;
    return report;
}

proto::Result<std::unique_ptr<Feed>> make_service_feed(const config::BeamSource& source) {
    const auto& service = source.service();
    const auto refuse = [&](const std::string& what) {
        return error(ErrorKind::CONFIG, fmt::format("beam source '{}': {}", source.name(), what));
    };
    std::optional<Keys> keys;
    const bool has_keys = service.has_server_key_file() || service.has_client_key_file();
    if (service.endpoint().starts_with("tcp://")) {
        if (!service.has_server_key_file() || !service.has_client_key_file())
            return refuse("tcp needs server_key_file and client_key_file");
        auto server = read_key_file(service.server_key_file(), 1);
        if (!server) return server.error();
        auto client = read_key_file(service.client_key_file(), 2);
        if (!client) return client.error();
        keys = Keys{(*server)[0], (*client)[0], (*client)[1]};
    } else if (!service.endpoint().starts_with("ipc://") || has_keys) {
        return refuse(fmt::format("endpoint '{}': allowed are ipc:// without keys and tcp:// with them",
                                  service.endpoint()));
    }
    auto feed = std::make_unique<ServiceFeed>(service.endpoint(), std::move(keys));
    try {
        feed->try_out();
    } catch (const zmq::error_t& e) {
        return refuse(fmt::format("endpoint '{}': {}", service.endpoint(), e.what()));
    }
    return std::unique_ptr<Feed>(std::move(feed));
}

}  // namespace spillgate::hw::beam
