#include "hw/emulator/beam/emulated_beam.hpp"

#include <array>
#include <string_view>

#include <fmt/format.h>

namespace spillgate::hw::emulator {

namespace {

constexpr std::array<std::string_view, 7> fault_names{
    "good", "out-of-order", "duplicate", "for-no-mark", "uncorrected", "late", "wrong-flavour"};

}  // namespace

proto::Result<std::unique_ptr<EmulatedBeam>> EmulatedBeam::create(const config::EmulatedBeam& settings) {
    auto service = BeamService::create(settings);
    if (!service) return service.error();
    return std::unique_ptr<EmulatedBeam>(new EmulatedBeam(settings, std::move(*service)));
}

std::string EmulatedBeam::endpoint() const {
    std::string endpoint = settings_.service_endpoint();
    if (service_->adara_port() == 0) return endpoint;
    if (!endpoint.empty()) endpoint += ',';
    return fmt::format("{}127.0.0.1:{}", endpoint, service_->adara_port());
}

proto::Status EmulatedBeam::start() {
    service_->start();
    return {};
}

proto::Status EmulatedBeam::stop() {
    service_->stop();
    return {};
}

std::vector<Statistic> EmulatedBeam::statistics() const {
    std::array<std::uint64_t, fault_names.size()> counts{};
    for (const auto& report : service_->sent())
        ++counts[static_cast<std::size_t>(report.fault)];
    std::vector<Statistic> statistics;
    statistics.reserve(counts.size());
    for (std::size_t fault = 0; fault < counts.size(); ++fault)
        statistics.push_back({fmt::format("report-{}", fault_names[fault]), counts[fault]});
    return statistics;
}

}  // namespace spillgate::hw::emulator
