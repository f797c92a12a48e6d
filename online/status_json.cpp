#include <cmath>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "online/daemon_json.hpp"
#include "online/keeper/losses.hpp"
#include "online/run/disk_watch.hpp"
#include "online/snapshot_json.hpp"
#include "proto/names.hpp"

namespace spillgate::online {
namespace {

namespace json = boost::json;

constexpr double connected_age_s = 3;

double seconds(std::int64_t ns) {
    return static_cast<double>(ns) * 1e-9;
}

json::value finite(double value) {
    return std::isfinite(value) ? json::value(value) : json::value(nullptr);
}

json::value time_or_null(std::int64_t utc_ns) {
    return utc_ns == 0 ? json::value(nullptr) : json::value(seconds(utc_ns));
}

json::array counts_json(const google::protobuf::RepeatedPtrField<wire::Count>& counts) {
    json::array out;
    for (const auto& count : counts)
        out.push_back(json::object{{"name", count.name()}, {"value", count.value()}});
    return out;
}

// Seconds of two classes of windows.
json::object times_json(std::int64_t in_time, std::int64_t anti_coincident, double frequency_hz) {
    return {{"in_time", static_cast<double>(in_time) / frequency_hz},
            {"anti_coincident", static_cast<double>(anti_coincident) / frequency_hz}};
}

json::object stream_json(const StreamView& stream) {
    return {{"daemon", stream.daemon},
            {"received", stream.received},
            {"settled", stream.settled},
            {"lost", stream.lost},
            {"healed", stream.healed},
            {"read_back", stream.read_back},
            {"missing", stream.missing},
            {"slots_filled", stream.slots_filled},
            {"slots_waiting", stream.slots_waiting},
            {"duplicates", stream.duplicates},
            {"overflows", stream.overflows},
            {"unreadable", stream.unreadable}};
}

json::object run_json(const RunView& run) {
    json::object out{{"phase", name_of(run.phase)},
                     {"statement", run.statement},
                     {"complete", run.ended ? json::value(run.complete) : json::value(nullptr)},
                     {"checkpoint_used", run.checkpoint_used},
                     {"exports", run.exports}};
    json::array streams;
    for (const auto& stream : run.streams)
        streams.push_back(stream_json(stream));
    out["streams"] = std::move(streams);
    out["spectra_reset"] = run.reset ? json::value(json::object{{"person", run.reset->person},
                                                                {"utc_s", time_or_null(run.reset->utc_ns)},
                                                                {"spills", run.reset->spills}})
                                     : nullptr;
    if (!run.description) {
        out["number"] = nullptr;
        return out;
    }
    const auto& description = *run.description;
    out["number"] = description.number();
    out["type"] = name_of(description.type());
    out["simulated"] = description.simulated();
    out["blinded"] = description.blinded();
    out["note"] = description.note();
    out["operator"] = description.operator_();
    out["limits"] = limits_json(description.limits());
    out["restarted_from"] =
        description.restarted_from() == 0 ? json::value(nullptr) : json::value(description.restarted_from());
    out["start_utc_s"] = time_or_null(description.start_utc_ns());
    out["stop_utc_s"] = time_or_null(description.stop_utc_ns());
    out["stop_reason"] = description.stop_reason();
    out["stopped_by"] = description.stopped_by();
    out["config_sha256"] = description.config_sha256();
    out["software_version"] = description.software_version();
    return out;
}

json::object latency_json(const LatencyQuantiles& latency) {
    return {{"count", latency.count},
            {"p50_ms", finite(latency.p50_s * 1e3)},
            {"p99_ms", finite(latency.p99_s * 1e3)},
            {"p99_9_ms", finite(latency.p999_s * 1e3)}};
}

// As a daemon's, in daemon_json.
json::array log_json(const std::vector<OnlineLine>& log) {
    json::array lines;
    for (const OnlineLine& line : log) {
        lines.push_back(json::object{{"number", line.number},
                                     {"utc_s", seconds(line.utc_ns)},
                                     {"level", line.warning ? "warn" : "info"},
                                     {"kind", ""},
                                     {"text", line.text},
                                     {"untold", 0}});
    }
    return lines;
}

json::array losses_json(const Snapshot& snapshot) {
    json::array losses;
    for (const Loss& loss : losses_of(snapshot))
        losses.push_back(json::object{{"where", loss.where}, {"name", loss.name}, {"value", loss.value}});
    return losses;
}

}  // namespace

json::object ledger_times_json(const wire::LedgerTotals& ledger) {
    if (ledger.slots() == 0 || ledger.frequency_hz() <= 0) return {{"live_s", nullptr}, {"dead_s", nullptr}};
    return {{"live_s", times_json(ledger.in_time_roi_ticks(), ledger.anti_coincident_roi_ticks(),
                                  ledger.frequency_hz())},
            {"dead_s", times_json(ledger.in_time_dead_ticks(), ledger.anti_coincident_dead_ticks(),
                                  ledger.frequency_hz())}};
}

json::value ledger_json(const wire::RunDescription& run) {
    const auto& ledger = run.ledger();
    if (ledger.slots() == 0) return nullptr;
    const std::int64_t delivered = ledger.charge_measured_pc() + ledger.charge_estimated_pc();
    json::object out{{"slots", ledger.slots()},
                     {"spills", ledger.spills()},
                     {"complete", ledger.complete()},
                     {"truncated", ledger.truncated()},
                     {"paused", ledger.paused()},
                     {"mark_missed", ledger.mark_missed()},
                     {"lost_buffer_full", ledger.lost_buffer_full()},
                     {"lost_device", ledger.lost_device()},
                     {"lost_corrupt", ledger.lost_corrupt()},
                     {"lost_disk", ledger.lost_disk()},
                     {"quality", counts_json(ledger.quality())},
                     {"faults", counts_json(ledger.faults())},
                     {"pot_delivered", protons_of(delivered)},
                     {"pot_estimated", protons_of(ledger.charge_estimated_pc())},
                     {"pot_recorded", protons_of(ledger.charge_recorded_pc())},
                     {"charge_missing_slots", ledger.charge_missing_slots()},
                     {"charge_uncorrected_slots", ledger.charge_uncorrected_slots()}};
    for (auto& [key, times] : ledger_times_json(ledger))
        out[key] = times;
    return out;
}

double protons_of(std::int64_t charge_pc) {
    constexpr double protons_per_pc = 1e-12 / 1.602176634e-19;  // SI 2019, exact elementary charge
    return static_cast<double>(charge_pc) * protons_per_pc;
}

json::value status_json(const Snapshot& snapshot) {
    const config::Config& config = snapshot.config->config;
    json::array daemons;
    for (const auto& daemon : snapshot.daemons) {
        const double age = seconds(snapshot.utc_ns - daemon.heard_utc_ns);
        const bool heard = daemon.heard_utc_ns != 0;
        json::object out{{"name", daemon.name},
                         {"lead", daemon.lead},
                         {"connected", heard && age < connected_age_s},
                         {"age_s", heard ? json::value(age) : nullptr}};
        out["status"] =
            daemon.status ? json::value(daemon_json(*daemon.status, config.slow_control())) : nullptr;
        out["disk"] = disk_json(daemon, config.storage());
        daemons.push_back(std::move(out));
    }
    json::object out{{"version", snapshot.version},
                     {"utc_s", seconds(snapshot.utc_ns)},
                     {"config", config.name()},
                     {"config_sha256", snapshot.config->sha256},
                     {"description", config.description()},
                     {"facility", config.facility().name()},
                     {"repetition_hz", config.facility().repetition_hz()},
                     {"daemons", std::move(daemons)},
                     {"run", run_json(snapshot.run)},
                     {"losses", losses_json(snapshot)},
                     {"latency", json::object{{"window_to_candidates", latency_json(snapshot.to_candidates)},
                                              {"verdict_to_histogram", latency_json(snapshot.to_histogram)}}},
                     {"bad_messages", snapshot.bad_messages},
                     {"log", log_json(snapshot.log)},
                     {"checkpoints", snapshot.checkpoints},
                     {"checkpoint_fault", snapshot.checkpoint_fault}};
    out["ledger"] = snapshot.run.description ? ledger_json(*snapshot.run.description) : nullptr;
    return out;
}

json::value trend_json(const Snapshot& snapshot, double after_utc_s) {
    json::array points;
    for (const TrendPoint& point : *snapshot.trend) {
        if (point.utc_s <= after_utc_s) continue;
        points.push_back(json::object{{"utc_s", point.utc_s},
                                      {"mark_rate_hz", finite(point.mark_rate_hz)},
                                      {"period_us", finite(point.period_us)},
                                      {"period_rms_us", finite(point.period_rms_us)},
                                      {"slot_rate_hz", finite(point.slot_rate_hz)},
                                      {"missed_per_s", finite(point.missed_per_s)},
                                      {"data_rate_mb_s", finite(point.data_rate_mb_s)},
                                      {"charge_uc", finite(point.charge_uc)}});
    }
    return points;
}

}  // namespace spillgate::online
