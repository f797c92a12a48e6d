#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <numeric>

#include "tests/offline/reference/slow_light.hpp"

namespace spillgate::tests {

namespace {

struct Peak {
    int begin = 0, end = 0, onset = 0;  // samples of the trace; region inclusive
};

struct Trace {
    const SlowTrace* trace = nullptr;
    std::vector<double> x;
    std::vector<Peak> peaks;
};

// The mean is kept in steps of 2^-36 code, which a long double of 16 values holds.
std::vector<double> filtered(const std::vector<int>& codes, int baseline, const SlowPartnerSettings& s) {
    std::deque<long double> accepted(static_cast<std::size_t>(s.filter_length), baseline);
    std::vector<double> out;
    for (const int code : codes) {
        const auto sum = std::accumulate(accepted.begin(), accepted.end(), 0.0L);
        const auto mean = std::round(std::exp2(36.0L) * sum / s.filter_length) / std::exp2(36.0L);
        const bool passes = std::abs(code - mean) <= s.filter_band;
        out.push_back(passes ? 0.0 : static_cast<double>(mean - code));
        accepted.pop_front();
        accepted.push_back(passes ? code : mean);
    }
    return out;
}

Trace analysed(const SlowTrace& trace, const SlowPartnerSettings& s) {
    Trace out;
    out.trace = &trace;
    const int baseline = slow_median(trace.codes, s.baseline);
    if (s.variant == SlowPmtVariant::CONDITIONAL_MEAN)
        out.x = filtered(trace.codes, baseline, s);
    else
        for (const int code : trace.codes)
            out.x.push_back(baseline - code);
    if (s.positive)
        for (auto& x : out.x)
            x = -x;
    const int n = static_cast<int>(out.x.size());
    for (const auto& [first, under] : slow_runs(out.x, s.threshold, s.min_width)) {
        if (under == n) continue;
        Peak peak;
        peak.begin = std::max(0, first - s.before);
        peak.end = std::min(n - 1, under + s.after);
        peak.onset = peak.begin + s.before;
        out.peaks.push_back(peak);
    }
    return out;
}

// The mean of a trace's quiet samples before arrival; NaN if there is none.
double local_baseline(const Trace& trace, int arrival, const SlowPartnerSettings& s) {
    double sum = 0;
    int n = 0;
    for (int i = 0; i < static_cast<int>(trace.x.size()); ++i) {
        const int before = arrival - (i - trace.trace->roi_begin);
        const double x = trace.x[static_cast<std::size_t>(i)];
        if (before >= 1 && before <= s.local_samples && std::abs(x) <= s.local_limit) sum += x, ++n;
    }
    return sum / n;
}

bool in_region(const Trace& trace, int sample) {
    return std::any_of(trace.peaks.begin(), trace.peaks.end(),
                       [&](const Peak& peak) { return peak.begin <= sample && sample <= peak.end; });
}

double last_crossing(const std::vector<long double>& light, long double total, int tenths, bool& ambiguous) {
    const long double level = tenths * total / 10;
    long double before = 0;
    double place = std::numeric_limits<double>::quiet_NaN();
    for (std::size_t k = 0; k < light.size(); ++k) {
        const long double after = before + light[k];
        if (light[k] != 0 && (std::abs(after - level) < 64 || std::abs(before - level) < 64))
            ambiguous = true;
        if (before < level && after >= level)
            place = k == 0 ? 0
                           : static_cast<double>(static_cast<long double>(k - 1) +
                                                 (level - before) / (after - before));
        before = after;
    }
    return place;
}

}  // namespace

SlowWindowResult slow_partners(const std::vector<SlowPmt>& pmts, const SlowPartnerSettings& s) {
    SlowWindowResult result;
    result.quality = slow_quality(pmts, s);
    std::vector<std::vector<Trace>> traces(pmts.size());
    std::vector<SlowOnset> onsets;
    int pretrace_peaks = 0, roi_peaks = 0;
    const SlowTrace* any = nullptr;
    for (std::size_t p = 0; p < pmts.size(); ++p)
        for (const auto& trace : pmts[p].traces) {
            if (any == nullptr) any = &trace;
            traces[p].push_back(analysed(trace, s));
            for (const auto& peak : traces[p].back().peaks) {
                onsets.push_back({peak.begin - trace.roi_begin, p});
                pretrace_peaks += peak.onset >= trace.pretrace_begin && peak.onset < trace.pretrace_end;
                roi_peaks += peak.onset >= trace.roi_begin && peak.onset < trace.roi_end;
            }
        }
    auto& v = result.value;
    v["pretrace_peaks"] = pretrace_peaks;
    v["roi_peaks"] = roi_peaks;
    if (!pmts[0].traces.empty()) v["baseline_adc"] = slow_median(pmts[0].traces[0].codes, s.baseline);
    const auto event = slow_coincidence(onsets, 0, s);
    if (!event || event->first >= any->roi_end - any->roi_begin - s.integration) return result;
    result.found = true;

    const int arrival = event->first, end = arrival + s.integration;
    std::vector<long double> light(static_cast<std::size_t>(s.integration), 0);
    std::vector<double> charge(pmts.size(), 0);
    double highest = -std::numeric_limits<double>::infinity();
    int peaks = 0;
    bool lit = false;
    for (std::size_t p = 0; p < pmts.size(); ++p)
        for (const auto& trace : traces[p]) {
            const double local = s.variant == SlowPmtVariant::LOCAL_BASELINE
                                     ? local_baseline(trace, arrival, s)
                                     : std::numeric_limits<double>::quiet_NaN();
            const double off = std::isnan(local) ? 0 : local;
            const long double weight = slow_weight(pmts[p].spe_charge);
            bool takes = false;
            for (int i = 0; i < static_cast<int>(trace.x.size()); ++i) {
                const int position = i - trace.trace->roi_begin;
                if (position < arrival || position >= end || !in_region(trace, i)) continue;
                const double x = trace.x[static_cast<std::size_t>(i)];
                charge[p] += x - off;
                highest = std::max(highest, x - off);
                light[static_cast<std::size_t>(position - arrival)] +=
                    std::round(weight * x) - std::round(weight * off);
                takes = true;
            }
            for (const auto& peak : trace.peaks)
                peaks += peak.begin - trace.trace->roi_begin >= arrival &&
                         peak.onset - trace.trace->roi_begin < end;
            if (!takes) continue;
            if (!lit && !std::isnan(local)) v["local_baseline_adc"] = local;
            lit = true;
            if (static_cast<int>(trace.x.size()) - trace.trace->roi_begin < end)
                result.quality.insert("short-trace");
        }
    double pe = 0, all = 0;
    for (std::size_t p = 0; p < pmts.size(); ++p) {
        pe += charge[p] / pmts[p].spe_charge;
        all += charge[p];
    }
    v["t_rec_ns"] = arrival * s.period_ns - s.delay_ns;
    v["t_rec_us"] = v["t_rec_ns"] * 1e-3;
    v["charge_adc"] = all;
    v["pe"] = pe;
    v["n_peaks"] = peaks;
    v["peak_adc"] = highest;
    v["pmts"] = event->pmts;
    const double own = charge[0] / pmts[0].spe_charge;
    if (pe > 0) v["pe_asymmetry"] = (own - (pe - own)) / pe;
    const long double total = std::accumulate(light.begin(), light.end(), 0.0L);
    if (std::abs(total) < 64 || std::abs(pe) < 1e-9) result.ambiguous = true;
    if (total > 0) {
        v["t10_ns"] = last_crossing(light, total, 1, result.ambiguous) * s.period_ns;
        v["t50_ns"] = last_crossing(light, total, 5, result.ambiguous) * s.period_ns;
        v["t90_ns"] = last_crossing(light, total, 9, result.ambiguous) * s.period_ns;
        v["t0_50_ns"] = v["t50_ns"];
        v["t10_90_ns"] = v["t90_ns"] - v["t10_ns"];
    }
    return result;
}

}  // namespace spillgate::tests
