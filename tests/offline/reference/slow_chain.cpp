#include "tests/offline/reference/slow_chain.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <numeric>
#include <set>

namespace spillgate::tests {

namespace {

constexpr int baseline_samples = 20000;
constexpr int integration_samples = 1500;

int floor_of(double value) {
    return static_cast<int>(std::floor(value));
}

int corrected_csi(int code) {
    return code - floor_of((code + 5) / 11.0);
}

int corrected_muon(int code) {
    const int sign = (code > 0) - (code < 0);
    return code + sign * floor_of((4 - std::abs(code)) / 11.0);
}

// The first value at which the running count, from the lowest value up, reaches half.
int median_of_first(std::vector<int> codes, int n) {
    codes.resize(static_cast<std::size_t>(std::min<int>(n, static_cast<int>(codes.size()))));
    std::sort(codes.begin(), codes.end());
    const std::size_t half = (codes.size() + 1) / 2;
    return codes[half - 1];
}

// Runs of at least `width` consecutive samples at or over `threshold`. A run that lasts to the end of the
// record has its second number there.
std::vector<std::array<int, 2>> runs_over(const std::vector<double>& x, double threshold, int width) {
    std::vector<std::array<int, 2>> runs;  // first sample over, first sample back under
    const int n = static_cast<int>(x.size());
    for (int i = 0; i < n; ++i) {
        const bool over = x[static_cast<std::size_t>(i)] >= threshold;
        const bool starts = over && (i == 0 || x[static_cast<std::size_t>(i - 1)] < threshold);
        if (!starts) continue;
        int under = i;
        while (under < n && x[static_cast<std::size_t>(under)] >= threshold)
            ++under;
        if (under - i >= width) runs.push_back({i, under});
    }
    return runs;
}

std::vector<SlowPeak> find_peaks(const std::vector<double>& x, int before, int after) {
    std::vector<SlowPeak> peaks;
    const int last = static_cast<int>(x.size()) - 1;
    for (const auto& [first, under] : runs_over(x, 4, 3)) {
        if (under > last) continue;  // a peak ends inside the record
        SlowPeak peak;
        peak.begin = std::max(0, first - before);
        peak.end = std::min(last, under + after);
        peak.onset = peak.begin + before;
        peaks.push_back(peak);
    }
    return peaks;
}

// Filtered samples of the conditional-mean variant. The mean starts out as that of `length` samples on the
// baseline.
std::vector<double> conditional_mean(const std::vector<int>& codes, int baseline) {
    constexpr std::size_t length = 250;
    std::deque<double> accepted(length, baseline);
    std::vector<double> filtered;
    for (const int code : codes) {
        const double mean =
            std::accumulate(accepted.begin(), accepted.end(), 0.0) / static_cast<double>(length);
        const bool passes = std::abs(code - mean) <= 3;
        filtered.push_back(passes ? 0.0 : mean - code);
        accepted.pop_front();
        accepted.push_back(passes ? static_cast<double>(code) : mean);
    }
    return filtered;
}

// The last place where the running charge crosses tenths/10 of the last one from below, linear between
// samples. Before the first sample the running charge is zero at the place of the first sample. Whole numbers
// are compared exactly: a charge that stays at just the level has crossed it once.
double last_crossing(const std::vector<double>& running, double tenths) {
    const double level = tenths * running.back();
    double place = 0;
    for (std::size_t k = 1; k < running.size(); ++k) {
        const double before = 10 * running[k - 1], after = 10 * running[k];
        if (before < level && after >= level)
            place = static_cast<double>(k - 1) + (level - before) / (after - before);
    }
    return place;
}

SlowCandidate candidate(const std::vector<double>& x, const std::vector<SlowPeak>& peaks,
                        std::array<int, 2> pretrace, std::array<int, 2> roi, const SlowSettings& settings) {
    SlowCandidate c;
    for (const auto& peak : peaks)
        if (peak.onset >= pretrace[0] && peak.onset < pretrace[1]) ++c.pretrace_peaks;
    const auto first =
        std::find_if(peaks.begin(), peaks.end(), [&](const auto& p) { return p.begin >= roi[0]; });
    if (first == peaks.end() || first->begin >= roi[1] - integration_samples) return c;
    c.found = true;
    c.arrival = first->begin;
    c.t_rec_ns = 2.0 * (c.arrival - roi[0]);

    // The local baseline is sum / n: charges are kept n times as large, so that codes in whole numbers stay
    // such.
    double sum = 0, n = 0;
    if (settings.variant == SlowVariant::LOCAL_BASELINE)
        for (int i = std::max(0, c.arrival - 500); i < c.arrival; ++i) {
            const double value = x[static_cast<std::size_t>(i)];
            if (std::abs(value) <= 3) sum += value, ++n;
        }
    n = std::max(n, 1.0);

    std::set<int> inside;  // samples of the integration window that are in any peak's region
    for (const auto& peak : peaks) {
        for (int i = peak.begin; i <= peak.end; ++i)
            if (i >= c.arrival && i < c.arrival + integration_samples) inside.insert(i);
        if (peak.begin >= c.arrival && peak.onset - c.arrival < integration_samples) ++c.n_peaks;
    }
    std::vector<double> running;
    double charge = 0;
    for (int i = c.arrival; i < c.arrival + integration_samples; ++i) {
        if (inside.contains(i)) charge += n * x[static_cast<std::size_t>(i)] - sum;
        running.push_back(charge);
    }
    c.charge = charge / n;
    c.pe = c.charge / settings.spe_charge;
    c.t10 = last_crossing(running, 1);
    c.t50 = last_crossing(running, 5);
    c.t90 = last_crossing(running, 9);
    return c;
}

}  // namespace

SlowWindows slow_windows(int data_set) {
    if (data_set == 1) return {{250, 19950}, {19950, 27475}, {7775, 27475}, {27475, 35000}};
    if (data_set == 2) return {{0, 20000}, {20000, 27400}, {7400, 27400}, {27400, 35000}};
    return {{0, 17500}, {17500, 25000}, {7500, 25000}, {25000, 32500}};
}

SlowRecord slow_chain(const std::vector<int>& csi, const std::vector<int>& muon, const SlowWindows& windows,
                      const SlowSettings& settings) {
    SlowRecord record;
    record.overflow =
        std::any_of(csi.begin(), csi.end(), [](int code) { return code == 127 || code == -128; });

    std::vector<int> codes = csi, veto_codes = muon;
    if (settings.correct_codes) {
        std::transform(codes.begin(), codes.end(), codes.begin(), corrected_csi);
        std::transform(veto_codes.begin(), veto_codes.end(), veto_codes.begin(), corrected_muon);
    }
    record.baseline = median_of_first(codes, baseline_samples);

    int down = 0, up = 0;
    for (std::size_t i = 1; i < codes.size(); ++i) {
        if (codes[i - 1] >= 18 && codes[i] < 18) ++down;
        if (codes[i - 1] < 18 && codes[i] >= 18) ++up;
    }
    record.linear_gate = down != up || record.baseline < 50;

    const int veto_baseline = median_of_first(veto_codes, baseline_samples);
    std::vector<double> veto;
    for (const int code : veto_codes)
        veto.push_back(veto_baseline - code);
    for (const auto& run : runs_over(veto, 10, 3))
        record.muon_onsets.push_back(run[0]);
    record.muon = !record.muon_onsets.empty();

    std::vector<double> x;
    const bool filtered = settings.variant == SlowVariant::CONDITIONAL_MEAN;
    if (filtered)
        x = conditional_mean(codes, record.baseline);
    else
        for (const int code : codes)
            x.push_back(record.baseline - code);
    record.peaks = find_peaks(x, filtered ? 3 : 2, filtered ? 2 : 1);
    record.anti_coincident = candidate(x, record.peaks, windows.ac_pretrace, windows.ac_roi, settings);
    record.in_time = candidate(x, record.peaks, windows.c_pretrace, windows.c_roi, settings);
    return record;
}

}  // namespace spillgate::tests
