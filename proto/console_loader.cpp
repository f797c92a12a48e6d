#include "proto/console_loader.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "proto/name_rules.hpp"
#include "proto/names.hpp"
#include "proto/ruled_text.hpp"
#include "proto/wire.hpp"

namespace spillgate::proto {

namespace {

using Found = std::vector<Contradiction>;

constexpr std::size_t sha256_digits = 64;

void alarm(const config::AlarmRule& rule, Found& found) {
    if (!rule.has_below() && !rule.has_above() && rule.unknown() != config::AlarmRule::ALARMS)
        found.push_back(
            {&rule, "name", -1,
             fmt::format("alarm '{}' has no limit; it needs below, above or unknown: ALARMS", rule.name())});
    if (rule.has_below() && rule.has_above() && !(rule.below() + 2 * rule.hysteresis() < rule.above()))
        found.push_back(
            {&rule, "above", -1,
             fmt::format("alarm '{}' never comes back: between below = {} and above = {} there must be "
                         "more than twice the hysteresis of {}",
                         rule.name(), rule.below(), rule.above(), rule.hysteresis())});
    if (std::ranges::count(rule.quantity(), '*') > 1)
        found.push_back({&rule, "quantity", -1, fmt::format("'{}' has more than one '*'", rule.quantity())});
}

// Secrets go over the network: in the clear to this machine alone.
void webhook(const config::Webhook& hook, Found& found) {
    const auto& url = hook.url();
    const bool local = url.starts_with("http://127.") || url.starts_with("http://localhost:") ||
                       url.starts_with("http://localhost/") || url.starts_with("http://[::1]");
    if (!local && !url.starts_with("https://"))
        found.push_back({&hook, "url", -1,
                         fmt::format("url is '{}'; allowed are https://… and http:// to loopback", url)});
}

// Outer bounds outside the inner ones, whichever are given; of types that there are.
void band(const config::QualityBand& band, Found& found) {
    if (!band.has_low() && !band.has_high() && !band.has_warn_low() && !band.has_warn_high())
        found.push_back({&band, "quantity", -1,
                         fmt::format("the band of '{}' has no bound; it needs low, high, warn_low or "
                                     "warn_high",
                                     band.quantity())});
    if (std::ranges::count(band.quantity(), '*') > 1)
        found.push_back({&band, "quantity", -1, fmt::format("'{}' has more than one '*'", band.quantity())});
    for (int i = 0; i < band.run_type_size(); ++i) {
        if (!wire::run_type_from_name(band.run_type(i)))
            found.push_back(
                {&band, "run_type", i,
                 fmt::format("run_type is '{}'; allowed are: {}", band.run_type(i), wire::run_type_names())});
    }
    double last = -HUGE_VAL;
    const auto ascends = [&](bool has, double value) {
        const bool good = !has || value >= last;
        if (has) last = value;
        return good;
    };
    const bool good = ascends(band.has_low(), band.low()) && ascends(band.has_warn_low(), band.warn_low()) &&
                      ascends(band.has_warn_high(), band.warn_high()) &&
                      ascends(band.has_high(), band.high());
    if (!good)
        found.push_back(
            {&band, "quantity", -1,
             fmt::format("the bands of '{}' must ascend: low, warn_low, warn_high, high", band.quantity())});
}

// A run is judged by one band of a quantity.
void bands(const config::Console& console, Found& found) {
    const auto shares_type = [](const config::QualityBand& one, const config::QualityBand& other) {
        return one.run_type().empty() || other.run_type().empty() ||
               std::ranges::any_of(one.run_type(), [&](const auto& type) {
                   return std::ranges::find(other.run_type(), type) != other.run_type().end();
               });
    };
    const auto& all = console.quality();
    for (int i = 0; i < all.size(); ++i) {
        band(all[i], found);
        const auto twice = std::find_if(all.begin(), all.begin() + i, [&](const auto& before) {
            return before.quantity() == all[i].quantity() && shares_type(before, all[i]);
        });
        if (twice != all.begin() + i)
            found.push_back({&all[i], "quantity", -1,
                             fmt::format("'{}' has two bands for one type of run", all[i].quantity())});
    }
}

void reference(const config::Reference& reference, Found& found) {
    if (reference.has_run() == reference.has_file())
        found.push_back({&reference, "name", -1,
                         fmt::format("reference '{}' needs either a run or a file", reference.name())});
    // Every ended run is a reference of such a name.
    constexpr std::string_view of_run = "run-";
    const std::string_view name = reference.name();
    if (name.starts_with(of_run) && name.size() > of_run.size() &&
        name.find_first_not_of("0123456789", of_run.size()) == std::string_view::npos)
        found.push_back({&reference, "name", -1,
                         fmt::format("'{}' is the name of run {} itself", name, name.substr(of_run.size()))});
}

// Each choice costs memory: online/recent_spectra.hpp.
void recent_spills(const config::Console& console, Found& found) {
    constexpr int most = 8;
    const auto& choices = console.recent_spills();
    if (choices.size() > most)
        found.push_back(
            {&console, "recent_spills", most,
             fmt::format("{} choices of recent_spills; at most {} are allowed", choices.size(), most)});
    for (int i = 0; i < choices.size(); ++i) {
        if (choices[i] == 0 || std::count(choices.begin(), choices.begin() + i, choices[i]) > 0)
            found.push_back(
                {&console, "recent_spills", i,
                 fmt::format("recent_spills is {}; allowed is each number once, from 1 on", choices[i])});
    }
}

void plan(const config::Plan& plan, Found& found) {
    if (plan.has_begin_utc_s() && plan.has_end_utc_s() && plan.end_utc_s() <= plan.begin_utc_s())
        found.push_back({&plan, "end_utc_s", -1, "the plan ends before it begins"});
    if (plan.has_experiment() != plan.has_spectrum())
        found.push_back({&plan, plan.has_experiment() ? "experiment" : "spectrum", -1,
                         "an experiment and its spectrum belong together"});
}

}  // namespace

std::vector<Contradiction> contradictions(const config::Console& console) {
    Found found;
    names_are_unique(console.alarm(), "alarm", found);
    names_are_unique(console.webhook(), "webhook", found);
    names_are_unique(console.reference(), "reference", found);
    for (const auto& rule : console.alarm())
        alarm(rule, found);
    for (const auto& hook : console.webhook())
        webhook(hook, found);
    bands(console, found);
    for (const auto& each : console.reference())
        reference(each, found);
    recent_spills(console, found);
    if (console.has_plan()) plan(console.plan(), found);
    return found;
}

std::vector<Contradiction> contradictions(const config::People& people) {
    Found found;
    names_are_unique(people.person(), "person", found);
    for (const auto& person : people.person()) {
        const auto digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
        const auto& hash = person.token_sha256();
        if (hash.size() != sha256_digits || !std::ranges::all_of(hash, digit))
            found.push_back({&person, "token_sha256", -1,
                             fmt::format("token_sha256 of '{}' is not {} digits of lower-case hex",
                                         person.name(), sha256_digits)});
    }
    return found;
}

Result<LoadedConsole> parse_console(const std::string& text, const std::string& name) {
    LoadedConsole loaded;
    loaded.path = name;
    if (const auto read = read_ruled(text, name, loaded.console, contradictions); !read) return read.error();
    write_defaults(loaded.console);
    loaded.sha256 = sha256_hex(printed(loaded.console));
    return loaded;
}

Result<LoadedConsole> load_console(const std::string& path) {
    const auto text = read_text(path);
    if (!text) return text.error();
    return parse_console(*text, path);
}

std::string console_path_of(const std::string& config_path) {
    const std::filesystem::path path(config_path);
    return (path.parent_path() / (path.stem().string() + "-console.txtpb")).string();
}

Result<config::People> parse_people(const std::string& text, const std::string& name) {
    config::People people;
    if (const auto read = read_ruled(text, name, people, contradictions); !read) return read.error();
    return people;
}

}  // namespace spillgate::proto
