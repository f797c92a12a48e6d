#include "tests/offline/reconstruction/reference/slow_hpge.hpp"

#include <algorithm>
#include <cmath>

namespace spillgate::tests {

namespace {

using Series = std::vector<double>;

double at(const Series& x, int i) {
    return x[static_cast<std::size_t>(i)];
}

// Mean of samples [begin, end); NaN if they are not all there.
double mean(const Series& x, int begin, int end) {
    if (begin < 0 || end > static_cast<int>(x.size()) || begin >= end) return none;
    double sum = 0;
    for (int i = begin; i < end; ++i)
        sum += at(x, i);
    return sum / (end - begin);
}

void fill_baseline(const Series& x, int n, SlowHpgeCandidate& out) {
    out.baseline = mean(x, 0, n);
    double squares = 0, xt = 0, tt = 0;
    for (int i = 0; i < n; ++i) {
        const double t = i - 0.5 * (n - 1);
        squares += std::pow(at(x, i) - out.baseline, 2);
        xt += t * (at(x, i) - out.baseline);
        tt += t * t;
    }
    out.rms = std::sqrt(squares / n);
    out.slope = xt / tt;
}

struct Candidates {
    double t0 = 0, highest = 0;
    int first_over = 0;
};

// Every stretch over the threshold whose t0 lies in the roi; its height as far as the roi goes. `step` is the
// short trapezoid times `before`: whole numbers, so that equal heights are equal.
std::vector<Candidates> stretches(const Series& step, const SlowHpgeSettings& s, int roi_begin, int roi_end) {
    std::vector<Candidates> found;
    const int samples = static_cast<int>(step.size());
    const double threshold = s.t0_threshold * s.before;
    for (int m = 1; m < samples; ++m) {
        const double here = at(step, m), before = at(step, m - 1);
        if (!(before < threshold && here >= threshold)) continue;
        const double t0 = m - 1 + (threshold - before) / (here - before);
        if (!(t0 >= roi_begin && t0 < roi_end)) continue;
        double highest = here;
        for (int k = m; k < samples && k <= roi_end && at(step, k) >= threshold; ++k)
            highest = std::max(highest, at(step, k));
        found.push_back({t0, highest / s.before, m});
    }
    return found;
}

double crossing(const Series& x, int sample, double level) {
    return sample - 1 + (level - at(x, sample - 1)) / (at(x, sample) - at(x, sample - 1));
}

void fill_times(const Series& p, const SlowHpgeSettings& s, int first_over, SlowHpgeCandidate& out) {
    const int before_end = first_over + 1 - s.after - s.gap;
    const double level = mean(p, before_end - s.before, before_end);
    int sample = first_over;
    const int end = std::min(first_over + 1 + s.pickoff, static_cast<int>(p.size()));
    while (sample < end && at(p, sample) - level < 0.9 * out.energy)
        ++sample;
    if (sample >= end) return;
    for (auto [fraction, time] :
         {std::pair{0.9, &out.t90}, std::pair{0.5, &out.t50}, std::pair{0.1, &out.t10}}) {
        while (sample > before_end && at(p, sample - 1) - level >= fraction * out.energy)
            --sample;
        if (sample > before_end) *time = crossing(p, sample, level + fraction * out.energy) - out.t0;
    }
}

}  // namespace

SlowHpgeCandidate slow_hpge(const std::vector<int>& codes, bool positive, const SlowHpgeSettings& s,
                            int roi_begin, int roi_end) {
    SlowHpgeCandidate out;
    const int samples = static_cast<int>(codes.size());
    Series x(codes.size());
    std::transform(codes.begin(), codes.end(), x.begin(), [&](int code) { return positive ? code : -code; });
    fill_baseline(x, s.baseline, out);

    const double a = std::exp(-1 / s.decay);
    Series p(x.size());
    double previous_v = 0, previous_p = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double v = x[i] - out.baseline;
        previous_p = p[i] = previous_p + v - a * previous_v;
        previous_v = v;
    }

    Series step(x.size(), none);
    const int weight = s.before / s.after;
    for (int m = s.after + s.gap + s.before - 1; m < samples; ++m) {
        double value = 0;
        for (int k = 0; k < s.after; ++k)
            value += at(x, m - k) * weight;
        for (int k = 0; k < s.before; ++k)
            value -= at(x, m - s.after - s.gap - k);
        step[static_cast<std::size_t>(m)] = value;
    }
    for (int m = std::max(0, roi_begin); m <= roi_end && m < samples; ++m)
        if (const double value = at(step, m) / s.before; !std::isnan(value) && !(value <= out.roi_step))
            out.roi_step = value;

    const auto pulses = stretches(step, s, roi_begin, roi_end);
    if (pulses.empty()) return out;
    const auto best = *std::ranges::max_element(pulses, {}, &Candidates::highest);
    out.t0 = best.t0;
    out.step = best.highest;

    const auto trapezoid = [&](int n) {
        return mean(p, n + 1 - s.rise, n + 1) - mean(p, n + 1 - 2 * s.rise - s.flat, n + 1 - s.rise - s.flat);
    };
    const double time = out.t0 + s.pickoff;
    const int n = static_cast<int>(std::floor(time));
    out.energy = trapezoid(n) + (time - n) * (trapezoid(n + 1) - trapezoid(n));
    out.fits = !std::isnan(out.energy);
    if (!out.fits || out.energy < s.energy_threshold) return out;
    out.found = true;
    for (int k = best.first_over; k < best.first_over + 2 * s.rise + s.flat; ++k)
        if (const double value = trapezoid(k); !std::isnan(value) && !(value <= out.energy_max))
            out.energy_max = value;

    for (int k = best.first_over + 1 - s.current; k <= best.first_over + 1 + s.pickoff; ++k)
        if (const double slope = (mean(x, k, k + s.current) - mean(x, k - s.current, k)) / s.current;
            !std::isnan(slope) && !(slope <= out.current))
            out.current = slope;

    for (int m = 0; m < samples; ++m) {
        const bool later = m >= best.first_over + s.pile_up_after;
        const bool earlier =
            m >= best.first_over + s.pickoff - 2 * s.rise - s.flat && m < best.first_over - s.after - s.gap;
        out.pile_up = out.pile_up || ((later || earlier) && at(step, m) >= s.pile_up_threshold * s.before);
    }
    if (out.energy > 0) fill_times(p, s, best.first_over, out);
    return out;
}

}  // namespace spillgate::tests
