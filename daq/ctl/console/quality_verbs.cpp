#include <algorithm>

#include <fmt/format.h>

#include "daq/ctl/console/answer_fields.hpp"
#include "daq/ctl/console/console_verbs.hpp"

namespace spillgate::daq {

namespace {

namespace json = boost::json;
using proto::error;
using proto::ErrorKind;

std::string with_error(const json::object& quantity) {
    const auto value = word_in(quantity, "value");
    const auto sigma = word_in(quantity, "error");
    const auto unit = text_in(quantity, "unit");
    return fmt::format("{}{}{}{}", value, sigma == not_known ? "" : " ± " + sigma,
                       unit.empty() || value == not_known ? "" : " ", value == not_known ? "" : unit);
}

std::string bands_text(const json::object& quality) {
    const auto bands = objects_in(quality, "bands");
    if (bands.empty()) return "no bands: runs are not judged\n";
    TextTable table({"band of", "good", "run types"});
    for (const auto* band : bands) {
        const auto types = texts_in(*band, "run_types");
        table.add({word_in(*band, "quantity"), word_in(*band, "band"),
                   types.empty() ? "all" : fmt::format("{}", fmt::join(types, ", "))});
    }
    return table.text();
}

std::string quantities_text(const json::object& quality) {
    if (!number_in(quality, "run")) return "no run is followed\n";
    TextTable table({fmt::format("run {}, so far", word_in(quality, "run")), "value", "why it is not known"});
    for (const auto* quantity : objects_in(quality, "quantities"))
        table.add({word_in(*quantity, "quantity"), with_error(*quantity),
                   number_in(*quantity, "value") ? "" : text_in(*quantity, "reason")});
    return table.text();
}

std::string verdicts_text(const json::object& run) {
    auto out = fmt::format("run {}: {}\n", word_in(run, "run"), word_in(run, "verdict"));
    const auto judged = objects_in(run, "quality");
    if (judged.empty()) return out + "nothing was judged\n";
    TextTable table({"quantity", "verdict", "value", "good"});
    std::string reasons;
    for (const auto* one : judged) {
        table.add(
            {word_in(*one, "quantity"), word_in(*one, "verdict"), with_error(*one), word_in(*one, "band")});
        if (const auto reason = text_in(*one, "reason"); !reason.empty())
            reasons += fmt::format("{}: {}\n", word_in(*one, "quantity"), reason);
    }
    return out + table.text() + reasons;
}

std::string calibration_text(std::string_view kind, const json::object& calibration) {
    std::string out;
    const auto age = number_in(calibration, "age_days");
    add_fact(out, kind,
             fmt::format("{}{}", word_in(calibration, "state"),
                         age ? fmt::format(", {:.1f} days old; {} are allowed", *age,
                                           word_in(calibration, "allowed_days"))
                             : ""));
    add_fact(out, "", text_in(calibration, "reason"));
    for (const auto* channel : objects_in(calibration, "channels"))
        add_fact(out, "",
                 fmt::format("{}: {}", word_in(*channel, "channel"),
                             !number_in(*channel, "measured_utc_s") ? "none"
                             : flag_in(*channel, "holds")
                                 ? fmt::format("of {}, holds to {} UTC", time_in(*channel, "measured_utc_s"),
                                               time_in(*channel, "holds_to_utc_s"))
                                 : fmt::format("of {}, held to {} UTC", time_in(*channel, "measured_utc_s"),
                                               time_in(*channel, "holds_to_utc_s"))));
    return out;
}

}  // namespace

ConsoleVerb show_quality() {
    return [](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        const auto quality = console.get(ApiPath("/api/quality"));
        if (!quality) return quality.error();
        if (as_json) return ConsoleAnswer{json_line(*quality)};
        return ConsoleAnswer{quantities_text(*quality) + '\n' + bands_text(*quality)};
    };
}

ConsoleVerb show_verdicts(std::uint64_t run) {
    return [run](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        const auto found = console.get(ApiPath("/api/runs").segment(std::to_string(run)));
        if (!found) return found.error();
        return ConsoleAnswer{as_json ? json_line(*found) : verdicts_text(*found),
                             text_in(*found, "verdict") == "bad" ? fmt::format("run {} is bad", run) : ""};
    };
}

ConsoleVerb show_calibrations() {
    return [](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        const auto page = console.get(ApiPath("/api/shift"));
        if (!page) return page.error();
        const auto* const calibrations = object_in(*page, "calibrations");
        if (calibrations == nullptr)
            return error(ErrorKind::CORRUPT, "the console answered without ages of calibrations");
        std::string out;
        std::string why;
        for (const char* kind : {"spe", "energy"}) {
            const auto* const one = object_in(*calibrations, kind);
            if (one == nullptr) continue;
            out += calibration_text(kind, *one);
            const auto state = text_in(*one, "state");
            if (state == "old" || state == "ended")
                why += fmt::format("{}{} is {}", why.empty() ? "" : ", ", kind, state);
        }
        return ConsoleAnswer{as_json ? json_line(*calibrations) : out, why};
    };
}

}  // namespace spillgate::daq
