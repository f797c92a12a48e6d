#include "online/keeper/quantities.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "online/history/beam_times.hpp"
#include "online/keeper/losses.hpp"
#include "online/run/disk_watch.hpp"
#include "online/run/freshness.hpp"

namespace spillgate::online {

namespace {

constexpr double minute_s = 60;

std::optional<double> finite(double value) {
    return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

// "dropped: recorder" → "dropped-recorder": one word, as all names of series are.
std::string one_word(std::string_view name) {
    std::string word;
    for (const char c : name) {
        const bool plain = c != ' ' && c != ':' && c != '/' && c != '*';
        if (plain)
            word += c;
        else if (!word.empty() && word.back() != '-')
            word += '-';
    }
    return word;
}

void beam(const Snapshot& snapshot, double now_s, Quantities& out) {
    if (!snapshot.trend || snapshot.trend->empty()) return;
    const TrendPoint& newest = snapshot.trend->back();
    if (now_s - newest.utc_s >= fresh_s) return;
    out.push_back({"beam.mark_rate_hz", "Hz", finite(newest.mark_rate_hz)});
    out.push_back({"beam.period_us", "us", finite(newest.period_us)});
    out.push_back({"beam.period_rms_us", "us", finite(newest.period_rms_us)});
    out.push_back({"beam.missed_per_s", "/s", finite(newest.missed_per_s)});
    out.push_back({"beam.charge_uc", "uC", finite(newest.charge_uc)});
    out.push_back({"online.slot_rate_hz", "Hz", finite(newest.slot_rate_hz)});
}

void daemon(const DaemonView& view, double now_s, Quantities& out) {
    const auto named = [&](std::string_view what) { return fmt::format("{}.{}", view.name, what); };
    if (view.heard_utc_ns != 0)
        out.push_back(
            {named("silence_s"), "s", std::max(0.0, now_s - static_cast<double>(view.heard_utc_ns) * 1e-9)});
    if (!is_fresh(view, now_s)) return;
    const auto& status = *view.status;
    out.push_back({named("mark_rate_hz"), "Hz", status.mark_rate_hz()});
    out.push_back({named("data_rate_bytes_per_s"), "B/s", status.data_rate_bytes_per_s()});
    out.push_back({named("readout_fault"), "", status.state() == wire::FAULT ? 1.0 : 0.0});
    for (const auto& buffer : status.buffers()) {
        if (buffer.capacity() == 0) continue;
        out.push_back({named("buffer." + one_word(buffer.name())), "",
                       static_cast<double>(buffer.used()) / static_cast<double>(buffer.capacity())});
    }
    for (const auto& device : status.devices())
        out.push_back({fmt::format("device.{}.{}.lost", view.name, one_word(device.name())), "",
                       device.lost() ? 1.0 : 0.0});
    for (const auto& tie : status.clock_ties()) {
        const auto domain = fmt::format("clock.{}.{}.", view.name, tie.domain());
        out.push_back({domain + "locked", "", tie.locked() ? 1.0 : 0.0});
        out.push_back(
            {domain + "residual_rms_ns", "ns", tie.locked() ? finite(tie.residual_rms_ns()) : std::nullopt});
    }
}

// 0: within its limits; 1: beyond a warning limit; 2: beyond an alarm limit.
std::optional<double> rank_of(wire::SlowValue::State state) {
    switch (state) {
        case wire::SlowValue::OK:
            return 0;
        case wire::SlowValue::WARN:
            return 1;
        case wire::SlowValue::ALARM:
            return 2;
        default:
            return std::nullopt;
    }
}

// A value that is stale is there without a number: then an alarm can tell that it is not known. The state
// stands beside it, since a source may judge its values itself.
void slow_values(const DaemonView& lead, bool fresh, Quantities& out) {
    if (!lead.status) return;
    for (const auto& slow : lead.status->slow_values()) {
        const auto name = one_word(slow.name());
        out.push_back(
            {"slow." + name, slow.unit(), fresh && slow.has_value() ? finite(slow.value()) : std::nullopt});
        out.push_back({"slow_state." + name, "", fresh ? rank_of(slow.state()) : std::nullopt});
    }
}

// A channel that is not heard of is there without numbers, as slow values are.
void channels(const Snapshot& snapshot, Quantities& out) {
    if (!snapshot.channels) return;
    for (const auto& channel : snapshot.channels->channels) {
        const auto add = [&](const char* what, const char* unit, const std::optional<MeasuredLevel>& level) {
            const auto value = channel.fresh() && level ? finite(level->value) : std::nullopt;
            out.push_back({fmt::format("channel.{}.{}", one_word(channel.name), what), unit, value});
        };
        add("baseline_adc", "ADC", channel.recent.baseline_adc);
        add("noise_adc", "ADC", channel.recent.noise_adc);
        if (channel.spe_expected_adc) add("spe_adc", "ADC*samples", channel.recent.spe_adc);
    }
}

// Of the fullest disk of all daemons, and of the one that is full first.
void disks(const Snapshot& snapshot, double now_s, Quantities& out) {
    std::optional<double> free;
    std::optional<double> full_in_s;
    for (const auto& view : snapshot.daemons) {
        if (!is_fresh(view, now_s) || !tells_disk(*view.status)) continue;
        const auto bytes = static_cast<double>(view.status->disk_free_bytes());
        free = std::min(free.value_or(bytes), bytes);
        if (view.disk_full_in_s)
            full_in_s = std::min(full_in_s.value_or(*view.disk_full_in_s), *view.disk_full_in_s);
    }
    out.push_back({"disk.free_bytes", "B", free});
    out.push_back({"disk.time_to_full_s", "s", full_in_s});
}

}  // namespace

bool in_run(const Snapshot& snapshot) {
    const auto* lead = lead_of(snapshot);
    if (lead == nullptr || !lead->status) return false;
    const auto state = lead->status->state();
    return state == wire::RUNNING || state == wire::PAUSING || state == wire::PAUSED_STATE ||
           state == wire::RESUMING;
}

Quantities quantities_of(const Snapshot& snapshot, double now_s) {
    Quantities out;
    beam(snapshot, now_s, out);
    std::ranges::move(beam_state_quantities(snapshot, now_s), std::back_inserter(out));
    for (const auto& view : snapshot.daemons)
        daemon(view, now_s, out);
    if (const auto* lead = lead_of(snapshot)) slow_values(*lead, is_fresh(*lead, now_s), out);
    channels(snapshot, out);
    disks(snapshot, now_s, out);
    out.push_back({"online.latency_p99_ms", "ms", finite(snapshot.to_histogram.p99_s * 1e3)});
    out.push_back({"online.candidates_p99_ms", "ms", finite(snapshot.to_candidates.p99_s * 1e3)});
    out.push_back({"online.refused", "", snapshot.run.phase == RunPhase::REFUSED ? 1.0 : 0.0});
    out.push_back({"online.checkpoint_fault", "", snapshot.checkpoint_fault.empty() ? 0.0 : 1.0});
    return out;
}

Quantities QuantityRates::of(const Snapshot& snapshot, double now_s) {
    count(snapshot, now_s);
    std::map<std::string, double, std::less<>> by_name;  // daemons summed
    for (auto& [key, counted] : losses_) {
        auto& grown = counted.grown;
        while (!grown.empty() && (grown.front().first <= now_s - minute_s || grown.front().first > now_s))
            grown.pop_front();
        double& sum = by_name[key.second];
        for (const auto& [when, by] : grown)
            sum += static_cast<double>(by);
    }
    Quantities out;
    for (const auto& [name, per_minute] : by_name)
        out.push_back({fmt::format("loss.{}_per_min", one_word(name)), "/min", per_minute});
    dead_shares(snapshot, now_s, out);
    return out;
}

void QuantityRates::count(const Snapshot& snapshot, double now_s) {
    for (const Loss& loss : losses_of(snapshot)) {
        auto [found, is_new] = losses_.try_emplace({loss.where, loss.name});
        Counted& counted = found->second;
        // A count that is lower than before began anew, with a run.
        std::uint64_t by = loss.value >= counted.newest ? loss.value - counted.newest : loss.value;
        if (is_new && !heard_.contains(loss.where)) by = 0;
        counted.newest = loss.value;
        if (by > 0) counted.grown.emplace_back(now_s, by);
    }
    for (const auto& view : snapshot.daemons) {
        if (view.status) heard_.insert(view.name);
    }
    heard_.insert("online");
}

void QuantityRates::dead_shares(const Snapshot& snapshot, double now_s, Quantities& out) {
    Windows newest;
    newest.utc_s = now_s;
    if (const auto& run = snapshot.run.description) {
        const auto& ledger = run->ledger();
        newest.run = run->number();
        newest.in_time = ledger.in_time_roi_ticks();
        newest.in_time_dead = ledger.in_time_dead_ticks();
        newest.anti_coincident = ledger.anti_coincident_roi_ticks();
        newest.anti_coincident_dead = ledger.anti_coincident_dead_ticks();
    }
    if (!windows_.empty() && (windows_.back().run != newest.run || windows_.back().utc_s > now_s))
        windows_.clear();
    while (!windows_.empty() && windows_.front().utc_s < now_s - minute_s)
        windows_.pop_front();
    windows_.push_back(newest);
    const Windows& oldest = windows_.front();
    const auto share = [](std::int64_t live, std::int64_t dead) {
        return live + dead > 0 ? std::optional(static_cast<double>(dead) / static_cast<double>(live + dead))
                               : std::nullopt;
    };
    out.push_back({"dead.in_time", "",
                   share(newest.in_time - oldest.in_time, newest.in_time_dead - oldest.in_time_dead)});
    out.push_back({"dead.anti_coincident", "",
                   share(newest.anti_coincident - oldest.anti_coincident,
                         newest.anti_coincident_dead - oldest.anti_coincident_dead)});
}

}  // namespace spillgate::online
