#include "offline/plot/slot_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include <fmt/format.h>

#include "offline/plot/axis_ticks.hpp"
#include "offline/plot/origin_text.hpp"

namespace spillgate::offline::plot {

namespace {

constexpr double coulombs_per_pc = 1e-12;

std::string bits_text(std::uint32_t bits, std::span<const std::string_view> names) {
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i)
        if ((bits >> i & 1u) != 0) text += fmt::format("{}{}", text.empty() ? "" : ", ", names[i]);
    return text;
}

std::string charge_of_slot(const proto::Verdict& verdict) {
    const auto amount = si_text(static_cast<double>(verdict.charge_pc) * coulombs_per_pc, "C");
    switch (verdict.charge_state) {
        case wire::CHARGE_MEASURED:
            return amount + " measured";
        case wire::CHARGE_ESTIMATED:
            return amount + " estimated";
        case wire::CHARGE_UNCORRECTED:
            return amount + " uncorrected";
        default:
            return "charge missing";
    }
}

// What identifies a candidate to people, of whatever chain.
constexpr std::array<std::string_view, 5> shown_variables{"t_rec_us", "pe", "energy_kev", "n_peaks", "f90"};

std::string variable_text(const Variable& variable, double value) {
    if (variable.name == "t_rec_us") return "t_rec " + number_text(value, 3) + " μs";
    if (variable.name == "pe") return fmt::format("{:.4g} PE", value);
    if (variable.name == "energy_kev") return fmt::format("{:.5g} keV", value);
    if (variable.name == "n_peaks") return count_text(static_cast<std::uint64_t>(value), "peak");
    return fmt::format("{} {:.3g}", variable.name, value);
}

}  // namespace

std::string disposition_text(proto::Disposition disposition) {
    std::string text = wire::Disposition_Name(disposition);
    std::transform(text.begin(), text.end(), text.begin(), [](char c) {
        return c == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    });
    return text.empty() ? "of an unknown disposition" : text;
}

std::string window_text(proto::WindowKind kind) {
    switch (kind) {
        case wire::IN_TIME:
            return "C";
        case wire::ANTI_COINCIDENT:
            return "AC";
        case wire::FREE:
            return "free";
        default:
            return "unknown";
    }
}

std::string slot_text(const proto::SpillRecord& record, const std::optional<proto::Verdict>& verdict) {
    if (!verdict) return fmt::format("slot {} · without verdict", record.slot);
    auto text = fmt::format("slot {} · {}", record.slot, disposition_text(verdict->disposition));
    // A run without marks has no spills: neither beam nor charge can be missing.
    const bool has_marks = std::any_of(record.windows.begin(), record.windows.end(),
                                       [](const auto& window) { return window.kind != wire::FREE; });
    if (has_marks) text += " · " + charge_of_slot(*verdict);
    auto shown = verdict->quality & ~proto::bit(proto::SlotQuality::SIMULATED);
    if (!has_marks) shown &= ~proto::bit(proto::SlotQuality::NO_BEAM);
    if (!has_marks || verdict->charge_state == wire::CHARGE_MISSING)
        shown &= ~proto::bit(proto::SlotQuality::CHARGE_MISSING);
    const auto quality = bits_text(shown, proto::slot_quality_names);
    return quality.empty() ? text : text + " · " + quality;
}

std::optional<double> value_of(const Chain& chain, const Candidate& candidate, std::string_view variable) {
    const auto variables = chain.variables();
    for (std::size_t i = 0; i < variables.size(); ++i)
        if (variables[i].name == variable && std::isfinite(candidate.value[i])) return candidate.value[i];
    return std::nullopt;
}

std::string candidate_text(const Chain& chain, const Candidate& candidate, const std::string& channel) {
    auto text = fmt::format("{}, {}: ", channel, window_text(candidate.kind));
    std::string values;
    for (const auto& variable : chain.variables()) {
        if (!candidate.found ||
            std::find(shown_variables.begin(), shown_variables.end(), variable.name) == shown_variables.end())
            continue;
        if (const auto value = value_of(chain, candidate, variable.name))
            values += (values.empty() ? "" : ", ") + variable_text(variable, *value);
    }
    text += !candidate.found ? "no candidate" : values.empty() ? "candidate" : values;
    const auto quality = bits_text(candidate.quality, chain.quality_names());
    return quality.empty() ? text : text + " · " + quality;
}

}  // namespace spillgate::offline::plot
