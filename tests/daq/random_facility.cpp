#include "tests/daq/random_facility.hpp"

#include <cmath>

namespace spillgate::daq::test {

using proto::bit;
using proto::SlotQuality;

namespace {

// The self-triggered bench's AC window after the mark, with its margin, in ticks.
const double ac_begin = ms(7.999) - us(20);
const double ac_end = ms(8.010) + us(20);

}  // namespace

RandomFacility::RandomFacility(std::uint64_t seed, const FacilityOptions& options) : options_(options) {
    std::mt19937_64 random(seed);
    std::uniform_real_distribution<double> uniform(0, 1);
    std::normal_distribution<double> jitter(0, us(8));
    const auto happens = [&](double rate) { return uniform(random) < rate; };
    const double rate = options.fault_rate;
    double wander = 0;
    for (int n = 0; n < options.slots; ++n) {
        TrueSlot slot;
        wander += us(2) * (uniform(random) - 0.5);
        slot.time = std::floor(grid(n) + wander + jitter(random));
        const bool missed = happens(rate);
        slot.mark_stray = !missed && happens(rate);
        // The first mark starts the run; a stray there would be taken for it.
        slot.mark_on_time = n < 2 || (!missed && !slot.mark_stray);
        if (n < 2) slot.mark_stray = false;
        if (slot.mark_stray) {
            // Never three that are a period apart: that would be a facility that has moved.
            const double off = ms(0.5) + ms(0.5) * (n % 5) + us(20) * uniform(random);
            slot.extra.push_back(std::floor(slot.time + (happens(0.5) ? off : -off)));
        }
        slot.duplicate = slot.mark_on_time && happens(rate);
        if (slot.mark_on_time && happens(rate)) {
            // Anywhere but near a mark or halfway to the next one, often near the AC window.
            const double after =
                happens(0.5) ? ms(7.9) + ms(0.2) * uniform(random) : ms(0.6) + ms(7) * uniform(random);
            slot.extra.push_back(std::floor(slot.time + after));
        }
        slot.record = slot.mark_on_time;
        slot.record_short = slot.record && happens(rate);
        slot.record_dropped = slot.record && !slot.record_short && happens(rate);
        slot.report = !happens(rate);
        slot.charge_pc = 23'300'000 + static_cast<std::int64_t>(1000 * uniform(random));
        if (happens(rate)) slot.flavour = 2;
        if (happens(rate)) {
            slot.flavour = 0;
            slot.charge_pc = 0;
        }
        slot.veto = happens(rate);
        if (slot.veto && happens(0.5)) slot.charge_pc = 0;
        truth_.push_back(slot);
    }
}

config::Config RandomFacility::config() const {
    const std::string offset = "charge_offset: " + std::to_string(options_.charge_offset);
    return make_config(options_.is_self_triggered ? self_triggered : beam_triggered, offset);
}

std::vector<double> RandomFacility::true_marks() const {
    std::vector<double> marks;
    for (const auto& slot : truth_) {
        marks.push_back(slot.time);
        marks.insert(marks.end(), slot.extra.begin(), slot.extra.end());
    }
    return marks;
}

Stream RandomFacility::stream(const std::vector<bool>& missed_too) const {
    Stream stream;
    stream.end = grid(options_.slots - 1) + period * 0.75;
    for (std::size_t n = 0; n < truth_.size(); ++n) {
        const auto& slot = truth_[n];
        const bool missed = n < missed_too.size() && missed_too[n];
        std::optional<std::uint64_t> cycle;
        if (options_.with_cycle_ids) cycle = 5000 + n;
        if (slot.mark_on_time && !missed) stream.mark(slot.time, cycle);
        if (slot.duplicate && !missed) stream.mark(slot.time + 2, cycle);
        for (const double extra : slot.extra)
            stream.mark(extra);
        if (slot.record && !slot.record_dropped && !missed) {
            auto& trace = stream.record(slot.time);
            if (slot.record_short) trace.count = 80;
        }
        if (slot.record_dropped)
            stream.events.push_back(
                {hw::DeviceEvent::Kind::DROPPED, at(slot.time - 600), "buffer-full", 1, at(slot.time + 600)});
        // The report comes with its own mark or the next.
        const std::size_t with = n + static_cast<std::size_t>(-options_.charge_offset);
        if (slot.report && with < truth_.size()) {
            auto& charge = stream.charge(truth_[with].time, slot.charge_pc, slot.flavour, slot.veto);
            if (options_.with_cycle_ids) charge.cycle_id = 5000 + with;
        }
    }
    stream.sort();
    return stream;
}

std::vector<ExpectedSlot> RandomFacility::expected() const {
    std::vector<ExpectedSlot> all;
    for (std::size_t n = 0; n < truth_.size(); ++n)
        all.push_back(expect(n));
    return all;
}

ExpectedSlot RandomFacility::expect(std::size_t n) const {
    const auto& slot = truth_[n];
    ExpectedSlot is;
    const auto set = [&](SlotQuality q) { is.quality |= bit(q); };

    // Disposition and windows.
    if (!slot.mark_on_time) {
        is.disposition = wire::MARK_MISSED;
        if (slot.mark_stray) set(SlotQuality::OUT_OF_TOLERANCE);
    } else {
        if (slot.duplicate) set(SlotQuality::DUPLICATE_MARK);
        if (!slot.extra.empty()) set(SlotQuality::EXTRA_MARK);
        is.in_time = true;
        is.anti_coincident = true;
        if (options_.is_self_triggered) {
            for (const double mark : true_marks())
                if (mark > slot.time + ac_begin && mark < slot.time + ac_end) is.anti_coincident = false;
            // A dropped stretch lies over the C window, which begins 1 μs before the mark.
            is.disposition = slot.record_dropped ? wire::TRUNCATED : wire::COMPLETE;
        } else {
            is.disposition = slot.record_dropped ? wire::LOST_BUFFER_FULL
                             : slot.record_short ? wire::TRUNCATED
                                                 : wire::COMPLETE;
        }
        if (is.disposition == wire::TRUNCATED) set(SlotQuality::WINDOW_TRUNCATED);
        if (is.disposition != wire::COMPLETE) is.in_time = is.anti_coincident = false;
    }

    // Charge.
    bool believed = slot.report;
    if (options_.charge_offset == -1) {
        const bool has_next = n + 1 < truth_.size();
        if (!has_next) believed = false;
        if (slot.report && has_next && !(slot.mark_on_time && truth_[n + 1].mark_on_time)) {
            believed = false;
            is.charge_state = wire::CHARGE_UNCORRECTED;
            set(SlotQuality::CHARGE_UNCORRECTED);
        }
    }
    if (believed) {
        is.charge_state = wire::CHARGE_MEASURED;
        is.charge_pc = slot.charge_pc;
        if (slot.flavour == 0 || slot.charge_pc == 0) set(SlotQuality::NO_BEAM);
        if (slot.flavour > 1) set(SlotQuality::OTHER_TARGET);
        if (slot.veto) set(SlotQuality::VETOED);
        if (slot.veto && slot.charge_pc > 0) set(SlotQuality::VETOED_WITH_CHARGE);
    } else if (is.charge_state == wire::CHARGE_MISSING) {
        set(SlotQuality::CHARGE_MISSING);
    }
    is.spill = is.disposition != wire::MARK_MISSED &&
               (is.quality &
                (bit(SlotQuality::NO_BEAM) | bit(SlotQuality::OTHER_TARGET) | bit(SlotQuality::VETOED))) == 0;
    return is;
}

}  // namespace spillgate::daq::test
