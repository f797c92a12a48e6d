#include "daq/ctl/limit_options.hpp"

#include <CLI/CLI.hpp>

#include "daq/ctl/amount_text.hpp"

namespace spillgate::daq {

void LimitOptions::add_to(CLI::App& verb) {
    verb.add_option("--for", time, "end the run after this time: 3600s, 90min, 2h, 1.5d");
    verb.add_option("--spills", spills, "end it after so many spills")->check(CLI::PositiveNumber);
    verb.add_option("--pot", protons, "end it after so many protons on target, delivered: 1.5e19");
    verb.add_option("--bytes", bytes, "end it when so much is on disk: 500GB");
    verb.add_flag("--restart", restart, "then start another run like it, and so on until it is stopped");
}

proto::Result<wire::RunLimits> LimitOptions::parse() const {
    wire::RunLimits limits;
    limits.set_spills(spills);
    if (!time.empty()) {
        const auto seconds = seconds_in(time);
        if (!seconds) return seconds.error();
        limits.set_seconds(*seconds);
    }
    if (!protons.empty()) {
        const auto number = protons_in(protons);
        if (!number) return number.error();
        limits.set_protons(*number);
    }
    if (!bytes.empty()) {
        const auto number = bytes_in(bytes);
        if (!number) return number.error();
        limits.set_bytes(*number);
    }
    return limits;
}

}  // namespace spillgate::daq
