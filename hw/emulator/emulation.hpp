// Everything that one configuration of spillgate-emulator stands in for, and the socket at which it is asked.
// First file to read of this folder.
//
//   emulated_device.hpp   one device, one service
//   detector_feed.hpp     what a digitizer looks at
//   event_ledger.hpp      what it stored
//   fault_draws.hpp       when a fault strikes
//   control_socket.hpp    requests while it runs
//   beam/                 the facility's timing and charge reports
//   sis3316/, dig2/       one device each
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hw/emulator/control_socket.hpp"
#include "hw/emulator/emulated_device.hpp"
#include "proto/result.hpp"
#include "proto/schema/emulator.pb.h"
#include "proto/schema/emulator_control.pb.h"

namespace spillgate::hw::emulator {

// What a module of the configuration describes. Errors: those of the device; UNSUPPORTED.
proto::Result<std::unique_ptr<EmulatedDevice>> make_device(const config::EmulatedModule& module);

class Emulation {
  public:
    // Devices open no socket yet; a beam's are bound. Errors: those of make_device and of BeamService.
    static proto::Result<std::unique_ptr<Emulation>> create(const config::Emulator& config);
    ~Emulation();

    // Services and the control socket. Errors: IO.
    proto::Status start();
    // Within 1 s. The first error of any of them.
    proto::Status stop();
    const std::vector<std::unique_ptr<Service>>& services() const { return services_; }

    // A request at run time; thread-safe once it is started.
    config::EmulatorReply handle(const config::EmulatorRequest& request);

  private:
    explicit Emulation(std::string control_endpoint) : control_endpoint_(std::move(control_endpoint)) {}
    std::string control_endpoint_;
    std::vector<std::unique_ptr<Service>> services_;
    std::vector<EmulatedDevice*> devices_;  // those of them that are devices
    std::unique_ptr<ControlSocket> control_;
};

}  // namespace spillgate::hw::emulator
