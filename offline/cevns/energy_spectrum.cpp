#include "offline/cevns/energy_spectrum.hpp"

#include <algorithm>
#include <cmath>

#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <fmt/format.h>

namespace spillgate::offline::cevns {

namespace {

// ∫ of x², x³ over energy in units of m_μ, with weights 1, 1/x, 1/x²: the spectra are a·x² − b·x³.
struct MuonShape {
    double a = 0, b = 0;
};

constexpr MuonShape electron_neutrino_shape{96, 192};
constexpr MuonShape muon_antineutrino_shape{48, 64};

EnergyMoments muon_decay_above(const MuonShape& s, double energy_mev) {
    const double x = std::clamp(energy_mev / muon_mass_mev, 0.0, 0.5);
    const auto power = [x](int n) { return (std::pow(0.5, n) - std::pow(x, n)) / n; };
    return {s.a * power(3) - s.b * power(4), (s.a * power(2) - s.b * power(3)) / muon_mass_mev,
            (s.a * power(1) - s.b * power(2)) / (muon_mass_mev * muon_mass_mev)};
}

// Of density 1 from low to high.
EnergyMoments flat(double low, double high) {
    if (low <= 0) return {high, 0, 0};
    return {high - low, std::log(high / low), 1 / low - 1 / high};
}

EnergyMoments sum(const EnergyMoments& a, const EnergyMoments& b, double times) {
    return {a.i0 + times * b.i0, a.i1_per_mev + times * b.i1_per_mev, a.i2_per_mev2 + times * b.i2_per_mev2};
}

const MuonShape& shape_of(bool electron_neutrino) {
    return electron_neutrino ? electron_neutrino_shape : muon_antineutrino_shape;
}

proto::Error refused(std::string message) {
    return proto::error(proto::ErrorKind::CONFIG, std::move(message));
}

}  // namespace

EnergySpectrum EnergySpectrum::line(double energy_mev) {
    return EnergySpectrum(Line{energy_mev});
}

EnergySpectrum EnergySpectrum::decay_at_rest(Flavour flavour) {
    if (flavour == Flavour::NU_MU) return line(pion_decay_line_mev);
    return EnergySpectrum(MuonDecay{flavour == Flavour::NU_E});
}

proto::Result<EnergySpectrum> EnergySpectrum::table(std::span<const double> edges_mev,
                                                    std::span<const double> content) {
    if (content.empty() || edges_mev.size() != content.size() + 1)
        return refused(fmt::format("a flux table of {} contents has {} edges; needed: one more than contents",
                                   content.size(), edges_mev.size()));
    if (!(edges_mev.front() >= 0) || !std::isfinite(edges_mev.back()) ||
        std::ranges::adjacent_find(edges_mev, [](double a, double b) { return !(b > a); }) != edges_mev.end())
        return refused("the energies of a flux table must rise, from 0 or above");
    double total = 0;
    for (const double c : content) {
        if (!(c >= 0))
            return refused(fmt::format("a flux table has a content of {}; it must not be negative", c));
        total += c;
    }
    if (!(total > 0) || !std::isfinite(total)) return refused("a flux table must not be empty");

    auto bins = std::make_shared<Bins>();
    std::size_t used = content.size();
    while (content[used - 1] == 0)
        --used;
    const auto edges = edges_mev.first(used + 1);
    bins->edges_mev.assign(edges.begin(), edges.end());
    for (std::size_t i = 0; i < used; ++i)
        bins->density_per_mev.push_back(content[i] / total / (edges[i + 1] - edges[i]));
    bins->above.resize(used + 1);
    for (std::size_t i = used; i-- > 0;)
        bins->above[i] = sum(bins->above[i + 1], flat(edges[i], edges[i + 1]), bins->density_per_mev[i]);
    return EnergySpectrum(std::shared_ptr<const Bins>(std::move(bins)));
}

double EnergySpectrum::density_per_mev(double energy_mev) const {
    if (const auto* muon = std::get_if<MuonDecay>(&shape_)) {
        const double x = energy_mev / muon_mass_mev;
        if (!(x >= 0 && x <= 0.5)) return 0;
        const auto& s = shape_of(muon->electron_neutrino);
        return x * x * (s.a - s.b * x) / muon_mass_mev;
    }
    if (const auto* bins = std::get_if<std::shared_ptr<const Bins>>(&shape_)) {
        const auto& edges = (*bins)->edges_mev;
        if (!(energy_mev >= edges.front() && energy_mev < edges.back())) return 0;
        return (*bins)->density_per_mev[std::ranges::upper_bound(edges, energy_mev) - edges.begin() - 1];
    }
    return 0;
}

EnergyMoments EnergySpectrum::above(double energy_mev) const {
    if (const auto* line = std::get_if<Line>(&shape_)) {
        const double e = line->energy_mev;
        return energy_mev > e ? EnergyMoments{} : EnergyMoments{1, 1 / e, 1 / (e * e)};
    }
    if (const auto* muon = std::get_if<MuonDecay>(&shape_))
        return muon_decay_above(shape_of(muon->electron_neutrino), energy_mev);
    const auto& bins = *std::get<std::shared_ptr<const Bins>>(shape_);
    const auto& edges = bins.edges_mev;
    if (energy_mev <= edges.front()) return bins.above.front();
    if (!(energy_mev < edges.back())) return {};
    const auto next = static_cast<std::size_t>(std::ranges::upper_bound(edges, energy_mev) - edges.begin());
    return sum(bins.above[next], flat(energy_mev, edges[next]), bins.density_per_mev[next - 1]);
}

double EnergySpectrum::end_mev() const {
    if (const auto* line = std::get_if<Line>(&shape_)) return line->energy_mev;
    if (std::holds_alternative<MuonDecay>(shape_)) return muon_decay_end_mev;
    return std::get<std::shared_ptr<const Bins>>(shape_)->edges_mev.back();
}

double EnergySpectrum::mean_mev() const {
    return average([](double energy_mev) { return energy_mev; });
}

double EnergySpectrum::average(const std::function<double(double)>& f) const {
    using boost::math::quadrature::gauss_kronrod;
    if (const auto* line = std::get_if<Line>(&shape_)) return f(line->energy_mev);
    if (std::holds_alternative<MuonDecay>(shape_))
        return gauss_kronrod<double, 31>::integrate([&](double e) { return density_per_mev(e) * f(e); }, 0.0,
                                                    muon_decay_end_mev, 12, 1e-10);
    const auto& bins = *std::get<std::shared_ptr<const Bins>>(shape_);
    double sum = 0;
    for (std::size_t i = 0; i < bins.density_per_mev.size(); ++i)
        if (bins.density_per_mev[i] > 0)
            sum += bins.density_per_mev[i] * gauss_kronrod<double, 15>::integrate(
                                                 f, bins.edges_mev[i], bins.edges_mev[i + 1], 8, 1e-10);
    return sum;
}

std::vector<double> EnergySpectrum::kinks_mev() const {
    return {end_mev()};
}

}  // namespace spillgate::offline::cevns
