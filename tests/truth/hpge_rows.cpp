#include "tests/truth/hpge_rows.hpp"

#include <cmath>

#include <fmt/format.h>

namespace spillgate::truth {

namespace {

constexpr double pair_energy_kev = 2.96e-3;

double expected_fwhm_kev(const config::SimulatedHpge& hpge, const config::HpgeChain& chain, double tick_ns,
                         const HpgeLine& line) {
    const double fano = line.kind == "pulser" ? 0 : hpge.fano() * pair_energy_kev * line.energy_kev;
    const double rounding = 1.0 / 12;
    const double sample =
        (hpge.noise_adc() * hpge.noise_adc() + rounding) / (hpge.adc_per_kev() * hpge.adc_per_kev());
    return fwhm_per_sigma * std::sqrt(fano + sample * 2 * tick_ns / chain.rise_ns());
}

}  // namespace

std::vector<Row> hpge_rows(const config::SimulatedHpge& hpge, const config::HpgeChain& chain, double tick_ns,
                           const std::vector<Match>& matches, const HpgeBounds& bounds) {
    std::vector<Row> rows;
    for (const HpgeLine& line : bounds.lines) {
        std::vector<double> errors;
        for (const Match& match : matches)
            if (match.found && match.kind == line.kind && std::abs(match.truth_size - line.energy_kev) < 1e-3)
                errors.push_back(match.size - match.truth_size);
        const auto of = fmt::format("{} of {:g} keV", line.kind, line.energy_kev);
        const Spread seen = spread_of(errors);
        const double fwhm = fwhm_per_sigma * seen.sigma;
        rows.push_back({"energy, bias", of, errors.size(), 1e3 * seen.middle, "eV", -1e3 * line.bias_kev,
                        1e3 * line.bias_kev, ""});
        rows.push_back({"energy, FWHM", of, errors.size(), fwhm, "keV", {}, {}, line.published});
        rows.push_back({"energy, FWHM over Fano and noise",
                        of,
                        errors.size(),
                        fwhm / expected_fwhm_kev(hpge, chain, tick_ns, line),
                        "",
                        {},
                        line.fwhm_ratio,
                        ""});
    }
    for (const HpgeBin& bin : bounds.bins) {
        std::uint64_t deposits = 0;
        std::vector<double> errors, delays;
        for (const Match& match : matches) {
            if (match.truth_size < bin.low || match.truth_size >= bin.high) continue;
            ++deposits;
            if (!match.found) continue;
            errors.push_back(match.size - match.truth_size);
            delays.push_back(match.delay_ns);
        }
        const auto of = fmt::format("{:g}–{:g} keV", bin.low, bin.high);
        const Spread delay = spread_of(delays);
        rows.push_back({"energy, bias", of, errors.size(), 1e3 * spread_of(errors).middle, "eV",
                        -1e3 * bin.bias_kev, 1e3 * bin.bias_kev, ""});
        rows.push_back({"arrival, delay", of, errors.size(), delay.middle, "ns", {}, bin.delay_ns, ""});
        rows.push_back({"arrival, spread", of, errors.size(), delay.sigma, "ns", {}, bin.delay_sigma_ns, ""});
        rows.push_back({"efficiency",
                        of,
                        deposits,
                        static_cast<double>(errors.size()) / static_cast<double>(deposits),
                        "",
                        bin.efficiency,
                        {},
                        ""});
    }
    return rows;
}

}  // namespace spillgate::truth
