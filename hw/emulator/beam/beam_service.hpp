// The facility's timing and charge service and its ADARA stream, SIMULATED: what spillgate-emulator stands in
// for.
//
//   report_plan.hpp   which reports, when, with which faults
//   adara_server.hpp  the ADARA stream's sockets
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <zmq.hpp>

#include "hw/emulator/beam/adara_server.hpp"
#include "hw/emulator/beam/report_plan.hpp"
#include "proto/result.hpp"
#include "proto/schema/emulator.pb.h"

namespace spillgate::hw::emulator {

// Owns a thread and its sockets. Both streams say the same of the same pulses, from the first cycle after
// start() on, as of the moment of real time at which a simulated board with the same beam sees the mark.
class BeamService {
  public:
    // Binds. Errors: CONFIG (nothing to serve), IO.
    static proto::Result<std::unique_ptr<BeamService>> create(const config::EmulatedBeam& settings);
    ~BeamService();
    BeamService(const BeamService&) = delete;
    BeamService& operator=(const BeamService&) = delete;

    void start();
    void stop();  // within 100 ms

    std::uint16_t adara_port() const { return adara_ ? adara_->port() : std::uint16_t{0}; }  // 0: none
    std::size_t adara_clients();
    std::size_t subscribers();
    // Everything that was sent, in order; the newest 100 000.
    std::vector<PlannedReport> sent() const;

  private:
    explicit BeamService(const config::EmulatedBeam& settings);
    void run(const std::stop_token& stop);
    void send(const PlannedReport& report);
    void send_adara(const PlannedReport& report);

    config::EmulatedBeam settings_;
    ReportPlan plan_;
    zmq::context_t context_{1};
    std::unique_ptr<zmq::socket_t> publisher_;
    std::unique_ptr<AdaraServer> adara_;
    std::uint64_t sequence_ = 0;
    mutable std::mutex mutex_;
    std::vector<PlannedReport> sent_;
    std::size_t subscribers_ = 0;
    std::jthread thread_;
};

}  // namespace spillgate::hw::emulator
