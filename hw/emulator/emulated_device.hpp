// One emulated device, as the program and its control socket see it. Everything that it says is SIMULATED.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "proto/result.hpp"
#include "proto/schema/emulator.pb.h"

namespace spillgate::hw::emulator {

struct Statistic {
    std::string name;
    std::uint64_t value = 0;
};

// What the program starts, names and stops: a device, or a service of the facility. Owns its threads and
// sockets.
class Service {
  public:
    virtual ~Service() = default;
    virtual std::string name() const = 0;
    virtual std::string kind() const = 0;  // "sis3316", "dig2", …
    virtual std::string endpoint()
        const = 0;  // "127.0.0.1:57344": known once it is started, kept until it ends
    // Errors: IO (the socket, a file).
    virtual proto::Status start() = 0;
    // Within 500 ms; again does nothing. Errors: IO (a file that it wrote).
    virtual proto::Status stop() = 0;
    virtual std::vector<Statistic> statistics() const = 0;
};

// Requests at run time come from another thread than the device's own: all may be called at any time after
// start(). An action that this kind of device does not know returns UNSUPPORTED.
class EmulatedDevice : public Service {
  public:
    // Instead of the faults in force.
    virtual void apply(const config::EmulatedFaults& faults) = 0;
    // Off: answers nothing and forgets everything; on: comes back as after power-up, at the same endpoint.
    virtual void power(bool on) = 0;
    virtual bool powered() const = 0;
    // The counter of timestamps jumps.
    virtual proto::Status step_clock(std::int64_t ticks) = 0;
    virtual proto::Status preset_timestamp(std::uint64_t ticks) = 0;
    // Another interface takes the device, or gives it back.
    virtual proto::Status lose_grant(bool lost) = 0;
    // No room for another event until its memory is next emptied.
    virtual proto::Status fill_memory() = 0;
};

}  // namespace spillgate::hw::emulator
