#include "offline/calibration/line_fit.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "offline/calibration/likelihood_minimum.hpp"

namespace spillgate::offline {

namespace {

constexpr double fwhm_of_sigma = 2.354820045030949;
constexpr double least_counts = 6;

// Position in FWHM from where the line is expected, width in FWHM, the rest in counts of the range.
enum Index : std::size_t { POSITION, WIDTH, COUNTS, LEVEL, SLOPE, STEP, PARAMETERS };
using Values = LikelihoodMinimum::Values;

double below(double z) {
    return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}

// Counts of a range of ±reach FWHM, in bins.
struct BinnedLine {
    double reach = 0, width = 0;
    std::vector<double> counts;
    double total = 0;

    double edge(std::size_t bin) const { return -reach + static_cast<double>(bin) * width; }

    double expected(std::size_t bin, const Values& p) const {
        const double sigma = p[WIDTH] / fwhm_of_sigma;
        const double low = edge(bin), high = edge(bin + 1), middle = 0.5 * (low + high);
        const double line =
            p[COUNTS] * (below((high - p[POSITION]) / sigma) - below((low - p[POSITION]) / sigma));
        const double step = p[STEP] * below((p[POSITION] - middle) / sigma);
        const double background = (p[LEVEL] * (1 + p[SLOPE] * middle / reach) + step) * width / (2 * reach);
        return total * (line + background);
    }

    double chi2(const Values& p) const {
        double sum = 0;
        for (std::size_t bin = 0; bin < counts.size(); ++bin) {
            const double mu = std::max(1e-9, expected(bin, p));
            sum += mu - counts[bin];
            if (counts[bin] > 0) sum += counts[bin] * std::log(counts[bin] / mu);
        }
        return 2 * sum;
    }
};

BinnedLine bin(std::span<const double> energies_adc, const LineFitOptions& options) {
    BinnedLine line;
    line.reach = options.range_fwhm;
    if (options.others_apart_kev > 0)
        line.reach = std::clamp(options.others_apart_kev / options.fwhm_kev - 2.5, 2.0, line.reach);
    const auto bins = static_cast<std::size_t>(std::ceil(8 * line.reach));
    line.width = 2 * line.reach / static_cast<double>(bins);
    line.counts.resize(bins);
    for (const double energy : energies_adc) {
        const double x = (energy - options.expected_adc) * options.kev_per_adc / options.fwhm_kev;
        if (x < -line.reach || x >= line.reach) continue;
        ++line.counts[std::min(bins - 1, static_cast<std::size_t>((x + line.reach) / line.width))];
        ++line.total;
    }
    return line;
}

// Where there is next to no background, its shape and then its level are not determined; the line still is.
bool find_errors(LikelihoodMinimum& minimum, std::vector<bool>& varied) {
    if (minimum.find_errors(varied)) return true;
    varied[SLOPE] = varied[STEP] = false;
    if (minimum.find_errors(varied)) return true;
    varied[LEVEL] = false;
    return minimum.find_errors(varied);
}

}  // namespace

wire::HpgeLineFit fit_line(std::span<const double> energies_adc, const LineFitOptions& options) {
    wire::HpgeLineFit out;
    out.set_energy_kev(options.energy_kev);
    const auto line = bin(energies_adc, options);
    if (line.total < least_counts) return out;
    LikelihoodMinimum minimum([&](const Values& p) { return line.chi2(p); }, {-1.5, 0.2, 0, 0, -1, 0},
                              {1.5, 3, 1.5, 1.5, 1, 1});
    for (const double position : {0.0, -0.7, 0.7})
        for (const double width : {1.0, 0.5})
            minimum.minimise({position, width, 0.5, 0.5, 0, 0.01});
    std::vector<bool> varied(PARAMETERS);
    for (std::size_t i = 0; i < PARAMETERS; ++i)
        varied[i] = minimum.inside_bounds(i);
    const bool determined =
        varied[POSITION] && varied[WIDTH] && varied[COUNTS] && find_errors(minimum, varied);

    const auto& best = minimum.best();
    const auto& errors = minimum.errors();
    const double fwhm_adc = options.fwhm_kev / options.kev_per_adc;
    out.mutable_position_adc()->set_value(options.expected_adc + best[POSITION] * fwhm_adc);
    out.mutable_counts()->set_value(best[COUNTS] * line.total);
    out.mutable_fwhm_kev()->set_value(best[WIDTH] * options.fwhm_kev);
    out.set_chi2(minimum.chi2());
    out.set_ndof(static_cast<std::uint32_t>(line.counts.size()) -
                 static_cast<std::uint32_t>(std::ranges::count(varied, true)));
    if (!determined || best[COUNTS] * line.total < least_counts) return out;
    out.set_expected_adc(options.expected_adc);
    out.set_bin_kev(line.width * options.fwhm_kev);
    for (std::size_t bin = 0; bin < line.counts.size(); ++bin) {
        out.add_bin_counts(static_cast<std::uint64_t>(line.counts[bin]));
        out.add_bin_expected(line.expected(bin, best));
    }
    out.mutable_position_adc()->set_error(errors[POSITION] * fwhm_adc);
    out.mutable_counts()->set_error(errors[COUNTS] * line.total);
    out.mutable_fwhm_kev()->set_error(errors[WIDTH] * options.fwhm_kev);
    return out;
}

}  // namespace spillgate::offline
