#include <utility>

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include "daq/ctl/console/answer_fields.hpp"
#include "daq/ctl/console/console_verbs.hpp"
#include "daq/ctl/console/spectrum_text.hpp"

namespace spillgate::daq {

namespace {

namespace json = boost::json;

std::string axes_text(const json::object& spectrum) {
    std::string out;
    for (const auto* axis : objects_in(spectrum, "axes")) {
        const auto unit = text_in(*axis, "unit");
        out += fmt::format("{}{} in {} bins from {} to {}{}{}", out.empty() ? "" : " × ",
                           word_in(*axis, "variable"), word_in(*axis, "bins"), word_in(*axis, "min"),
                           word_in(*axis, "max"), unit.empty() ? "" : " ", unit);
    }
    return out;
}

ConsoleResult exported(const json::object& spectrum, bool uhi) {
    auto text = uhi ? spectrum_uhi(spectrum) : spectrum_csv(spectrum);
    if (!text) return text.error();
    return ConsoleAnswer{std::move(*text)};
}

// What a file must say of its run and the spectrum itself does not: its type, and that it is SIMULATED.
proto::Status add_run(const ConsoleClient& console, json::object& spectrum) {
    const auto status = console.get(ApiPath("/api/status"));
    if (!status) return status.error();
    const auto* const run = object_in(*status, "run");
    if (run == nullptr || word_in(*run, "number") != word_in(spectrum, "run")) return {};
    for (const auto& [field, name] : {std::pair("type", "run_type"), std::pair("simulated", "simulated")})
        if (const auto* const value = run->if_contains(field); value != nullptr) spectrum[name] = *value;
    return {};
}

}  // namespace

ConsoleVerb list_spectra() {
    return [](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        const auto spectra = console.get(ApiPath("/api/spectra"));
        if (!spectra) return spectra.error();
        if (as_json) return ConsoleAnswer{json_line(*spectra)};
        TextTable table({"spectrum", "selection", "axes", "title"});
        for (const auto* spectrum : objects_in(*spectra, "spectra"))
            table.add({word_in(*spectrum, "name"), word_in(*spectrum, "selection"), axes_text(*spectrum),
                       text_in(*spectrum, "title")});
        auto out = table.text();
        const auto ranges = texts_in(*spectra, "ranges");
        if (!ranges.empty()) out += fmt::format("ranges: {}\n", fmt::join(ranges, " "));
        return ConsoleAnswer{std::move(out)};
    };
}

ConsoleVerb reset_spectra() {
    return [](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        const auto reset = console.post(ApiPath("/api/spectra/reset"), {});
        if (!reset) return reset.error();
        if (as_json) return ConsoleAnswer{json_line(*reset)};
        auto out = fmt::format("the range 'reset' begins anew: {} UTC, after {} spills of run {}\n",
                               time_in(*reset, "utc_s"), word_in(*reset, "spills"), word_in(*reset, "run"));
        if (!number_in(*reset, "logbook")) out += "the logbook has no entry of it: it is off\n";
        return ConsoleAnswer{std::move(out)};
    };
}

ConsoleVerb export_spectrum(const std::string& name, const std::string& range, bool uhi) {
    ApiPath path("/api/spectra");
    path.segment(name).ask("range", range);
    return [path, uhi](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        auto spectrum = console.get(path);
        if (!spectrum) return spectrum.error();
        if (as_json) return ConsoleAnswer{json_line(*spectrum)};
        if (auto added = add_run(console, *spectrum); !added) return added.error();
        return exported(*spectrum, uhi);
    };
}

ConsoleVerb list_references() {
    return [](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        const auto known = console.get(ApiPath("/api/references"));
        if (!known) return known.error();
        if (as_json) return ConsoleAnswer{json_line(*known)};
        const auto references = objects_in(*known, "references");
        if (references.empty()) return ConsoleAnswer{"no references\n"};
        TextTable table({"reference", "run", "file", "trouble"});
        for (const auto* reference : references)
            table.add({word_in(*reference, "name"), word_in(*reference, "run"), word_in(*reference, "file"),
                       text_in(*reference, "trouble")});
        return ConsoleAnswer{table.text()};
    };
}

ConsoleVerb export_reference(const std::string& reference, const std::string& spectrum, bool uhi) {
    ApiPath path("/api/references");
    path.segment(reference).segment("spectra").segment(spectrum);
    return [path, uhi](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        const auto found = console.get(path);
        if (!found) return found.error();
        return as_json ? ConsoleResult(ConsoleAnswer{json_line(*found)}) : exported(*found, uhi);
    };
}

}  // namespace spillgate::daq
