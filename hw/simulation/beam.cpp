#include "hw/simulation/beam.hpp"

#include <algorithm>
#include <cmath>

#include "hw/simulation/random.hpp"

namespace spillgate::hw::simulation {

namespace {

constexpr double fwhm_per_sigma = 2.3548200450309493;

proto::ClockTime clock_time(const Parameters& p, std::int64_t tick, double fraction) {
    return {p.clock_domain, 0, tick, static_cast<std::uint16_t>(std::min(fraction * 65536.0, 65535.0))};
}

bool in_hole(const config::SimulatedBeam& beam, std::uint64_t number) {
    if (!beam.has_holes()) return false;
    const auto phase = static_cast<std::uint32_t>(number % beam.holes().cycle());
    return std::find(beam.holes().phase().begin(), beam.holes().phase().end(), phase) !=
           beam.holes().phase().end();
}

}  // namespace

Beam::Beam(const Parameters& parameters) : parameters_(parameters) {
    const double whole = std::floor(parameters_.period_ticks);
    whole_period_ = static_cast<std::int64_t>(whole);
    part_period_ = parameters_.period_ticks - whole;
}

double Beam::drift_ticks(double cycle_number) const {
    const auto& beam = parameters_.beam;
    if (beam.drift_ns() <= 0) return 0;
    const double turns = std::fmod(cycle_number / (beam.repetition_hz() * beam.drift_period_s()), 1.0);
    return parameters_.ticks(beam.drift_ns()) * std::sin(2 * M_PI * turns);
}

std::int64_t Beam::boundary(std::uint64_t number) const {
    const auto n = static_cast<double>(number);
    const double half = parameters_.period_ticks / 2;
    return static_cast<std::int64_t>(number) * whole_period_ +
           static_cast<std::int64_t>(std::floor(n * part_period_ + drift_ticks(n) - half));
}

Cycle Beam::cycle(std::uint64_t number) const {
    const Parameters& p = parameters_;
    const auto& beam = p.beam;
    Cycle c;
    c.number = number;
    c.begin = boundary(number);
    c.end = boundary(number + 1);

    Random facility{beam.seed(), number, static_cast<std::uint64_t>(Purpose::FACILITY)};
    const double quarter = p.period_ticks / 4;
    const double jitter = std::clamp(p.ticks(beam.jitter_ns()) * facility.normal(), -quarter, quarter);
    const double spread = std::max(0.0, 1 + beam.charge_spread() * facility.normal());
    c.no_beam = facility.chance(beam.no_beam_fraction());
    c.vetoed = facility.chance(beam.veto_fraction());
    const bool vetoed_with_charge = facility.chance(beam.vetoed_with_charge_fraction());
    c.charge_missing = facility.chance(beam.charge_missing_fraction());
    c.hole = in_hole(beam, number);

    const double n = static_cast<double>(number);
    const double offset = n * part_period_ + drift_ticks(n) + jitter;
    const double whole = std::floor(offset);
    c.mark_tick = static_cast<std::int64_t>(number) * whole_period_ + static_cast<std::int64_t>(whole);
    c.mark_fraction = offset - whole;

    const bool protons = !c.no_beam && (!c.vetoed || vetoed_with_charge);
    const double scale = protons ? spread * parameters_.simulation.acceleration() : 0.0;
    c.charge_pc = std::llround(beam.charge_uc() * 1e6 * scale);
    const std::uint32_t other_flavour = beam.flavour() == 2 ? 1 : 2;
    c.flavour = c.no_beam ? 0 : c.hole ? other_flavour : beam.flavour();
    c.intensity = c.hole ? 0.0 : scale;

    Random faults{p.simulation.seed(), p.board, number, static_cast<std::uint64_t>(Purpose::MARK_FAULTS)};
    c.mark_missed = faults.chance(beam.missed_fraction());
    c.duplicate = faults.chance(beam.duplicate_fraction()) && !c.mark_missed;
    c.extra = faults.chance(beam.extra_fraction());
    return c;
}

void Beam::marks(const Cycle& cycle, std::vector<Mark>& marks) const {
    marks.clear();
    const Parameters& p = parameters_;
    const auto make = [&](std::int64_t tick, double fraction, Mark::Kind kind) {
        Mark mark;
        mark.time = clock_time(p, tick, fraction);
        mark.uncertainty_ns = 1e9 / p.frequency_hz / std::sqrt(12.0);
        mark.kind = kind;
        return mark;
    };
    const std::optional<std::uint64_t> id =
        p.beam.gives_cycle_id() ? std::optional<std::uint64_t>(cycle.number) : std::nullopt;
    Random random{p.simulation.seed(), p.board, cycle.number,
                  static_cast<std::uint64_t>(Purpose::MARK_FAULTS), 1};
    if (!cycle.mark_missed) {
        marks.push_back(make(cycle.mark_tick, cycle.mark_fraction, Mark::Kind::EXTRACT));
        marks.back().cycle_id = id;
    }
    if (cycle.duplicate) {  // a reflection or a double firing of the discriminator: 0.5 to 20 μs later
        const auto later = static_cast<std::int64_t>(p.ticks(500 + 19500 * random.uniform()));
        marks.push_back(make(cycle.mark_tick + std::max<std::int64_t>(later, 1), cycle.mark_fraction,
                             Mark::Kind::EXTRACT));
        marks.back().cycle_id = id;
    }
    if (cycle.extra) {  // noise on the mark's line: a tenth to four tenths of a period off, either side; no
                        // cycle id
        const double distance = p.period_ticks * (0.1 + 0.3 * random.uniform());
        const auto middle = cycle.begin + (cycle.end - cycle.begin) / 2;
        const auto away = static_cast<std::int64_t>(random.chance(0.5) ? distance : -distance);
        marks.push_back(make(middle + away, random.uniform(), Mark::Kind::EXTRACT));
    }
    if (p.beam.has_strobe_after_ns()) {
        if (cycle.number > 0) add_strobe(this->cycle(cycle.number - 1), cycle, marks);
        add_strobe(cycle, cycle, marks);
    }
    if (p.beam.beam_on_marks() && cycle.charge_pc > 0) {
        const auto later = std::max<std::int64_t>(1, static_cast<std::int64_t>(p.ticks(100)));
        marks.push_back(make(cycle.mark_tick + later, cycle.mark_fraction, Mark::Kind::BEAM_ON));
        marks.back().cycle_id = id;
    }
    std::sort(marks.begin(), marks.end(),
              [](const Mark& a, const Mark& b) { return before(a.time, b.time); });
}

void Beam::add_strobe(const Cycle& of, const Cycle& within, std::vector<Mark>& marks) const {
    const Parameters& p = parameters_;
    Mark strobe;
    strobe.kind = Mark::Kind::STROBE;
    strobe.uncertainty_ns = 1e9 / p.frequency_hz / std::sqrt(12.0);
    strobe.time =
        clock_time(p, of.mark_tick + std::llround(p.ticks(p.beam.strobe_after_ns())), of.mark_fraction);
    // Its record must not begin in another cycle: only a mark far off its place does that.
    const std::int64_t tick = strobe.time.ticks;
    if (tick - p.mark_position_ticks >= within.begin && tick < within.end) marks.push_back(strobe);
}

bool Beam::charge(const Cycle& now, Charge& charge) const {
    const auto& beam = parameters_.beam;
    if (beam.charge_offset() < 0 && now.number == 0) return false;
    const Cycle of = beam.charge_offset() < 0 ? cycle(now.number - 1) : now;
    if (of.charge_missing) return false;
    charge = {};
    charge.time = clock_time(parameters_, now.mark_tick, now.mark_fraction);
    if (beam.gives_cycle_id()) charge.cycle_id = now.number;
    charge.charge_pc = of.charge_pc;
    charge.flavour = of.flavour;
    charge.facility_veto = of.vetoed;
    return true;
}

double Beam::proton_delay(Random& random) const {
    const auto& beam = parameters_.beam;
    const double sigma = parameters_.ticks(beam.pulse_fwhm_ns()) / fwhm_per_sigma;
    double delay = parameters_.ticks(beam.beam_delay_ns()) + sigma * (2.5 + random.normal());
    if (beam.bunches() == 2 && random.chance(0.5)) delay += parameters_.ticks(beam.bunch_spacing_ns());
    return delay;
}

std::uint64_t Beam::first_cycle_after(std::int64_t tick) const {
    const double guess = static_cast<double>(tick) / parameters_.period_ticks;
    auto number = static_cast<std::uint64_t>(std::max(1.0, guess - 2));
    while (boundary(number) < tick)
        ++number;
    return number;
}

}  // namespace spillgate::hw::simulation
