#include "daq/ctl/console/beam_slots.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string_view>

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include "daq/ctl/console/answer_fields.hpp"

namespace spillgate::daq {

namespace {

namespace json = boost::json;

constexpr std::size_t fields_of_slot = 5;
constexpr std::string_view simulated = "simulated";  // said of the run

double number_or_nan(const json::value& value) {
    return value.is_number() ? value.to_number<double>() : std::numeric_limits<double>::quiet_NaN();
}

// Of those that are known.
struct Summary {
    std::size_t known = 0;
    double mean = 0;
    double rms = 0;      // about zero
    double largest = 0;  // in size
};

template <class Field>
Summary summary_of(const std::vector<BeamSlot>& slots, Field field) {
    Summary out;
    for (const auto& slot : slots) {
        const double value = slot.*field;
        if (!std::isfinite(value)) continue;
        ++out.known;
        out.mean += value;
        out.rms += value * value;
        if (std::abs(value) > std::abs(out.largest)) out.largest = value;
    }
    if (out.known == 0) return out;
    out.mean /= static_cast<double>(out.known);
    out.rms = std::sqrt(out.rms / static_cast<double>(out.known));
    return out;
}

std::string counts_text(const std::map<std::string, std::size_t>& counts) {
    std::string out;
    for (const auto& [name, n] : counts)
        out += fmt::format("{}{} {}", out.empty() ? "" : ", ", n, name);
    return out;
}

std::string csv_number(double value) {
    return std::isfinite(value) ? fmt::format("{}", value) : std::string();
}

}  // namespace

std::vector<BeamSlot> slots_in(const json::object& beam) {
    std::vector<BeamSlot> slots;
    const auto* const list = beam.if_contains("slots");
    if (list == nullptr || !list->is_array()) return slots;
    for (const auto& one : list->get_array()) {
        const auto* const fields = one.if_array();
        if (fields == nullptr || fields->size() < fields_of_slot || !fields->at(0).is_number()) continue;
        const json::object named{{"slot", fields->at(0)}, {"state", fields->at(3)}, {"marks", fields->at(4)}};
        const double number = fields->at(0).to_number<double>();
        if (!(number >= 0 && number < 9e15)) continue;
        slots.push_back({static_cast<std::uint64_t>(number), number_or_nan(fields->at(1)),
                         number_or_nan(fields->at(2)), text_in(named, "state"), texts_in(named, "marks")});
    }
    return slots;
}

std::string slots_text(const std::vector<BeamSlot>& slots) {
    std::string out;
    if (slots.empty()) return out;
    add_fact(out, "last slots",
             fmt::format("{}, from {} to {}", slots.size(), slots.front().slot, slots.back().slot));
    if (const auto marks = summary_of(slots, &BeamSlot::deviation_ns); marks.known > 0)
        add_fact(out, "jitter",
                 fmt::format("rms {:.2f} us, largest {:+.2f} us, of {} marks", marks.rms / 1e3,
                             marks.largest / 1e3, marks.known));
    std::map<std::string, std::size_t> states;
    std::map<std::string, std::size_t> troubles;
    for (const auto& slot : slots) {
        ++states[slot.charge_state.empty() ? std::string(not_known) : slot.charge_state];
        for (const auto& mark : slot.marks)
            if (mark != simulated) ++troubles[mark];
    }
    const auto charge = summary_of(slots, &BeamSlot::charge_uc);
    add_fact(
        out, "charge",
        fmt::format("{}{}",
                    charge.known > 0 ? fmt::format("mean {:.6g} uC of {} slots; ", charge.mean, charge.known)
                                     : std::string(),
                    counts_text(states)));
    add_fact(out, "slots with", counts_text(troubles));
    return out;
}

std::string slots_csv(const std::vector<BeamSlot>& slots) {
    std::string out = "slot,deviation_ns,charge_uc,charge_state,quality\n";
    for (const auto& slot : slots)
        out += fmt::format("{},{},{},{},{}\n", slot.slot, csv_number(slot.deviation_ns),
                           csv_number(slot.charge_uc), slot.charge_state, fmt::join(slot.marks, " "));
    return out;
}

}  // namespace spillgate::daq
