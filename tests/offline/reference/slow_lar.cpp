#include <algorithm>
#include <cmath>

#include "tests/offline/reference/slow_light.hpp"

namespace spillgate::tests {

namespace {

using Sums = std::map<int, long double>;  // by position; exact: whole numbers of at most 64 bits

// x of a trace's samples by position from the roi begin.
std::map<int, int> x_by_position(const SlowTrace& trace, const SlowLight& settings) {
    std::map<int, int> x;
    const int baseline = slow_median(trace.codes, settings.baseline);
    for (std::size_t i = 0; i < trace.codes.size(); ++i) {
        const int down = baseline - trace.codes[i];
        x[static_cast<int>(i) - trace.roi_begin] = settings.positive ? -down : down;
    }
    return x;
}

long double sum_of(const Sums& sums, int from, int until) {
    long double sum = 0;
    for (const auto& [position, value] : sums)
        if (position >= from && position < until) sum += value;
    return sum;
}

long double value_at(const Sums& sums, int position) {
    const auto found = sums.find(position);
    return found == sums.end() ? 0 : found->second;
}

long double largest(const Sums& sums, int from, int until) {
    long double most = value_at(sums, from);
    for (int position = from; position < until; ++position)
        most = std::max(most, value_at(sums, position));
    return most;
}

double pe(long double sum) {
    return static_cast<double>(sum) / std::exp2(28);
}

int start_of(const Sums& light, int first, long double peak, const SlowLarSettings& s) {
    if (s.leading_edge || peak <= 0) return first;
    const auto passes = [&](int position) {
        return static_cast<double>(value_at(light, position)) >= s.start_fraction * static_cast<double>(peak);
    };
    for (int position = first + 1; !passes(first); ++position)
        if (passes(position)) return position;
    int start = first;
    while (start > 0 && start > first - s.maximum_within && passes(start - 1))
        --start;
    return start;
}

}  // namespace

SlowWindowResult slow_lar(const std::vector<SlowPmt>& pmts, const SlowLarSettings& s) {
    SlowWindowResult result;
    result.quality = slow_quality(pmts, s);
    std::vector<SlowOnset> onsets;
    std::vector<std::map<int, int>> x(pmts.size());
    Sums light;
    int pretrace_pulses = 0, roi_pulses = 0;
    const SlowTrace* any = nullptr;
    for (std::size_t p = 0; p < pmts.size(); ++p)
        for (const auto& trace : pmts[p].traces) {
            if (any == nullptr) any = &trace;
            const auto of_trace = x_by_position(trace, s);
            std::vector<double> samples;
            for (const auto& [position, value] : of_trace) {
                samples.push_back(value);
                x[p][position] = value;
                light[position] += slow_weight(pmts[p].spe_charge) * value;
            }
            for (const auto& [begin, end] : slow_runs(samples, s.threshold, s.min_width)) {
                onsets.push_back({begin - trace.roi_begin, p});
                pretrace_pulses += begin >= trace.pretrace_begin && begin < trace.pretrace_end;
                roi_pulses += begin >= trace.roi_begin && begin < trace.roi_end;
            }
        }
    auto& v = result.value;
    v["pretrace_pulses"] = pretrace_pulses;
    v["roi_pulses"] = roi_pulses;
    v["pretrace_coincidences"] = v["roi_coincidences"] = 0;
    if (!pmts[0].traces.empty()) v["baseline_adc"] = slow_median(pmts[0].traces[0].codes, s.baseline);
    if (any == nullptr) return result;

    const int roi_end = any->roi_end - any->roi_begin;
    const auto count = [&](int from, int until) {
        int n = 0;
        for (auto c = slow_coincidence(onsets, from, s); c && c->first < until;
             c = slow_coincidence(onsets, c->first + s.coincidence + 1, s))
            ++n;
        return n;
    };
    v["pretrace_coincidences"] =
        count(any->pretrace_begin - any->roi_begin, any->pretrace_end - any->roi_begin);
    v["roi_coincidences"] = count(0, roi_end);

    const auto event = slow_coincidence(onsets, 0, s);
    if (!event) return result;
    const auto peak = largest(light, event->first, event->first + s.maximum_within);
    const int start = start_of(light, event->first, peak, s);
    if (start >= roi_end - s.integration) return result;
    result.found = true;
    const int begin = start - s.pre, end = start + s.integration;
    const auto total = sum_of(light, begin, end);
    const auto prompt = sum_of(light, begin, start + s.prompt);
    v["t_rec_ns"] = start * s.period_ns - s.delay_ns;
    v["t_rec_us"] = v["t_rec_ns"] * 1e-3;
    v["first_light_ns"] = event->first * s.period_ns - s.delay_ns;
    v["light_spread_ns"] = (event->last - event->first) * s.period_ns;
    v["pmts"] = event->pmts;
    v["pe"] = pe(total);
    v["prompt_pe"] = pe(prompt);
    v["peak_pe"] = pe(peak);
    std::vector<long double> of_pmt;
    for (std::size_t p = 0; p < pmts.size(); ++p) {
        long double charge = 0;
        int samples = 0;
        for (const auto& [position, value] : x[p])
            if (position >= begin && position < end) charge += value, ++samples;
        of_pmt.push_back(charge * slow_weight(pmts[p].spe_charge));
        if (samples > 0 && samples < end - begin) result.quality.insert("short-trace");
    }
    const long double own = of_pmt[0];
    v["own_pe"] = pe(own);
    v["partner_pe"] = pe(total - own);
    if (total > 0) {
        v["f90"] = static_cast<double>(prompt) / static_cast<double>(total);
        v["pe_asymmetry"] = static_cast<double>(own - (total - own)) / static_cast<double>(total);
        v["pe_largest_share"] =
            static_cast<double>(*std::max_element(of_pmt.begin(), of_pmt.end())) / static_cast<double>(total);
    }
    if (s.pile_up_after < s.integration) {
        const auto later = largest(light, start + s.pile_up_after, end);
        if (peak > 0) {
            v["later_peak_ratio"] = static_cast<double>(later) / static_cast<double>(peak);
            if (static_cast<double>(later) >= s.pile_up_fraction * static_cast<double>(peak))
                result.quality.insert("pile-up");
        }
    }
    return result;
}

}  // namespace spillgate::tests
