#include "online/live_trend.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "online/run/charge_per_spill.hpp"
#include "online/takes_data.hpp"
#include "proto/time.hpp"

namespace spillgate::online {
namespace {

constexpr std::size_t max_points = 900;
constexpr double none = std::numeric_limits<double>::quiet_NaN();

}  // namespace

void LiveTrend::begin(Points before, Clock::time_point now, Filled filled) {
    if (before) points_ = std::move(before);
    at_ = now;
    filled_ = filled;
    counted_.reset();
}

// Of a run from which slots were taken back nobody knows how many came.
double LiveTrend::slots_filled(Filled filled) const {
    if (filled.run != filled_.run) return static_cast<double>(filled.slots);
    return filled.slots >= filled_.slots ? static_cast<double>(filled.slots - filled_.slots) : none;
}

void LiveTrend::take(Clock::time_point now, const wire::DaemonStatus* lead, Filled filled) {
    const double elapsed = std::chrono::duration<double>(now - at_).count();
    std::optional<Counted> counted;
    if (lead != nullptr) {
        const bool looks = takes_data(lead->state());  // else nobody looks for marks
        const auto& ledger = lead->run().ledger();
        TrendPoint point;
        point.utc_s = static_cast<double>(proto::utc_now_ns()) * 1e-9;
        point.mark_rate_hz = looks ? lead->mark_rate_hz() : none;
        point.period_us = lead->period_ns() > 0 ? lead->period_ns() * 1e-3 : none;
        point.period_rms_us = lead->period_ns() > 0 ? lead->period_rms_ns() * 1e-3 : none;
        point.slot_rate_hz = slots_filled(filled) / elapsed;
        point.missed_per_s = point.charge_uc = none;
        point.data_rate_mb_s = lead->data_rate_bytes_per_s() * 1e-6;
        // Ledgers of two runs have no difference.
        if (counted_ && counted_->run == lead->run().number() && ledger.slots() >= counted_->ledger.slots()) {
            const auto& before = counted_->ledger;
            if (looks && ledger.mark_missed() >= before.mark_missed())
                point.missed_per_s =
                    static_cast<double>(ledger.mark_missed() - before.mark_missed()) / elapsed;
            if (const auto charge = charge_per_spill_uc(before, ledger)) point.charge_uc = *charge;
        }
        counted = Counted{lead->run().number(), ledger};
        add(point);
    }
    counted_ = std::move(counted);
    filled_ = filled;
    at_ = now;
}

void LiveTrend::add(const TrendPoint& point) {
    const auto kept = std::min(points_->size(), max_points - 1);
    auto points = std::make_shared<std::vector<TrendPoint>>();
    points->reserve(kept + 1);
    points->assign(points_->end() - static_cast<std::ptrdiff_t>(kept), points_->end());
    points->push_back(point);
    points_ = std::move(points);
}

}  // namespace spillgate::online
