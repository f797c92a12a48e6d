#include "daq/gate/window_plan.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "proto/time.hpp"

namespace spillgate::daq {

using proto::error;
using proto::ErrorKind;
using proto::Result;

namespace {

Result<PlannedWindow> planned(const config::WindowBounds& bounds, proto::WindowKind kind, bool strobe,
                              double frequency_hz) {
    const auto* name = kind == wire::IN_TIME ? "in_time" : "anti_coincident";
    if (bounds.roi_end_ns() <= bounds.roi_begin_ns())
        return error(ErrorKind::CONFIG, fmt::format("gate.{}: roi_end_ns {} is not after roi_begin_ns {}",
                                                    name, bounds.roi_end_ns(), bounds.roi_begin_ns()));
    if (bounds.pretrace_end_ns() < bounds.pretrace_begin_ns())
        return error(ErrorKind::CONFIG,
                     fmt::format("gate.{}: pretrace_end_ns {} is before pretrace_begin_ns {}", name,
                                 bounds.pretrace_end_ns(), bounds.pretrace_begin_ns()));
    const auto ticks = [&](double ns) { return proto::ticks_from_ns(ns, frequency_hz); };
    PlannedWindow window{kind,
                         strobe,
                         ticks(bounds.pretrace_begin_ns()),
                         ticks(bounds.pretrace_end_ns()),
                         ticks(bounds.roi_begin_ns()),
                         ticks(bounds.roi_end_ns())};
    // An empty pretrace must not stretch the window.
    if (window.pretrace_begin == window.pretrace_end)
        window.pretrace_begin = window.pretrace_end = window.roi_begin;
    return window;
}

void find_reach(WindowPlan& plan) {
    if (plan.mode == config::Gate::FREE_RUNNING) {
        plan.reach_end = plan.slice;
        return;
    }
    const bool from_record = plan.reference == config::Gate::RECORD_BEGIN;
    for (const auto& window : plan.windows) {
        std::int64_t begin = std::min(window.pretrace_begin, window.roi_begin);
        std::int64_t end = std::max(window.pretrace_end, window.roi_end);
        if (window.strobe) {
            begin += plan.strobe_phase - plan.strobe_tolerance;
            end += plan.strobe_phase + plan.strobe_tolerance;
        }
        if (from_record) {
            begin -= plan.mark_position + plan.trigger_tolerance;
            end -= plan.mark_position - plan.trigger_tolerance;
        }
        plan.reach_begin = std::min(plan.reach_begin, begin);
        plan.reach_end = std::max(plan.reach_end, end);
    }
    // Marks within the margin of a window and traces around it must have been seen before it is labelled.
    const auto margin = std::max(plan.trace_margin, static_cast<std::int64_t>(plan.ac_margin) + 1);
    plan.reach_begin -= margin;
    plan.reach_end += margin;
    if (plan.triggered()) {
        const std::int64_t earliest = -plan.mark_position - plan.trigger_tolerance;
        const std::int64_t latest = -plan.mark_position + plan.trigger_tolerance;
        plan.reach_begin = std::min(plan.reach_begin, earliest);
        plan.reach_end = std::max(plan.reach_end, latest);
        if (plan.mode == config::Gate::STROBED)
            plan.reach_end = std::max(plan.reach_end, plan.strobe_phase + plan.strobe_tolerance + latest);
    }
}

}  // namespace

Result<WindowPlan> WindowPlan::from(const config::Gate& gate, const config::Facility& facility,
                                    double frequency_hz) {
    const auto ticks = [&](double ns) { return proto::ticks_from_ns(ns, frequency_hz); };
    WindowPlan plan;
    plan.mode = gate.mode();
    plan.reference = gate.reference();
    plan.frequency_hz = frequency_hz;
    plan.ac_margin = gate.ac_margin_ns() * frequency_hz * 1e-9;
    plan.mark_tolerance = facility.mark_tolerance_ns() * frequency_hz * 1e-9;
    plan.trace_margin = ticks(gate.trace_margin_ns());
    plan.reorder_margin = ticks(gate.reorder_margin_ns());
    plan.mark_position = ticks(gate.mark_position_ns());
    plan.trigger_tolerance = ticks(gate.trigger_tolerance_ns());
    plan.strobe_phase = ticks(gate.strobe_phase_ns());
    plan.strobe_tolerance = ticks(gate.strobe_tolerance_ns());

    if (plan.mode == config::Gate::FREE_RUNNING) {
        if (!gate.has_slice_ns()) return error(ErrorKind::CONFIG, "gate: mode FREE_RUNNING needs slice_ns");
        plan.slice = std::max<std::int64_t>(1, ticks(gate.slice_ns()));
        plan.windows.push_back({wire::FREE, false, 0, 0, 0, plan.slice});
        find_reach(plan);
        return plan;
    }
    if (!gate.has_in_time())
        return error(ErrorKind::CONFIG, "gate: in_time windows are needed in every mode but FREE_RUNNING");
    const bool strobed = plan.mode == config::Gate::STROBED;
    if (strobed && !(gate.has_anti_coincident() && gate.has_strobe_phase_ns()))
        return error(ErrorKind::CONFIG, "gate: mode STROBED needs anti_coincident and strobe_phase_ns");
    if (plan.mode == config::Gate::SELF_TRIGGERED && plan.reference == config::Gate::RECORD_BEGIN)
        return error(ErrorKind::CONFIG,
                     "gate: reference RECORD_BEGIN needs one record per mark; self-triggered channels have "
                     "none. Allowed: MARK");
    if (gate.has_anti_coincident()) {
        auto window = planned(gate.anti_coincident(), wire::ANTI_COINCIDENT, strobed, frequency_hz);
        if (!window) return window.error();
        plan.windows.push_back(*window);
    }
    auto window = planned(gate.in_time(), wire::IN_TIME, false, frequency_hz);
    if (!window) return window.error();
    plan.windows.push_back(*window);
    find_reach(plan);
    return plan;
}

}  // namespace spillgate::daq
