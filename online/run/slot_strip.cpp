#include "online/run/slot_strip.hpp"

#include <algorithm>
#include <utility>

namespace spillgate::online {

void SlotStrip::begin(std::uint32_t run) {
    run_ = run;
    end_ = 0;
    last_mark_.reset();
    for (auto& place : places_)
        place.filled = false;
}

const SlotStrip::Mark* SlotStrip::mark_before(std::uint64_t slot) const {
    if (last_mark_ && last_mark_->slot < slot) return &*last_mark_;
    if (slot == 0) return nullptr;
    const auto& place = places_[(slot - 1) % length];
    const bool is_it = place.filled && place.point.slot == slot - 1 && place.point.is_marked();
    return is_it ? &place.mark : nullptr;
}

void SlotStrip::add(const proto::Verdict& verdict, double mean_period_ns) {
    if (verdict.run < run_) return;
    if (verdict.run > run_) begin(verdict.run);
    if (end_ > length && verdict.slot < end_ - length) return;
    auto& place = places_[verdict.slot % length];
    place.filled = true;
    place.point = {verdict.slot,        std::numeric_limits<double>::quiet_NaN(),
                   verdict.charge_pc,   verdict.charge_state,
                   verdict.disposition, verdict.quality,
                   verdict.utc_ns};
    place.mark = {verdict.slot, verdict.t0, verdict.frequency_hz};
    end_ = std::max(end_, verdict.slot + 1);
    if (!place.point.is_marked()) return;  // its t0 is a prediction

    const auto* before = mark_before(verdict.slot);
    if (before != nullptr && mean_period_ns > 0 && verdict.frequency_hz > 0 &&
        verdict.t0.comparable(before->t0)) {
        const double interval_ns =
            proto::ns_from_ticks(proto::ticks_between(verdict.t0, before->t0), verdict.frequency_hz);
        place.point.deviation_ns =
            interval_ns - static_cast<double>(verdict.slot - before->slot) * mean_period_ns;
    }
    if (!last_mark_ || last_mark_->slot < verdict.slot) last_mark_ = place.mark;
}

std::shared_ptr<const SlotStripView> SlotStrip::view() const {
    auto view = std::make_shared<SlotStripView>();
    view->run = run_;
    view->slots.reserve(length);
    for (std::uint64_t slot = end_ > length ? end_ - length : 0; slot < end_; ++slot) {
        const auto& place = places_[slot % length];
        if (place.filled && place.point.slot == slot) view->slots.push_back(place.point);
    }
    return view;
}

}  // namespace spillgate::online
