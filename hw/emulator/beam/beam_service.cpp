#include "hw/emulator/beam/beam_service.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "hw/beam/adara/adara_packets.hpp"
#include "hw/pace.hpp"
#include "proto/endpoints.hpp"
#include "proto/schema/timing.pb.h"
#include "proto/time.hpp"

namespace spillgate::hw::emulator {

namespace {

constexpr std::uint64_t cycles_that_never_were = 1'000'000'000;  // so far ahead
constexpr std::uint32_t extract_event = 39;                      // of the SNS event link
constexpr std::size_t most_remembered = 100'000;
constexpr std::chrono::milliseconds accept_interval{10};

}  // namespace

proto::Result<std::unique_ptr<BeamService>> BeamService::create(const config::EmulatedBeam& settings) {
    if (!settings.has_service_endpoint() && !settings.has_adara_port())
        return proto::error(
            proto::ErrorKind::CONFIG,
            fmt::format("emulated beam '{}' serves nothing; it needs service_endpoint or adara_port",
                        settings.name()));
    std::unique_ptr<BeamService> service(new BeamService(settings));
    if (settings.has_adara_port()) {
        auto server = AdaraServer::listen(static_cast<std::uint16_t>(settings.adara_port()));
        if (!server) return server.error();
        service->adara_ = std::move(*server);
    }
    if (settings.has_service_endpoint()) {
        if (auto made = proto::prepare_dir_of(settings.service_endpoint()); !made) return made.error();
        try {
            service->publisher_ = std::make_unique<zmq::socket_t>(service->context_, zmq::socket_type::xpub);
            service->publisher_->set(zmq::sockopt::linger, 0);
            service->publisher_->set(zmq::sockopt::xpub_verboser, 1);
            service->publisher_->set(zmq::sockopt::maxmsgsize, std::int64_t{4096});
            service->publisher_->bind(settings.service_endpoint());
        } catch (const zmq::error_t& e) {
            return proto::error(
                proto::ErrorKind::IO,
                fmt::format("cannot publish at {}: {}", settings.service_endpoint(), e.what()), e.num());
        }
    }
    return service;
}

BeamService::BeamService(const config::EmulatedBeam& settings) : settings_(settings), plan_(settings) {}

BeamService::~BeamService() {
    stop();
}

void BeamService::start() {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void BeamService::stop() {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    thread_.join();
}

// An XPUB socket receives a message for each subscription: 1 or 0, then the topic.
std::size_t BeamService::subscribers() {
    const std::lock_guard lock(mutex_);
    zmq::message_t message;
    while (publisher_ && publisher_->recv(message, zmq::recv_flags::dontwait)) {
        if (message.empty()) continue;
        if (*message.data<std::uint8_t>() == 1)
            ++subscribers_;
        else if (subscribers_ > 0)
            --subscribers_;
    }
    return subscribers_;
}

std::size_t BeamService::adara_clients() {
    const std::lock_guard lock(mutex_);
    if (adara_) adara_->accept();
    return adara_ ? adara_->clients() : 0;
}

std::vector<PlannedReport> BeamService::sent() const {
    const std::lock_guard lock(mutex_);
    return sent_;
}

void BeamService::run(const std::stop_token& stop) {
    Pace pace(accept_interval);
    const auto accept = [this] {
        const std::lock_guard lock(mutex_);
        if (adara_) adara_->accept();
    };
    std::vector<PlannedReport> waiting;  // by due_ns
    const std::uint64_t first = plan_.first_cycle_after(steady_ns());
    std::uint64_t next = first;
    while (!stop.stop_requested()) {
        while (waiting.empty() || plan_.begin_ns(next) <= waiting.front().due_ns) {
            plan_.plan(next, next >= first + settings_.faults_after(), waiting);
            ++next;
            std::ranges::stable_sort(waiting, {}, &PlannedReport::due_ns);
            if (waiting.empty() && plan_.begin_ns(next) > steady_ns()) break;
        }
        const std::int64_t moment = waiting.empty() ? plan_.begin_ns(next) : waiting.front().due_ns;
        if (!pace.wait_until(moment, stop, accept)) return;
        accept();
        while (!waiting.empty() && waiting.front().due_ns <= moment) {
            send(waiting.front());
            waiting.erase(waiting.begin());
        }
    }
}

void BeamService::send(const PlannedReport& report) {
    const std::lock_guard lock(mutex_);
    if (publisher_) {
        wire::TimingReport message;
        message.set_sequence(sequence_++);
        message.set_source_utc_ns(report.mark_ns + proto::utc_now_ns() - steady_ns());
        message.set_event_id(extract_event);
        if (settings_.beam().gives_cycle_id())
            message.set_cycle_id(report.is_no_cycle ? report.cycle + cycles_that_never_were : report.cycle);
        message.set_valid(true);
        message.set_flavour(report.flavour);
        message.set_facility_veto(report.facility_veto);
        message.set_charge_state(report.fault == ReportFault::UNCORRECTED ? wire::TimingReport::UNCORRECTED
                                                                          : wire::TimingReport::MEASURED);
        message.set_charge_pc(report.charge_pc);
        const auto bytes = message.SerializeAsString();
        publisher_->send(zmq::buffer(bytes), zmq::send_flags::dontwait);
    }
    if (adara_) send_adara(report);
    if (sent_.size() >= most_remembered) sent_.erase(sent_.begin(), sent_.begin() + most_remembered / 2);
    sent_.push_back(report);
}

void BeamService::send_adara(const PlannedReport& report) {
    if (report.fault == ReportFault::UNCORRECTED) return;
    beam::adara::Rtdl rtdl;
    rtdl.pulse_utc_ns = report.mark_ns + proto::utc_now_ns() - steady_ns();
    rtdl.charge = static_cast<std::uint32_t>(std::clamp<std::int64_t>(
        report.charge_pc / beam::adara::charge_unit_pc, 0, beam::adara::largest_charge));
    rtdl.flavour = report.flavour;
    rtdl.veto = report.facility_veto ? 1 : 0;
    rtdl.cycle = static_cast<std::uint32_t>(report.cycle % beam::adara::supercycle);
    adara_->send(beam::adara::encode(rtdl));
}

}  // namespace spillgate::hw::emulator
