#include "online/run/beam_json.hpp"

#include <algorithm>
#include <cmath>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "online/run/window_times.hpp"

namespace spillgate::online {

namespace {

namespace json = boost::json;

std::string_view name_of(proto::ChargeState state) {
    switch (state) {
        case wire::CHARGE_MEASURED:
            return "measured";
        case wire::CHARGE_ESTIMATED:
            return "estimated";
        case wire::CHARGE_UNCORRECTED:
            return "uncorrected";
        default:
            return "missing";
    }
}

// Empty for what needs no mention.
std::string_view name_of(proto::Disposition disposition) {
    switch (disposition) {
        case wire::COMPLETE:
            return "";
        case wire::TRUNCATED:
            return "truncated";
        case wire::PAUSED:
            return "paused";
        case wire::MARK_MISSED:
            return "mark-missed";
        case wire::LOST_BUFFER_FULL:
            return "lost-buffer-full";
        case wire::LOST_DEVICE:
            return "lost-device";
        case wire::LOST_CORRUPT:
            return "lost-corrupt";
        case wire::LOST_DISK:
            return "lost-disk";
        default:
            return "invalid";
    }
}

json::value slot_json(const SlotPoint& slot) {
    json::array marks;
    for (std::size_t bit = 0; bit < proto::slot_quality_names.size(); ++bit)
        if ((slot.quality >> bit & 1u) != 0) marks.emplace_back(proto::slot_quality_names[bit]);
    if (const auto disposition = name_of(slot.disposition); !disposition.empty())
        marks.emplace_back(disposition);
    json::array out;
    out.emplace_back(slot.slot);
    out.push_back(std::isfinite(slot.deviation_ns) ? json::value(std::round(slot.deviation_ns)) : nullptr);
    out.push_back(slot.charge_state == wire::CHARGE_MISSING
                      ? json::value(nullptr)
                      : json::value(static_cast<double>(slot.charge_pc) * 1e-6));
    out.emplace_back(name_of(slot.charge_state));
    out.push_back(std::move(marks));
    return out;
}

}  // namespace

json::array slots_json(std::span<const SlotPoint> slots) {
    json::array out;
    for (const auto& slot : slots)
        out.push_back(slot_json(slot));
    return out;
}

json::object beam_json(const Snapshot& snapshot, const Beam& beam, const SlotStripView& strip) {
    json::object out{{"state", name_of(beam.state)},
                     {"reason", beam.reason},
                     {"run", strip.run == 0 ? json::value(nullptr) : json::value(strip.run)}};
    for (auto& [key, times] : window_times_json(snapshot))
        out[key] = times;
    out["selections"] = selection_times_json(snapshot);
    const auto& run = snapshot.run.description;
    out["live_checks"] = run ? live_checks_json(*run) : json::array();
    return out;
}

}  // namespace spillgate::online
