// What an emulated facility reports of which cycle, and when, with its faults: drawn, not sent yet.
#pragma once

#include <cstdint>
#include <vector>

#include "hw/simulation/beam.hpp"
#include "proto/schema/emulator.pb.h"

namespace spillgate::hw::emulator {

enum class ReportFault : std::uint8_t {
    NONE,
    OUT_OF_ORDER,   // comes after the next cycle's
    DUPLICATE,      // comes twice
    FOR_NO_MARK,    // is followed by one of a cycle that never was
    UNCORRECTED,    // the service says so; in the ADARA stream the packet is left out, which leaves a gap
    LATE,           // comes late_ms later
    WRONG_FLAVOUR,  // of a target that is not ours
};

// One message. Charge, flavour and veto are of `cycle` + the beam's charge offset.
struct PlannedReport {
    std::uint64_t cycle = 0;  // with whose mark it belongs
    ReportFault fault = ReportFault::NONE;
    std::int64_t mark_ns = 0;  // by the host's steady clock
    std::int64_t due_ns = 0;   // … when it is sent
    std::int64_t charge_pc = 0;
    std::uint32_t flavour = 0;
    bool facility_veto = false;
    bool is_no_cycle = false;  // the one that FOR_NO_MARK adds
};

// The pulses of `beam`, in ns of the host's steady clock: those that every simulated board of this host with
// the same beam sees (hw/simulation/simulation.hpp).
class ReportPlan {
  public:
    explicit ReportPlan(const config::EmulatedBeam& settings);

    std::uint64_t first_cycle_after(std::int64_t steady_ns) const {
        return beam_.first_cycle_after(steady_ns);
    }
    // The reports with this cycle's mark, appended: none if it is missing. In order of due_ns but for
    // OUT_OF_ORDER and LATE. `faulty`: faults are drawn.
    void plan(std::uint64_t cycle, bool faulty, std::vector<PlannedReport>& reports) const;
    // When the cycle begins; nothing of it is due before.
    std::int64_t begin_ns(std::uint64_t cycle) const { return beam_.cycle(cycle).begin; }

  private:
    ReportFault draw(std::uint64_t cycle) const;

    config::EmulatedBeam settings_;
    simulation::Beam beam_;
    std::int64_t period_ns_ = 0;
};

}  // namespace spillgate::hw::emulator
