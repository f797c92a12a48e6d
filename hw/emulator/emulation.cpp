#include "hw/emulator/emulation.hpp"

#include <chrono>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "hw/emulator/beam/emulated_beam.hpp"
#include "hw/emulator/dig2/dig2_device.hpp"
#include "hw/emulator/sis3316/emulated_sis3316.hpp"

namespace spillgate::hw::emulator {

namespace {

constexpr std::uint32_t longest_off_ms = 60'000;

proto::Status switch_power(EmulatedDevice& device, const config::EmulatorRequest::Power& power) {
    using Action = config::EmulatorRequest::Power;
    if (power.off_ms() > longest_off_ms)
        return proto::error(proto::ErrorKind::REFUSED, fmt::format("off_ms is {}; allowed are at most {}",
                                                                   power.off_ms(), longest_off_ms));
    if (power.action() != Action::ON) device.power(false);
    if (power.action() == Action::CYCLE)
        std::this_thread::sleep_for(std::chrono::milliseconds(power.off_ms()));
    if (power.action() != Action::OFF) device.power(true);
    return {};
}

proto::Status act(EmulatedDevice& device, const config::EmulatorRequest& request) {
    using Request = config::EmulatorRequest;
    switch (request.action_case()) {
        case Request::kStatus:
            return {};
        case Request::kFaults:
            device.apply(request.faults());
            return {};
        case Request::kPower:
            return switch_power(device, request.power());
        case Request::kClockStepTicks:
            return device.step_clock(request.clock_step_ticks());
        case Request::kTimestampPreset:
            return device.preset_timestamp(request.timestamp_preset());
        case Request::kLostGrant:
            return device.lose_grant(request.lost_grant());
        case Request::kFillBanks:
            return device.fill_memory();
        case Request::ACTION_NOT_SET:
            break;
    }
    return proto::error(proto::ErrorKind::REFUSED, "the request says nothing to do");
}

void describe(const Service& service, bool powered, config::EmulatorReply& reply) {
    auto* status = reply.add_device();
    status->set_name(service.name());
    status->set_kind(service.kind());
    status->set_endpoint(service.endpoint());
    status->set_powered(powered);
    for (const Statistic& statistic : service.statistics()) {
        auto* to = status->add_statistic();
        to->set_name(statistic.name);
        to->set_value(statistic.value);
    }
}

}  // namespace

proto::Result<std::unique_ptr<EmulatedDevice>> make_device(const config::EmulatedModule& module) {
    if (module.has_sis3316()) {
        auto device = sis3316::EmulatedSis3316::create(module);
        if (!device) return device.error();
        return std::unique_ptr<EmulatedDevice>(std::move(*device));
    }
    if (module.has_dig2()) return dig2::make_dig2_device(module);
    return proto::error(proto::ErrorKind::UNSUPPORTED,
                        fmt::format("module {}: no emulator of this device", module.name()));
}

proto::Result<std::unique_ptr<Emulation>> Emulation::create(const config::Emulator& config) {
    std::unique_ptr<Emulation> emulation(new Emulation(config.control_endpoint()));
    for (const auto& module : config.module()) {
        auto device = make_device(module);
        if (!device) return device.error();
        emulation->devices_.push_back(device->get());
        emulation->services_.push_back(std::move(*device));
    }
    for (const auto& settings : config.beam()) {
        auto beam = EmulatedBeam::create(settings);
        if (!beam) return beam.error();
        emulation->services_.push_back(std::move(*beam));
    }
    return emulation;
}

Emulation::~Emulation() {
    (void)stop();
}

proto::Status Emulation::start() {
    for (const auto& service : services_)
        if (auto status = service->start(); !status) return status;
    auto control = ControlSocket::bind(
        control_endpoint_, [this](const config::EmulatorRequest& request) { return handle(request); });
    if (!control) return control.error();
    control_ = std::move(*control);
    return {};
}

proto::Status Emulation::stop() {
    control_.reset();
    proto::Status first;
    for (const auto& service : services_)
        if (auto status = service->stop(); !status && first) first = status;
    return first;
}

config::EmulatorReply Emulation::handle(const config::EmulatorRequest& request) {
    config::EmulatorReply reply;
    reply.set_ok(true);
    bool found = request.device().empty();
    const auto is_meant = [&](const Service& service) {
        return request.device().empty() || request.device() == service.name();
    };
    for (EmulatedDevice* device : devices_) {
        if (!is_meant(*device)) continue;
        found = true;
        if (auto status = act(*device, request); !status) {
            reply.set_ok(false);
            reply.set_error(fmt::format("{}: {}", device->name(), status.error().message));
        }
    }
    for (const auto& service : services_) {
        if (!is_meant(*service)) continue;
        found = true;
        const auto* device = dynamic_cast<const EmulatedDevice*>(service.get());
        describe(*service, device == nullptr || device->powered(), reply);
    }
    if (!found) {
        reply.set_ok(false);
        reply.set_error(fmt::format("there is no '{}'", request.device()));
    }
    return reply;
}

}  // namespace spillgate::hw::emulator
