#include "online/metrics.hpp"

#include "offline/blinding/sideband.hpp"
#include "online/metric_families.hpp"
#include "online/run/freshness.hpp"
#include "online/snapshot_json.hpp"
#include "proto/names.hpp"

namespace spillgate::online {
namespace {

using Families = MetricFamilies;
using Labels = MetricLabels;

void latencies(Families& out, const char* name, const char* help, const LatencyQuantiles& latency) {
    auto& metric = sample(out.summary(name, help), {});
    metric.summary.sample_count = latency.count;
    metric.summary.sample_sum = latency.sum_s;
    metric.summary.quantile = {{0.5, latency.p50_s}, {0.99, latency.p99_s}, {0.999, latency.p999_s}};
}

bool heard_lately(const DaemonView& daemon, const Snapshot& snapshot) {
    return is_fresh(daemon, static_cast<double>(snapshot.utc_ns) * 1e-9);
}

// Of one that has fallen silent there is its silence alone: what it said is not so any more.
void daemons(Families& out, const Snapshot& snapshot) {
    auto& rate = out.gauge("spillgate_mark_rate_hertz", "Spill marks per second, as the daemon sees them");
    auto& period = out.gauge("spillgate_mark_period_seconds", "Slow running mean of the spill period");
    auto& data_rate = out.gauge("spillgate_data_rate_bytes_per_second", "Rate of data written to run files");
    auto& written = out.counter("spillgate_written_bytes_total", "Bytes written to run files");
    auto& free = out.gauge("spillgate_disk_free_bytes", "Free space where run files go");
    auto& dropped =
        out.counter("spillgate_buffer_dropped_total", "What a full buffer dropped, in the buffer's own unit");
    auto& age = out.gauge("spillgate_daemon_silence_seconds", "Since the daemon was last heard");
    for (const auto& daemon : snapshot.daemons) {
        const Labels labels{{"daemon", daemon.name}};
        if (daemon.heard_utc_ns != 0) {
            set(age, labels, static_cast<double>(snapshot.utc_ns - daemon.heard_utc_ns) * 1e-9);
        }
        if (!heard_lately(daemon, snapshot)) continue;
        const auto& status = *daemon.status;
        set(rate, labels, status.mark_rate_hz());
        if (status.period_ns() > 0) set(period, labels, status.period_ns() * 1e-9);
        set(data_rate, labels, status.data_rate_bytes_per_s());
        count(written, labels, status.bytes_written());
        set(free, labels, static_cast<double>(status.disk_free_bytes()));
        for (const auto& buffer : status.buffers()) {
            count(dropped, {{"daemon", daemon.name}, {"buffer", buffer.name()}}, buffer.dropped());
        }
    }
}

// Of the lead. A value that is not known has no sample, those of a silent daemon have no state either.
void slow_values(Families& out, const Snapshot& snapshot) {
    auto& now = out.gauge("spillgate_slow_value", "Slow value in its own unit");
    auto& state = out.gauge("spillgate_slow_state", "State of a slow value: 1 for the one that it is in");
    for (const auto& daemon : snapshot.daemons) {
        if (!heard_lately(daemon, snapshot)) continue;
        for (const auto& value : daemon.status->slow_values()) {
            if (value.has_value()) set(now, {{"name", value.name()}, {"unit", value.unit()}}, value.value());
            set(state, {{"name", value.name()}, {"state", std::string(wire::name_of(value.state()))}}, 1);
        }
    }
}

// Of the newest stretch; a channel that is not heard of has no sample.
void channels(Families& out, const Snapshot& snapshot) {
    if (!snapshot.channels) return;
    auto& baseline = out.gauge("spillgate_channel_baseline_adc", "Mean pre-trace level of a channel");
    auto& noise = out.gauge("spillgate_channel_noise_adc", "Rms of a channel's pre-trace samples");
    auto& spe = out.gauge("spillgate_channel_spe_adc_samples", "Fitted charge of a single photoelectron");
    for (const auto& channel : snapshot.channels->channels) {
        if (!channel.fresh()) continue;
        const auto add = [&](MetricFamilies::Family& family, const std::optional<MeasuredLevel>& level) {
            if (level) set(family, {{"channel", channel.name}}, level->value);
        };
        add(baseline, channel.recent.baseline_adc);
        add(noise, channel.recent.noise_adc);
        add(spe, channel.recent.spe_adc);
    }
}

// Gauges, since they begin anew with every run.
void run(Families& out, const RunView& run) {
    if (!run.description || run.phase == RunPhase::REFUSED) return;
    const auto& ledger = run.description->ledger();
    set(out.gauge("spillgate_run_number", "The run that is followed, or was last"), {},
        run.description->number());
    auto& slots = out.gauge("spillgate_run_slots", "Slots of the run by disposition");
    set(slots, {{"disposition", "complete"}}, static_cast<double>(ledger.complete()));
    set(slots, {{"disposition", "truncated"}}, static_cast<double>(ledger.truncated()));
    set(slots, {{"disposition", "paused"}}, static_cast<double>(ledger.paused()));
    set(slots, {{"disposition", "mark-missed"}}, static_cast<double>(ledger.mark_missed()));
    set(slots, {{"disposition", "lost-buffer-full"}}, static_cast<double>(ledger.lost_buffer_full()));
    set(slots, {{"disposition", "lost-device"}}, static_cast<double>(ledger.lost_device()));
    set(slots, {{"disposition", "lost-corrupt"}}, static_cast<double>(ledger.lost_corrupt()));
    set(slots, {{"disposition", "lost-disk"}}, static_cast<double>(ledger.lost_disk()));
    auto& faults = out.gauge("spillgate_run_faults", "Faults of timing and charge in the run, by name");
    for (const auto& fault : ledger.faults()) {
        set(faults, {{"fault", fault.name()}}, static_cast<double>(fault.value()));
    }
    auto& pot = out.gauge("spillgate_run_protons_on_target", "Protons on target in the run");
    set(pot, {{"kind", "delivered"}}, protons_of(ledger.charge_measured_pc() + ledger.charge_estimated_pc()));
    set(pot, {{"kind", "recorded"}}, protons_of(ledger.charge_recorded_pc()));
    auto& messages = out.gauge("spillgate_online_messages", "Messages of the run, by what became of them");
    auto& filled = out.gauge("spillgate_online_slots_filled", "Slots in the live spectra");
    for (const auto& stream : run.streams) {
        const auto labels = [&](const char* state) {
            return Labels{{"daemon", stream.daemon}, {"state", state}};
        };
        set(messages, labels("received"), static_cast<double>(stream.received));
        set(messages, labels("settled"), static_cast<double>(stream.settled));
        set(messages, labels("lost"), static_cast<double>(stream.lost));
        set(messages, labels("healed"), static_cast<double>(stream.healed));
        set(messages, labels("missing"), static_cast<double>(stream.missing));
        set(messages, labels("unreadable"), static_cast<double>(stream.unreadable));
        set(filled, {{"daemon", stream.daemon}}, static_cast<double>(stream.slots_filled));
    }
}

void live_pot(Families& out, const Snapshot& snapshot) {
    auto& live = out.gauge("spillgate_spectrum_live_protons_on_target",
                           "Live-weighted protons on target of a spectrum");
    auto& exposure =
        out.gauge("spillgate_spectrum_exposure_seconds", "Live time of a spectrum, by window kind");
    auto& ratio = out.gauge("spillgate_spectrum_sideband_ratio",
                            "In-time candidates outside the box over exposure-scaled anti-coincident ones");
    auto& ratio_error = out.gauge("spillgate_spectrum_sideband_sigma", "Standard deviation of that ratio");
    for (std::size_t i = 0; i < snapshot.spectra->size(); ++i) {
        const auto histogram = snapshot.spectra->histogram(i);
        const std::string name(histogram.name);
        const auto& sums = *histogram.exposure;
        if (histogram.channels > 0 && sums.in_time.windows > 0) {
            set(live, {{"spectrum", name}},
                protons_of(sums.live_charge_measured_pc + sums.live_charge_estimated_pc) /
                    histogram.channels);
        }
        const auto exposed = [&](const char* kind, const offline::KindExposure& one) {
            if (one.windows > 0) set(exposure, {{"spectrum", name}, {"window", kind}}, one.live_ns() * 1e-9);
        };
        exposed("in_time", sums.in_time);
        exposed("anti_coincident", sums.anti_coincident);
        exposed("free", sums.free);
        exposed("no_beam", sums.no_beam);
        if (const auto outside = offline::sideband(histogram)) {
            set(ratio, {{"spectrum", name}}, outside->ratio);
            set(ratio_error, {{"spectrum", name}}, outside->sigma);
        }
    }
}

}  // namespace

std::string metrics_text(const Snapshot& snapshot, const HttpServer::Counts& http) {
    Families out;
    daemons(out, snapshot);
    slow_values(out, snapshot);
    channels(out, snapshot);
    run(out, snapshot.run);
    live_pot(out, snapshot);
    latencies(out, "spillgate_online_window_to_candidates_seconds",
              "From the end of a slot's last window, by the digitizer's clock, to its candidates: at most",
              snapshot.to_candidates);
    latencies(out, "spillgate_online_verdict_to_histogram_seconds",
              "From a slot's verdict to the filled histogram", snapshot.to_histogram);
    count(
        out.counter("spillgate_online_bad_messages_total", "Messages of impossible shape or wrong checksum"),
        {}, snapshot.bad_messages);
    count(out.counter("spillgate_online_other_run_messages_total", "Messages of runs that are not followed"),
          {}, snapshot.other_run_messages);
    count(out.counter("spillgate_online_checkpoints_total", "Checkpoints written"), {}, snapshot.checkpoints);
    count(out.counter("spillgate_http_requests_total", "HTTP requests"), {}, http.requests);
    count(out.counter("spillgate_http_refused_total", "Requests refused: Host, Origin, token, method, size"),
          {}, http.refused);
    count(out.counter("spillgate_http_turned_away_total", "Connections turned away: too many"), {},
          http.turned_away);
    count(out.counter("spillgate_http_updates_total", "WebSocket updates sent"), {}, http.updates);
    count(
        out.counter("spillgate_http_updates_skipped_total", "WebSocket updates skipped: the client was busy"),
        {}, http.skipped_updates);
    set(out.gauge("spillgate_http_connections", "Open connections"), {},
        static_cast<double>(http.connections));
    return out.text();
}

}  // namespace spillgate::online
