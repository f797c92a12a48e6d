#include "daq/ctl/console/command_parts.hpp"

#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "daq/ctl/amount_text.hpp"

namespace spillgate::daq {

CLI::App* action(CLI::App& verb, const char* name, const char* what, const char* example) {
    auto* const sub = verb.add_subcommand(name, what);
    sub->footer(fmt::format("Example: spillgate-ctl {} {}", verb.get_name(), example));
    return sub;
}

void usually(CLI::App& verb, ConsoleVerb& chosen, std::function<ConsoleVerb()> make) {
    verb.callback([&chosen, make = std::move(make)] {
        if (!chosen) chosen = make();
    });
}

CLI::Option* add_number(CLI::App& verb, const char* name, std::uint64_t& number, const char* what) {
    return verb.add_option(name, number, what)->check(CLI::PositiveNumber);
}

void add_range(CLI::App& verb, AskedRange& range, std::string& last) {
    verb.add_option("--from", range.from, "2026-11-29T02:00 (UTC), or UTC in seconds");
    verb.add_option("--to", range.to, "the same; default: now");
    verb.add_option("--last", last, "so long before the end, without --from")->capture_default_str();
}

void add_size(CLI::App& verb, PlotSize& size) {
    verb.add_option("--width", size.columns, "of a drawing, in signs; default: the terminal's, else 80")
        ->check(CLI::Range(40, 400));
    verb.add_option("--height", size.rows, "of a drawing, in lines")
        ->check(CLI::Range(2, 100))
        ->capture_default_str();
}

double duration(const char* option, const std::string& text) {
    const auto seconds = seconds_in(text);
    if (!seconds) throw CLI::ValidationError(option, seconds.error().message);
    return *seconds;
}

}  // namespace spillgate::daq
