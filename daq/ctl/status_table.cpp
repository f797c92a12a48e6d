#include "daq/ctl/status_table.hpp"

#include <chrono>
#include <string_view>

#include <fmt/format.h>

#include "daq/byte_text.hpp"
#include "daq/run_limits.hpp"
#include "daq/run_states.hpp"
#include "proto/names.hpp"
#include "proto/utc_text.hpp"

namespace spillgate::daq {

namespace {

constexpr double coulomb_per_proton = 1.602176634e-19;

std::string utc(std::int64_t ns) {
    return proto::utc_text(ns) + " UTC";
}

std::string duration(std::int64_t ns) {
    const auto s = ns / 1'000'000'000;
    return fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

void line(std::string& out, std::string_view name, const std::string& value) {
    out += fmt::format("{:<14}{}\n", name, value);
}

void add_run(std::string& out, const wire::DaemonStatus& status) {
    const auto& run = status.run();
    if (run.number() == 0) return line(out, "run", "none yet");
    line(out, "run",
         fmt::format("{}  {}{}", run.number(), name_of(run.type()), run.simulated() ? "  SIMULATED" : ""));
    if (!run.operator_().empty()) line(out, "operator", run.operator_());
    if (!run.note().empty()) line(out, "note", wire::first_line(run.note()));
    if (run.restarted_from() != 0) line(out, "follows", fmt::format("run {}", run.restarted_from()));
    line(out, "began", utc(run.start_utc_ns()));
    if (run.stop_utc_ns() != 0)
        line(out, "ended",
             fmt::format("{} ({}{})", utc(run.stop_utc_ns()), run.stop_reason(),
                         run.stopped_by().empty() ? "" : ", asked by " + run.stopped_by()));
    else
        line(out, "running for", duration(status.utc_ns() - run.start_utc_ns()));
    if (has_limit(status.limits()))
        line(out, "limits",
             fmt::format("{}; to go: {}; then {}", limits_text(status.limits()),
                         remaining_text(status.limits(), course_of(status)),
                         status.restart() ? "another run like it" : "it stops"));
}

void add_slots(std::string& out, const wire::DaemonStatus& status) {
    const auto& ledger = status.run().ledger();
    line(out, "slots",
         fmt::format("{} judged of {}: {} complete, {} truncated, {} paused", ledger.slots(), status.slots(),
                     ledger.complete(), ledger.truncated(), ledger.paused()));
    line(out, "spills", fmt::format("{}", ledger.spills()));
    if (status.mark_rate_hz() > 0)
        line(out, "marks",
             fmt::format("{:.3f} Hz, period {:.1f} us (rms {:.2f} us), {} missed", status.mark_rate_hz(),
                         status.period_ns() / 1e3, status.period_rms_ns() / 1e3, ledger.mark_missed()));
    else
        line(out, "marks", fmt::format("{} missed", ledger.mark_missed()));
    const auto pot = [](std::int64_t pc) { return static_cast<double>(pc) * 1e-12 / coulomb_per_proton; };
    line(out, "POT",
         fmt::format("{:.4g} delivered (measured), {:.4g} recorded", pot(ledger.charge_measured_pc()),
                     pot(ledger.charge_recorded_pc())));
    if (ledger.charge_estimated_pc() != 0)
        line(out, "", fmt::format("{:.4g} more estimated", pot(ledger.charge_estimated_pc())));
    if (ledger.charge_missing_slots() + ledger.charge_uncorrected_slots() != 0)
        line(out, "",
             fmt::format("charge missing in {} slots, not assignable in {}", ledger.charge_missing_slots(),
                         ledger.charge_uncorrected_slots()));
}

void add_losses(std::string& out, const wire::DaemonStatus& status) {
    const auto& ledger = status.run().ledger();
    std::string losses;
    const auto add = [&](std::string_view name, std::uint64_t n) {
        if (n != 0) losses += fmt::format("{}{} {}", losses.empty() ? "" : ", ", n, name);
    };
    add("lost-buffer-full", ledger.lost_buffer_full());
    add("lost-device", ledger.lost_device());
    add("lost-corrupt", ledger.lost_corrupt());
    add("lost-disk", ledger.lost_disk());
    line(out, "lost slots", losses.empty() ? "none" : losses);
    std::string faults;
    for (const auto& fault : ledger.faults())
        if (fault.value() != 0)
            faults += fmt::format("{}{} {}", faults.empty() ? "" : ", ", fault.value(), fault.name());
    if (!faults.empty()) line(out, "faults", faults);
    for (const auto& subscriber : status.subscribers())
        line(out, "subscriber",
             fmt::format("{}: {} received, {} lost, {} healed", subscriber.subscriber(),
                         subscriber.received(), subscriber.lost(), subscriber.healed()));
}

void add_devices(std::string& out, const wire::DaemonStatus& status) {
    for (const auto& device : status.devices()) {
        const std::string often =
            device.losses() == 0 ? "" : fmt::format(", was lost {} times", device.losses());
        line(out, "device",
             device.lost() ? fmt::format("{}: LOST for {:.0f} s: {}; it is tried again every second",
                                         device.name(), device.lost_for_s(), device.trouble())
                           : fmt::format("{} ({}): read{}", device.name(), device.kind(), often));
    }
}

void add_clocks(std::string& out, const wire::DaemonStatus& status) {
    for (const auto& tie : status.clock_ties())
        line(out, "clock",
             tie.locked()
                 ? fmt::format("domain {}: tied, {:+.3f} ppm, marks within {:.3g} ns, {} pairs{}",
                               tie.domain(), tie.frequency_error_ppm(), tie.residual_rms_ns(), tie.pairs(),
                               tie.locks() > 1 ? fmt::format(", tied anew {} times", tie.locks() - 1) : "")
                 : fmt::format("domain {}: NOT TIED: nothing of its boards is recorded", tie.domain()));
    for (const auto& check : status.run().live_checks())
        line(out, "live time",
             fmt::format("{}: {:.2f} ± {:.2f} % by {} of {:.0f} pulses, {:.2f} % by the dead-time model",
                         check.channel(), 100 * check.live_fraction(), 100 * check.error(), check.found(),
                         check.sent(), 100 * check.ledger_live_fraction()));
}

void add_buffers(std::string& out, const wire::DaemonStatus& status) {
    bool first = true;
    for (const auto& buffer : status.buffers()) {
        const bool in_bytes = buffer.unit() == "bytes";
        const auto amount = [&](std::uint64_t n) { return in_bytes ? byte_text(n) : fmt::format("{}", n); };
        line(out, first ? "buffers" : "",
             fmt::format("{:<20} {} of {}{}, at most {}, dropped {}", buffer.name(), amount(buffer.used()),
                         amount(buffer.capacity()), in_bytes ? "" : " " + buffer.unit(),
                         amount(buffer.high_water()), buffer.dropped()));
        first = false;
    }
    line(out, "disk",
         fmt::format("{} written at {}/s, {} free{} in {}", byte_text(status.bytes_written()),
                     byte_text(status.data_rate_bytes_per_s()), byte_text(status.disk_free_bytes()),
                     status.disk_total_bytes() == 0 ? "" : " of " + byte_text(status.disk_total_bytes()),
                     status.runs_dir()));
}

void add_slow_values(std::string& out, const wire::DaemonStatus& status) {
    bool first = true;
    for (const auto& value : status.slow_values()) {
        std::string known = "unknown";
        if (value.has_value())
            known = fmt::format("{}{}{}", value.value(), value.unit().empty() ? "" : " ", value.unit());
        std::string age = value.has_age_s() ? fmt::format("{:.0f} s old", value.age_s()) : "never heard of";
        if (!value.trouble().empty()) age += fmt::format(" ({})", value.trouble());
        line(out, first ? "slow values" : "",
             fmt::format("{:<20} {:<14} {:<5} {}", value.name(), known, name_of(value.state()), age));
        first = false;
    }
    std::string faults;
    for (const auto& fault : status.slow_faults())
        faults += fmt::format("{}{} {}", faults.empty() ? "" : ", ", fault.value(), fault.name());
    if (!faults.empty()) line(out, "slow faults", faults);
    if (!status.slow_push_url().empty())
        line(out, "push", fmt::format("{}/slow/<name>", status.slow_push_url()));
}

}  // namespace

std::string status_table(const wire::DaemonStatus& status) {
    std::string out;
    line(out, "daemon", fmt::format("{}{}", status.daemon(), status.lead() ? " (lead)" : ""));
    line(out, "state",
         fmt::format("{}{}", name_of(status.state()),
                     status.fault().empty() ? "" : fmt::format(": {}", status.fault())));
    if (!status.refusal().empty()) line(out, "refused", status.refusal());
    if (!status.last_request().empty()) line(out, "last request", status.last_request());
    if (!status.config_file().empty())
        line(out, "config", fmt::format("{}, {:.12}…", status.config_file(), status.config_sha256()));
    add_run(out, status);
    if (status.run().number() != 0) {
        add_slots(out, status);
        add_losses(out, status);
    }
    add_devices(out, status);
    add_clocks(out, status);
    add_buffers(out, status);
    add_slow_values(out, status);
    for (const auto& follower : status.followers())
        line(out, "follower",
             fmt::format("{}: {}{}", follower.daemon(),
                         follower.reachable()
                             ? std::string(name_of(follower.state()))
                             : fmt::format("DOES NOT ANSWER (last seen {})", name_of(follower.state())),
                         follower.run().number() == 0
                             ? ""
                             : fmt::format(", run {}, {} slots", follower.run().number(), follower.slots())));
    for (const auto& message : status.messages())
        line(out, "message", message);
    return out;
}

}  // namespace spillgate::daq
