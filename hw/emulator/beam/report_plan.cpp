#include "hw/emulator/beam/report_plan.hpp"

#include <array>
#include <cmath>

#include "hw/simulation/parameters.hpp"
#include "hw/simulation/random.hpp"

namespace spillgate::hw::emulator {

namespace {

simulation::Parameters parameters_of(const config::EmulatedBeam& settings) {
    simulation::Parameters parameters;
    parameters.frequency_hz = 1e9;
    parameters.period_ticks = 1e9 / settings.beam().repetition_hz();
    parameters.beam = settings.beam();
    parameters.simulation.set_acceleration(settings.acceleration());
    return parameters;
}

}  // namespace

ReportPlan::ReportPlan(const config::EmulatedBeam& settings)
    : settings_(settings),
      beam_(parameters_of(settings)),
      period_ns_(std::llround(1e9 / settings.beam().repetition_hz())) {}

ReportFault ReportPlan::draw(std::uint64_t cycle) const {
    simulation::Random random{settings_.fault_seed(), cycle,
                              static_cast<std::uint64_t>(simulation::Purpose::REPORT_FAULTS)};
    const std::array<std::pair<double, ReportFault>, 6> chances{
        {{settings_.out_of_order_fraction(), ReportFault::OUT_OF_ORDER},
         {settings_.duplicate_fraction(), ReportFault::DUPLICATE},
         {settings_.for_no_mark_fraction(), ReportFault::FOR_NO_MARK},
         {settings_.uncorrected_fraction(), ReportFault::UNCORRECTED},
         {settings_.late_fraction(), ReportFault::LATE},
         {settings_.wrong_flavour_fraction(), ReportFault::WRONG_FLAVOUR}}};
    double left = random.uniform();
    for (const auto& [chance, fault] : chances) {
        if (left < chance) return fault;
        left -= chance;
    }
    return ReportFault::NONE;
}

void ReportPlan::plan(std::uint64_t cycle, bool faulty, std::vector<PlannedReport>& reports) const {
    const simulation::Cycle now = beam_.cycle(cycle);
    Charge charge;
    if (!beam_.charge(now, charge)) return;
    PlannedReport report;
    report.cycle = cycle;
    if (faulty) report.fault = draw(cycle);
    report.mark_ns = now.mark_tick;
    const auto latency_ns = std::llround(settings_.latency_ms() * 1e6);
    report.due_ns = now.mark_tick + latency_ns;
    report.charge_pc = charge.charge_pc;
    report.flavour = charge.flavour;
    report.facility_veto = charge.facility_veto;
    switch (report.fault) {
        case ReportFault::OUT_OF_ORDER:
            report.due_ns = beam_.cycle(cycle + 1).mark_tick + latency_ns + period_ns_ / 16;
            break;
        case ReportFault::LATE:
            report.due_ns += std::llround(settings_.late_ms() * 1e6);
            break;
        case ReportFault::WRONG_FLAVOUR:
            report.flavour = settings_.beam().flavour() == 2 ? 1 : 2;
            break;
        default:
            break;
    }
    reports.push_back(report);
    if (report.fault == ReportFault::DUPLICATE) reports.push_back(report);
    if (report.fault == ReportFault::FOR_NO_MARK) {
        report.is_no_cycle = true;
        report.mark_ns += period_ns_ / 2;
        report.due_ns += period_ns_ / 2;
        reports.push_back(report);
    }
}

}  // namespace spillgate::hw::emulator
