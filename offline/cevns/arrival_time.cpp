#include "offline/cevns/arrival_time.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "offline/cevns/exponential_gaussian.hpp"

namespace spillgate::offline::cevns {

namespace {

proto::Error refused(std::string message) {
    return proto::error(proto::ErrorKind::CONFIG, std::move(message));
}

proto::Status check_lifetimes(std::span<const double> lifetimes_ns) {
    if (lifetimes_ns.size() > 2)
        return refused(fmt::format("{} decays follow each other; allowed: at most 2", lifetimes_ns.size()));
    for (const double lifetime : lifetimes_ns)
        if (!(lifetime > 0) || !std::isfinite(lifetime))
            return refused(fmt::format("a lifetime of {} ns; it must be positive", lifetime));
    if (lifetimes_ns.size() == 2 && std::abs(lifetimes_ns[0] - lifetimes_ns[1]) < 1e-3 * lifetimes_ns[0])
        return refused("two decays that follow each other must differ in lifetime");
    return {};
}

// Decays one after the other: Σ weight × exponential.
struct Decay {
    double weight = 0, lifetime_ns = 0;
};

std::vector<Decay> partial_fractions(std::span<const double> lifetimes_ns) {
    if (lifetimes_ns.empty()) return {{1, 0}};
    if (lifetimes_ns.size() == 1) return {{1, lifetimes_ns[0]}};
    const double first = lifetimes_ns[0], second = lifetimes_ns[1];
    return {{first / (first - second), first}, {second / (second - first), second}};
}

double total_weight(const std::vector<Bunch>& bunches) {
    double sum = 0;
    for (const auto& bunch : bunches)
        sum += bunch.weight;
    return sum;
}

// ∫ (value + slope·v) exp(−κv) dv from 0 to h.
double tilted_line(double value, double slope, double kappa, double h) {
    const double x = kappa * h;
    if (x < 1e-2) {
        const double h0 = h * (1 - x / 2 * (1 - x / 3 * (1 - x / 4 * (1 - x / 5))));
        const double h1 = h * h * (0.5 - x * (1.0 / 3 - x * (1.0 / 8 - x * (1.0 / 30 - x / 144))));
        return value * h0 + slope * h1;
    }
    const double lost = -std::expm1(-x);
    return value * lost / kappa + slope * (lost - x * std::exp(-x)) / (kappa * kappa);
}

}  // namespace

proto::Result<ArrivalTime> ArrivalTime::make(const ProtonPulse& pulse, std::span<const double> lifetimes_ns) {
    if (const auto ok = check(pulse); !ok) return ok.error();
    if (const auto ok = check_lifetimes(lifetimes_ns); !ok) return ok.error();
    ArrivalTime arrival;
    arrival.bunches_ = pulse.bunches;
    const double total = total_weight(pulse.bunches);
    for (auto& bunch : arrival.bunches_)
        bunch.weight /= total;
    if (const auto* table = std::get_if<TabulatedPulse>(&pulse.shape)) {
        arrival.table_ = pieces_of(*table, lifetimes_ns);
        return arrival;
    }
    const auto& gaussian = std::get<GaussianPulse>(pulse.shape);
    for (const auto& bunch : arrival.bunches_)
        for (const auto& decay : partial_fractions(lifetimes_ns))
            arrival.terms_.push_back({bunch.weight * decay.weight, gaussian.mean_ns + bunch.delay_ns,
                                      gaussian.sigma_ns, decay.lifetime_ns});
    return arrival;
}

proto::Result<ArrivalTime> ArrivalTime::prompt(const ProtonPulse& pulse) {
    return make(pulse, std::array{pion_lifetime_ns});
}

proto::Result<ArrivalTime> ArrivalTime::delayed(const ProtonPulse& pulse) {
    return make(pulse, std::array{pion_lifetime_ns, muon_lifetime_ns});
}

proto::Result<ArrivalTime> ArrivalTime::delayed_of_prompt(const TabulatedPulse& prompt_shape) {
    return make({prompt_shape, {{}}}, std::array{muon_lifetime_ns});
}

// Each decay solves τ y′ + y = input: on a piece, a line again and exponentials, whose size continuity gives.
ArrivalTime::Pieces ArrivalTime::pieces_of(const TabulatedPulse& table,
                                           std::span<const double> lifetimes_ns) {
    Pieces out;
    std::ranges::copy(lifetimes_ns, out.lifetime_ns);
    const auto& t = table.time_ns;
    double area = 0;
    for (std::size_t i = 0; i + 1 < t.size(); ++i)
        area += 0.5 * (table.rate[i] + table.rate[i + 1]) * (t[i + 1] - t[i]);

    const double* tau = out.lifetime_ns;
    double after_first = 0, after_second = 0;  // values where a piece begins
    for (std::size_t i = 0; i < t.size(); ++i) {
        const bool last = i + 1 == t.size();
        const double h = last ? 0 : t[i + 1] - t[i];
        Piece piece{t[i], last ? 0 : table.rate[i] / area,
                    last ? 0 : (table.rate[i + 1] - table.rate[i]) / (h * area)};
        if (!lifetimes_ns.empty()) {
            piece.constant -= piece.slope * tau[0];
            piece.decay[0] = after_first - piece.constant;
            after_first = piece.constant + piece.slope * h + piece.decay[0] * std::exp(-h / tau[0]);
        }
        if (lifetimes_ns.size() == 2) {
            piece.constant -= piece.slope * tau[1];
            piece.decay[0] /= 1 - tau[1] / tau[0];
            piece.decay[1] = after_second - piece.constant - piece.decay[0];
            after_second = piece.constant + piece.slope * h + piece.decay[0] * std::exp(-h / tau[0]) +
                           piece.decay[1] * std::exp(-h / tau[1]);
        }
        out.pieces.push_back(piece);
    }
    return out;
}

double ArrivalTime::piecewise_density(double time_ns) const {
    const auto& pieces = table_.pieces;
    const auto next = std::ranges::upper_bound(pieces, time_ns, {}, &Piece::begin_ns);
    if (next == pieces.begin()) return 0;
    const auto& piece = *std::prev(next);
    const double u = time_ns - piece.begin_ns;
    // The last piece has no line, and may reach to infinity.
    const double line = next == pieces.end() ? 0 : piece.constant + piece.slope * u;
    return line + piece.decay[0] * std::exp(-u / table_.lifetime_ns[0]) +
           piece.decay[1] * std::exp(-u / table_.lifetime_ns[1]);
}

double ArrivalTime::density_per_ns(double time_ns) const {
    double density = 0;
    for (const auto& term : terms_)
        density += term.weight *
                   exponential_gaussian_density(time_ns - term.mean_ns, term.sigma_ns, term.lifetime_ns);
    if (!table_.pieces.empty())
        for (const auto& bunch : bunches_)
            density += bunch.weight * piecewise_density(time_ns - bunch.delay_ns);
    return density;
}

// A Gaussian and an exponential stay what they are when tilted; the Gaussian moves, the exponential becomes
// steeper.
double ArrivalTime::tilted_terms(double begin_ns, double end_ns, double tilt_per_ns, double from_ns) const {
    double sum = 0;
    for (const auto& term : terms_) {
        const double variance = term.sigma_ns * term.sigma_ns;
        const double mean = term.mean_ns - tilt_per_ns * variance;
        const double steeper = 1 + tilt_per_ns * term.lifetime_ns;
        const double scale =
            std::exp(-tilt_per_ns * (term.mean_ns - from_ns - 0.5 * tilt_per_ns * variance)) / steeper;
        const double lifetime = term.lifetime_ns / steeper;
        sum += term.weight * scale *
               (exponential_gaussian_below(end_ns - mean, term.sigma_ns, lifetime) -
                exponential_gaussian_below(begin_ns - mean, term.sigma_ns, lifetime));
    }
    return sum;
}

double ArrivalTime::tilted_pieces(double begin_ns, double end_ns, double tilt_per_ns, double from_ns) const {
    const auto& pieces = table_.pieces;
    double sum = 0;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        const auto& piece = pieces[i];
        const bool last = i + 1 == pieces.size();
        const double low = std::max(begin_ns, piece.begin_ns);
        const double high = last ? end_ns : std::min(end_ns, pieces[i + 1].begin_ns);
        if (!(high > low)) continue;
        const double u = low - piece.begin_ns, h = high - low;
        double here = last ? 0 : tilted_line(piece.constant + piece.slope * u, piece.slope, tilt_per_ns, h);
        for (std::size_t k = 0; k < 2; ++k) {
            const double rate = 1 / table_.lifetime_ns[k] + tilt_per_ns;
            here -= piece.decay[k] * std::exp(-u / table_.lifetime_ns[k]) * std::expm1(-rate * h) / rate;
        }
        sum += here * std::exp(-tilt_per_ns * (low - from_ns));
    }
    return sum;
}

double ArrivalTime::tilted(double begin_ns, double end_ns, double tilt_per_ns, double from_ns) const {
    if (!(end_ns > begin_ns)) return 0;
    if (table_.pieces.empty()) return tilted_terms(begin_ns, end_ns, tilt_per_ns, from_ns);
    double sum = 0;
    for (const auto& bunch : bunches_)
        sum += bunch.weight * tilted_pieces(begin_ns - bunch.delay_ns, end_ns - bunch.delay_ns, tilt_per_ns,
                                            from_ns - bunch.delay_ns);
    return sum;
}

TimeIntegral ArrivalTime::integral(double begin_ns, double end_ns, double onset_ns,
                                   const TimeEfficiency& efficiency) const {
    const double begin = begin_ns - onset_ns, end = end_ns - onset_ns;
    const auto at_edge = [&](double edge_ns) {
        return std::isfinite(edge_ns) ? density_per_ns(edge_ns - onset_ns) * efficiency.at(edge_ns) : 0;
    };
    TimeIntegral out;
    out.by_onset_per_ns = at_edge(begin_ns) - at_edge(end_ns);
    if (!(efficiency.fall_per_ns > 0)) {
        out.value = tilted(begin, end, 0, 0);
        return out;
    }
    const double falls_from = efficiency.flat_until_ns - onset_ns;
    const double falling = tilted(std::max(begin, falls_from), end, efficiency.fall_per_ns, falls_from);
    out.value = tilted(begin, std::min(end, falls_from), 0, 0) + falling;
    out.by_onset_per_ns -= efficiency.fall_per_ns * falling;
    return out;
}

TabulatedPulse without_efficiency(TabulatedPulse shape, const TimeEfficiency& efficiency) {
    for (std::size_t i = 0; i < std::min(shape.time_ns.size(), shape.rate.size()); ++i)
        shape.rate[i] /= efficiency.at(shape.time_ns[i]);
    return shape;
}

}  // namespace spillgate::offline::cevns
