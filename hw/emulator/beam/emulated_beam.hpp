// The facility's reports as one of the program's services.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "hw/emulator/beam/beam_service.hpp"
#include "hw/emulator/emulated_device.hpp"

namespace spillgate::hw::emulator {

class EmulatedBeam : public Service {
  public:
    // Errors: those of BeamService::create().
    static proto::Result<std::unique_ptr<EmulatedBeam>> create(const config::EmulatedBeam& settings);

    std::string name() const override { return settings_.name(); }
    std::string kind() const override { return "beam"; }
    // Of the timing service, and of the ADARA stream; both, with a comma, if it serves both.
    std::string endpoint() const override;
    proto::Status start() override;
    proto::Status stop() override;
    // How many reports were sent, by their fault.
    std::vector<Statistic> statistics() const override;

  private:
    EmulatedBeam(config::EmulatedBeam settings, std::unique_ptr<BeamService> service)
        : settings_(std::move(settings)), service_(std::move(service)) {}

    config::EmulatedBeam settings_;
    std::unique_ptr<BeamService> service_;
};

}  // namespace spillgate::hw::emulator
