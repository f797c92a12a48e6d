#include "hw/simulation/trigger.hpp"

#include <algorithm>

namespace spillgate::hw::simulation {

namespace {

constexpr double slice_ns = 500'000;  // self-triggered traces leave the board in slices of this length

}  // namespace

void BeamTrigger::plan(Detector& detector, const Beam& beam, std::vector<Portion>& portions) {
    portions.clear();
    const Cycle& cycle = detector.cycle();
    beam.marks(cycle, marks_);
    Charge charge;
    bool charge_due = parameters_.gives_marks && beam.charge(cycle, charge);
    // The portion that an item of this time belongs to: the record it falls into, or one of its own.
    // `watermark` holds a portion's earliest time until all are known.
    const auto portion_at = [&](std::int64_t tick) -> Portion& {
        if (portions.empty() || tick >= portions.back().release) {
            portions.emplace_back();
            portions.back().release = portions.back().watermark = tick;
        }
        return portions.back();
    };
    const auto place_charge = [&] {
        portion_at(charge.time.ticks).charges.push_back(charge);
        charge_due = false;
    };
    for (const Mark& mark : marks_) {
        const std::int64_t tick = mark.time.ticks;
        if (charge_due && tick > charge.time.ticks) place_charge();
        const std::int64_t begin = tick - parameters_.mark_position_ticks;
        if (mark.kind != Mark::Kind::BEAM_ON && begin >= busy_until_) {
            busy_until_ = begin + parameters_.record_ticks;
            const std::uint32_t flags = mark.kind == Mark::Kind::STROBE ? proto::TRACE_STROBE : 0u;
            Portion& portion = portions.emplace_back();
            portion.release = busy_until_;
            portion.watermark = begin;
            for (std::size_t i = 0; i < detector.channels(); ++i)
                portion.traces.push_back(
                    {i, begin, static_cast<std::uint32_t>(parameters_.record_ticks), flags});
        }
        if (parameters_.gives_marks) portion_at(tick).marks.push_back(mark);
    }
    if (charge_due) place_charge();
    if (portions.empty()) portion_at(cycle.end);  // a missed mark: nothing but the time
    for (std::size_t i = 0; i + 1 < portions.size(); ++i)
        portions[i].watermark = portions[i + 1].watermark;
    portions.back().watermark = cycle.end;
}

SelfTrigger::SelfTrigger(const Parameters& parameters, std::size_t channels)
    : parameters_(parameters), busy_until_(channels, INT64_MIN) {}

void SelfTrigger::find(Detector& detector, std::size_t channel) {
    const Cycle& cycle = detector.cycle();
    // A trace belongs to the cycle in which it begins, so its trigger lies trace_before later.
    const std::int64_t begin = cycle.begin + parameters_.trace_before_ticks;
    const std::int64_t end = cycle.end + parameters_.trace_before_ticks;
    const std::int64_t margin = std::max(parameters_.record_ticks, parameters_.trace_ticks);
    rises_.clear();
    detector.rises(channel, cycle.begin - margin, cycle.end + margin,
                   static_cast<float>(parameters_.simulation.trigger_adc()), rises_);
    // What is over threshold when a trace ends does not rise over it again.
    std::int64_t& busy = busy_until_[channel];
    for (const std::int64_t tick : rises_) {
        const std::int64_t first = tick - parameters_.trace_before_ticks;
        if (tick < begin || tick >= end || first < busy) continue;
        orders_.push_back({channel, first, static_cast<std::uint32_t>(parameters_.trace_ticks), 0});
        busy = first + parameters_.trace_ticks + parameters_.dead_ticks;
    }
}

void SelfTrigger::plan(Detector& detector, const Beam& beam, std::vector<Portion>& portions) {
    portions.clear();
    const Cycle& cycle = detector.cycle();
    beam.marks(cycle, marks_);
    Charge charge;
    const bool has_charge = parameters_.gives_marks && beam.charge(cycle, charge);
    orders_.clear();
    for (std::size_t channel = 0; channel < detector.channels(); ++channel)
        find(detector, channel);
    std::stable_sort(orders_.begin(), orders_.end(),
                     [](const TraceOrder& a, const TraceOrder& b) { return a.first < b.first; });

    const std::int64_t slice =
        std::max<std::int64_t>(1, static_cast<std::int64_t>(parameters_.ticks(slice_ns)));
    auto order = orders_.begin();
    auto mark = marks_.begin();
    for (std::int64_t begin = cycle.begin; begin < cycle.end; begin += slice) {
        const std::int64_t end = std::min(begin + slice, cycle.end);
        Portion& portion = portions.emplace_back();
        portion.release = portion.watermark = end;
        for (; order != orders_.end() && order->first < end; ++order) {
            portion.traces.push_back(*order);
            portion.release = std::max(portion.release, order->first + order->count);
        }
        for (; mark != marks_.end() && mark->time.ticks < end; ++mark)
            if (parameters_.gives_marks) portion.marks.push_back(*mark);
        if (has_charge && charge.time.ticks >= begin && charge.time.ticks < end)
            portion.charges.push_back(charge);
        const bool empty = portion.traces.empty() && portion.marks.empty() && portion.charges.empty();
        if (empty && end < cycle.end) portions.pop_back();
    }
}

}  // namespace spillgate::hw::simulation
