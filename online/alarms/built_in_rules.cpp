#include "online/alarms/built_in_rules.hpp"

#include "online/run/disk_watch.hpp"

namespace spillgate::online {

namespace {

struct Wanted {
    const char* name;
    const char* quantity;
    const char* help;
    config::AlarmRule::Severity severity = config::AlarmRule::ALARM;
    bool in_runs_only = false;
    double for_s = 5;
};

config::AlarmRule rule_of(const Wanted& wanted) {
    config::AlarmRule rule;
    rule.set_name(wanted.name);
    rule.set_quantity(wanted.quantity);
    rule.set_help(wanted.help);
    rule.set_severity(wanted.severity);
    rule.set_in_runs_only(wanted.in_runs_only);
    rule.set_for_s(wanted.for_s);
    return rule;
}

config::AlarmRule above(const Wanted& wanted, double limit) {
    auto rule = rule_of(wanted);
    rule.set_above(limit);
    return rule;
}

config::AlarmRule below(const Wanted& wanted, double limit) {
    auto rule = rule_of(wanted);
    rule.set_below(limit);
    return rule;
}

constexpr double yes = 0.5;                 // between no (0) and yes (1)
constexpr double beyond_alarm_limit = 1.5;  // between a slow value's warning (1) and its alarm (2)
constexpr double silent_s = 10;             // heartbeats come once a second
constexpr auto warn = config::AlarmRule::WARN;
constexpr auto alarm = config::AlarmRule::ALARM;

}  // namespace

std::vector<config::AlarmRule> built_in_rules(std::uint64_t warn_below_bytes) {
    const auto low_disk = static_cast<double>(warn_below_bytes);
    auto disk = below({"disk-low", "disk.free_bytes",
                       "Runs end with reason disk-full when storage.stop_below_bytes is reached: make room"},
                      low_disk);
    disk.set_hysteresis(low_disk / 20);
    auto filling = below({"disk-filling", "disk.time_to_full_s",
                          "Within an hour runs end with reason disk-full: make room", warn, true, 30},
                         disk_soon_full_s);
    filling.set_hysteresis(disk_soon_full_s / 6);
    return {
        above({"daemon-silent", "*.silence_s", "A readout daemon says nothing: see whether it still runs",
               alarm, false, 0},
              silent_s),
        above({"daemon-fault", "*.readout_fault",
               "A daemon has stopped by a fault: its reason is beside its light; reset"},
              yes),
        above({"device-lost", "device.*.lost",
               "Nothing comes from a digitizer: it is tried again every second; see cable and power"},
              yes),
        above({"slow-alarm", "slow_state.*",
               "A slow value is beyond its alarm limit, or its source says so: see it under Health"},
              beyond_alarm_limit),
        std::move(disk),
        std::move(filling),
        above({"lost-slots", "loss.lost-*_per_min",
               "Slots are lost: the part of the name after 'lost-' says where", alarm, true, 0},
              0),
        above({"dropped", "loss.dropped-*_per_min", "A buffer is full and drops; the recorder's must never",
               alarm, true, 0},
              0),
        above({"config-refused", "online.refused",
               "The live spectra follow another configuration than the run's", warn},
              yes),
        above({"checkpoint-fault", "online.checkpoint_fault",
               "Live spectra cannot be saved: see the messages", warn},
              yes),
        above({"history-off", "console.history_off",
               "Trends are not recorded: the disk of the live spectra is full or refuses", warn},
              yes),
        above({"logbook-off", "console.logbook_off",
               "Nothing can be written into the logbook: the disk of the live spectra is full or refuses"},
              yes),
        above({"run-bad", "quality.bad",
               "The run that ended last is bad: its page says which quantities, and why", alarm, false, 0},
              0),
        below({"clock-tie-lost", "clock.*.locked", "A digitizer's clock is not tied to the marks'", alarm,
               true, 15},
              yes),
    };
}

std::vector<config::AlarmRule> all_rules(const config::Console& console, std::uint64_t warn_below_bytes) {
    auto rules = built_in_rules(warn_below_bytes);
    rules.insert(rules.end(), console.alarm().begin(), console.alarm().end());
    return rules;
}

}  // namespace spillgate::online
