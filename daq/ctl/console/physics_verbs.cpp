#include <utility>

#include <fmt/format.h>

#include "daq/ctl/console/answer_fields.hpp"
#include "daq/ctl/console/console_verbs.hpp"
#include "daq/ctl/console/spectrum_text.hpp"

namespace spillgate::daq {

namespace {

namespace json = boost::json;
using proto::error;
using proto::ErrorKind;

std::string with_gwh(const json::object& one) {
    return fmt::format("{} POT{}", word_in(one, "pot"),
                       number_in(one, "gwh") ? fmt::format(", {} GWh", word_in(one, "gwh")) : "");
}

void add_plan(std::string& out, const json::object& physics, const json::object& plan) {
    add_fact(out, "plan", fmt::format("{}; spectrum {}", word_in(plan, "title"), word_in(plan, "spectrum")));
    if (number_in(plan, "pot")) add_fact(out, "planned", with_gwh(plan));
    const auto begin = number_in(plan, "begin_utc_s");
    const auto end = number_in(plan, "end_utc_s");
    if (begin) add_fact(out, "begins (UTC)", utc_text(*begin));
    if (end) add_fact(out, "ends (UTC)", utc_text(*end));
    const auto* const exposure = object_in(physics, "exposure");
    if (exposure == nullptr) return add_fact(out, "exposure", "none yet");
    const auto part = number_in(*exposure, "fraction");
    add_fact(out, "exposure",
             fmt::format("{} live{}", with_gwh(*exposure),
                         part ? fmt::format(": {:.2f} % of the plan", 100 * *part) : ""));
    add_fact(out, "runs",
             fmt::format("{} since {} UTC{}", word_in(*exposure, "runs"), time_in(*exposure, "first_utc_s"),
                         number_in(*exposure, "followed")
                             ? fmt::format(", run {} is followed", word_in(*exposure, "followed"))
                             : ""));
}

void add_left_out(std::string& out, const json::object& physics) {
    const auto* const without = object_in(physics, "without_spectra");
    if (without == nullptr) return;
    if (number_in(*without, "runs").value_or(0) > 0)
        add_fact(out, "left out",
                 fmt::format("{} runs without exported spectra, {} POT recorded", word_in(*without, "runs"),
                             word_in(*without, "pot_recorded")));
    add_fact(out, "left out", text_in(*without, "trouble"));
}

void add_rate(std::string& out, const json::object& physics) {
    const auto* const rate = object_in(physics, "rate");
    if (rate == nullptr) return;
    const auto reached = [&](std::string_view field) {
        const auto utc_s = number_in(*rate, field);
        return utc_s ? fmt::format(": all of it by {} UTC", utc_text(*utc_s)) : std::string();
    };
    if (number_in(*rate, "pot_per_s"))
        add_fact(out, "rate",
                 fmt::format("{} POT/s in the last {}{}", word_in(*rate, "pot_per_s"),
                             span_text(number_in(*rate, "over_s").value_or(0)), reached("reached_utc_s")));
    if (number_in(*rate, "mean_pot_per_s"))
        add_fact(
            out, "mean rate",
            fmt::format("{} POT/s{}", word_in(*rate, "mean_pot_per_s"), reached("reached_at_mean_utc_s")));
    if (number_in(*rate, "needed_pot_per_s"))
        add_fact(out, "needed rate", fmt::format("{} POT/s", word_in(*rate, "needed_pot_per_s")));
}

void add_expected(std::string& out, const json::object& physics) {
    const auto* const expected = object_in(physics, "expected");
    if (expected == nullptr) return;
    for (const auto& [field, words] : {std::pair("now", "expected"), std::pair("planned", "of the plan")}) {
        const auto* const one = object_in(*expected, field);
        if (one == nullptr) continue;
        if (number_in(*one, "cevns"))
            add_fact(
                out, words,
                fmt::format("{} CEvNS of {} POT; R_n {} fm, sigma {} fm", word_in(*one, "cevns"),
                            word_in(*one, "pot"), word_in(*one, "r_n_fm"), word_in(*one, "sigma_r_n_fm")));
        add_fact(out, words, text_in(*one, "trouble"));
    }
}

void add_measured(std::string& out, const json::object& physics) {
    const auto* const measured = object_in(physics, "measured");
    if (measured == nullptr) {
        const auto why = text_in(physics, "why_not_measured");
        return add_fact(out, "measured",
                        flag_in(physics, "blinded") ? "sealed until it has been unblinded"
                        : why.empty()               ? "nothing yet"
                                                    : "not known: " + why);
    }
    add_fact(out, "measured",
             fmt::format("C {}, AC {}, alpha {}, of {} runs with {} POT", word_in(*measured, "in_time"),
                         word_in(*measured, "anti_coincident"), word_in(*measured, "alpha"),
                         word_in(*measured, "runs"), word_in(*measured, "pot")));
    add_fact(out, "residual",
             fmt::format("{} ± {}; CEvNS fitted {}, expected {}", word_in(*measured, "residual"),
                         word_in(*measured, "residual_sigma"), word_in(*measured, "fitted_cevns"),
                         word_in(*measured, "expected_cevns")));
    if (number_in(*measured, "significance_sigma"))
        add_fact(out, "significance", fmt::format("{} sigma", word_in(*measured, "significance_sigma")));
    add_fact(out, "significance", text_in(*measured, "trouble"));
}

std::string physics_text(const json::object& physics) {
    std::string out;
    if (flag_in(physics, "simulated")) out += "SIMULATED\n";
    const auto* const plan = object_in(physics, "plan");
    add_fact(out, "trouble", text_in(physics, "trouble"));
    if (plan == nullptr) return out + "the console's configuration has no plan\n";
    add_plan(out, physics, *plan);
    add_left_out(out, physics);
    add_rate(out, physics);
    add_expected(out, physics);
    add_measured(out, physics);
    if (const auto* const beam = object_in(physics, "beam"); beam != nullptr)
        add_fact(out, "beam", fmt::format("{}: {}", word_in(*beam, "state"), word_in(*beam, "reason")));
    return out;
}

// Title and axes of a live spectrum, without what it holds. Errors: NOT_FOUND; those of ConsoleClient.
proto::Result<json::object> axes_of(const ConsoleClient& console, const std::string& name) {
    const auto spectra = console.get(ApiPath("/api/spectra"));
    if (!spectra) return spectra.error();
    for (const auto* spectrum : objects_in(*spectra, "spectra"))
        if (text_in(*spectrum, "name") == name) return *spectrum;
    return error(ErrorKind::NOT_FOUND, fmt::format("there is no spectrum '{}'", name));
}

}  // namespace

ConsoleVerb show_physics() {
    return [](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        const auto physics = console.get(ApiPath("/api/physics"));
        if (!physics) return physics.error();
        return ConsoleAnswer{as_json ? json_line(*physics) : physics_text(*physics)};
    };
}

ConsoleVerb export_prediction(std::string spectrum) {
    return [spectrum = std::move(spectrum)](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        auto prediction = console.get(ApiPath("/api/prediction").segment(spectrum));
        if (!prediction) return prediction.error();
        if (as_json) return ConsoleAnswer{json_line(*prediction)};
        auto shown = axes_of(console, spectrum);
        if (!shown) return shown.error();
        (*shown)["prediction"] = std::move(*prediction);
        auto text = spectrum_csv(*shown);
        if (!text) return text.error();
        return ConsoleAnswer{std::move(*text)};
    };
}

}  // namespace spillgate::daq
