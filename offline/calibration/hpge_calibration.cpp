#include "offline/calibration/hpge_calibration.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "offline/calibration/calibration_file.hpp"
#include "offline/calibration/calibration_runs.hpp"
#include "offline/calibration/decay_fit.hpp"
#include "offline/calibration/line_fit.hpp"
#include "offline/calibration/line_search.hpp"
#include "offline/reconstruction/hpge/pole_zero.hpp"
#include "proto/software_version.hpp"
#include "proto/utc_text.hpp"

namespace spillgate::offline {

namespace {

constexpr double least_significance = 3;  // counts over their error
constexpr double far_off_sigma = 6;       // of a line from the scale, and at least so many keV: not that line
constexpr double far_off_kev = 1;

void say(wire::HpgeSliceFit& fit, const std::string& text) {
    fit.set_problem(fit.problem().empty() ? text : fit.problem() + "; " + text);
}

void set(wire::FitParameter& parameter, double value, double error) {
    parameter.set_value(value);
    parameter.set_error(error);
}

double distance_to_others(const std::vector<GammaLine>& lines, double energy_kev) {
    double distance = 0;
    for (const auto& line : lines)
        if (line.energy_kev != energy_kev &&
            (distance == 0 || std::abs(line.energy_kev - energy_kev) < distance))
            distance = std::abs(line.energy_kev - energy_kev);
    return distance;
}

// Where the scale puts an energy: one step of Newton from the proportional guess is enough for an HPGe
// detector.
double adc_of(const EnergyScale& scale, double energy_kev) {
    const double adc = energy_kev / scale.c[1];
    return adc - (scale.kev(adc) - energy_kev) / (scale.c[1] + 2 * scale.c[2] * adc);
}

// A line of many counts says itself where it lies and how wide it is: by the shortest stretch that holds half
// of them, 0.573 FWHM of a Gaussian.
void look_closer(std::span<const double> energies, LineFitOptions& options) {
    constexpr std::ptrdiff_t many = 40;
    const double half = (1.5 + 0.0015 * options.energy_kev) / options.kev_per_adc;
    const auto first = std::ranges::lower_bound(energies, options.expected_adc - half);
    const auto last = std::ranges::lower_bound(energies, options.expected_adc + half);
    const auto n = last - first;
    if (n < many) return;
    auto shortest = first;
    for (auto at = first; at + n / 2 < last; ++at)
        if (at[n / 2] - at[0] < shortest[n / 2] - shortest[0]) shortest = at;
    const double width_kev = (shortest[n / 2] - shortest[0]) * options.kev_per_adc / 0.573;
    if (!(width_kev > 0)) return;
    options.expected_adc = 0.5 * (shortest[0] + shortest[n / 2]);
    options.fwhm_kev = std::min(options.fwhm_kev, width_kev);
}

std::vector<wire::HpgeLineFit> fit_lines(std::span<const double> energies,
                                         const std::vector<GammaLine>& lines, const EnergyScale& scale) {
    std::vector<wire::HpgeLineFit> fits;
    for (const auto& line : lines) {
        LineFitOptions options;
        options.energy_kev = line.energy_kev;
        options.expected_adc = adc_of(scale, line.energy_kev);
        options.kev_per_adc = scale.c[1] + 2 * scale.c[2] * options.expected_adc;
        options.fwhm_kev = 1.5 + 0.0006 * line.energy_kev;
        options.others_apart_kev = distance_to_others(lines, line.energy_kev);
        look_closer(energies, options);
        auto fit = fit_line(energies, options);
        const bool found = fit.position_adc().error() > 0 && fit.counts().error() > 0 &&
                           fit.counts().value() > least_significance * fit.counts().error();
        if (!found) continue;
        fit.set_used(line.sharp);
        fits.push_back(std::move(fit));
    }
    return fits;
}

double residual_kev(const EnergyScale& scale, const wire::HpgeLineFit& line) {
    return scale.kev(line.position_adc().value()) - line.energy_kev();
}

// Where the bins of a line's fit begin: they were laid around the place where it was expected, which the
// middle of its range still is.
double begin_kev(const EnergyScale& scale, const wire::HpgeLineFit& line) {
    return scale.kev(line.expected_adc()) - 0.5 * line.bin_kev() * line.bin_counts_size();
}

// The pulses on the scale, up to a tenth beyond the highest line.
void fill_spectrum(std::span<const double> energies, const EnergyScale& scale, wire::HpgeSliceFit& out) {
    constexpr double bins = 1500;
    double highest_kev = 0;
    for (const auto& line : out.lines())
        highest_kev = std::max(highest_kev, line.energy_kev());
    const double bin_kev = highest_kev > bins ? 2 : highest_kev > 0.5 * bins ? 1 : 0.5;
    std::vector<std::uint64_t> counts(static_cast<std::size_t>(std::ceil(1.1 * highest_kev / bin_kev)));
    for (const double energy : energies) {
        const double kev = scale.kev(energy);
        if (kev < 0 || kev >= bin_kev * static_cast<double>(counts.size())) continue;
        ++counts[static_cast<std::size_t>(kev / bin_kev)];
    }
    out.set_bin_kev(bin_kev);
    out.mutable_counts()->Assign(counts.begin(), counts.end());
}

template <class Lines>
ScaleForm form_for(const Lines& lines, ScaleForm wanted) {
    const auto used = std::ranges::count_if(lines, [](const auto& line) { return line.used(); });
    const auto possible = used >= 4   ? ScaleForm::QUADRATIC
                          : used >= 2 ? ScaleForm::LINEAR
                                      : ScaleForm::PROPORTIONAL;
    return std::min(wanted, possible);
}

// Fits the scale; a line far off it is taken to be another one and left out, the worst first.
proto::Result<EnergyScale> robust_scale(std::vector<wire::HpgeLineFit>& lines, ScaleForm wanted,
                                        wire::HpgeSliceFit& out) {
    for (;;) {
        const auto scale = fit_scale(lines, form_for(lines, wanted));
        if (!scale || scale->ndof == 0) return scale;
        wire::HpgeLineFit* worst = nullptr;
        double worst_pull = far_off_sigma;
        for (auto& line : lines) {
            const double residual = std::abs(residual_kev(*scale, line));
            const double pull = residual / (scale->c[1] * line.position_adc().error());
            if (!line.used() || residual < far_off_kev || pull < worst_pull) continue;
            worst = &line;
            worst_pull = pull;
        }
        if (worst == nullptr) return scale;
        worst->set_used(false);
        say(out, fmt::format("the line at {:.2f} keV lies {:.2f} keV off the scale and was left out",
                             worst->energy_kev(), residual_kev(*scale, *worst)));
    }
}

void set_scale(const EnergyScale& scale, wire::HpgeSliceFit& out) {
    set(*out.mutable_kev_offset(), scale.c[0], scale.error[0]);
    set(*out.mutable_kev_per_adc(), scale.c[1], scale.error[1]);
    set(*out.mutable_kev_per_adc2(), scale.c[2], scale.error[2]);
    out.set_chi2(scale.chi2);
    out.set_ndof(scale.ndof);
}

struct Validity {
    std::int64_t begin_ns = 0, end_ns = 0;
};

// From the first slot of the runs to their last, unless the options say otherwise.
proto::Result<Validity> validity(const CalibrationRuns& runs, const HpgeCalibrationOptions& options) {
    Validity valid{std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()};
    for (const auto& run : runs.runs) {
        const auto labels = utc_labels_of(run);
        if (!labels) return labels.error();
        if (labels->empty()) continue;
        valid.begin_ns = std::min(valid.begin_ns, labels->front());
        valid.end_ns = std::max(valid.end_ns, labels->back() + 1);
    }
    valid.begin_ns = options.valid_from_utc_ns.value_or(valid.begin_ns);
    valid.end_ns = options.valid_to_utc_ns.value_or(valid.end_ns);
    if (valid.begin_ns < valid.end_ns) return valid;
    return proto::error(proto::ErrorKind::CONFIG,
                        "the calibration would hold at no time: the runs have no record, or --valid-to does "
                        "not come after --valid-from and their first slot");
}

}  // namespace

wire::HpgeSliceFit fit_hpge(const HpgeChannelPulses& of, double chain_decay_ns,
                            const HpgeCalibrationOptions& options) {
    wire::HpgeSliceFit out;
    auto channel = of;
    channel.pulses = on_level_baseline(of.pulses);
    out.set_entries(channel.pulses.size());
    if (channel.other_period > 0)
        say(out, fmt::format("{} traces of another sample period were left out", channel.other_period));
    double lambda = 0;
    if (const auto decay = fit_decay(channel)) {
        lambda = decay->lambda;
        out.set_tails(decay->tails);
        set(*out.mutable_decay_ns(), decay->decay_ns, decay->decay_error_ns);
    } else {
        say(out, decay.error().message + ": the chain's decay constant stands");
        if (channel.sample_period_ns > 0)
            lambda = hpge::decay_fraction(channel.sample_period_ns / chain_decay_ns);
    }
    std::vector<double> energies;
    energies.reserve(channel.pulses.size());
    for (const auto& pulse : channel.pulses)
        energies.push_back(pulse.energy(lambda));
    std::ranges::sort(energies);

    const auto search = find_scale(energies, options.lines);
    if (!search) {
        say(out, search.error().message);
        return out;
    }
    EnergyScale scale;
    scale.c[1] = search->kev_per_adc;
    // The second time the lines are sought where the first scale puts them.
    const auto said = out.problem();
    for (int round = 0; round < 2; ++round) {
        out.set_problem(said);
        auto lines = fit_lines(energies, options.lines, scale);
        auto fitted = robust_scale(lines, options.form, out);
        if (!fitted) {
            say(out, fitted.error().message);
            return out;
        }
        scale = *fitted;
        out.mutable_lines()->Assign(lines.begin(), lines.end());
    }
    for (auto& line : *out.mutable_lines()) {
        line.set_residual_kev(residual_kev(scale, line));
        line.set_begin_kev(begin_kev(scale, line));
    }
    fill_spectrum(energies, scale, out);
    if (const auto form = form_for(out.lines(), options.form);
        form < options.form && options.lines.size() > 1)
        say(out, fmt::format("the lines found allow a scale with {} coefficients only",
                             form == ScaleForm::LINEAR ? 2 : 1));
    set_scale(scale, out);
    out.set_fitted(true);
    return out;
}

proto::Result<wire::HpgeCalibration> calibrate_hpge(const std::vector<std::string>& run_directories,
                                                    const HpgeCalibrationOptions& options) {
    if (options.lines.empty())
        return proto::error(
            proto::ErrorKind::CONFIG,
            fmt::format("source '{}' has no lines of its own; give them with --lines", options.source));
    const auto runs = CalibrationRuns::open(run_directories);
    if (!runs) return runs.error();
    const auto chain = runs->chain(options.chain, {config::Chain::kHpge}, "HPGe");
    if (!chain) return chain.error();
    const auto range = validity(*runs, options);
    if (!range) return range.error();
    auto pulses = HpgePulses::make(runs->config.config, *chain);
    if (!pulses) return pulses.error();
    if (auto status = runs->for_each_record([&](const auto& record) { pulses->add(record); }); !status)
        return status.error();

    wire::HpgeCalibration calibration;
    calibration.set_format_major(calibration_major);
    calibration.set_kind("hpge");
    calibration.set_chain(*chain);
    calibration.set_source(options.source);
    calibration.set_software_version(proto::software_version());
    for (const auto& run : runs->runs) {
        calibration.add_runs(run.description().number());
        calibration.set_simulated(calibration.simulated() || run.description().simulated());
    }
    for (const auto& [name, channel] : pulses->channels()) {
        auto& slice = *calibration.add_slices();
        slice = fit_hpge(channel, pulses->chain_decay_ns(), options);
        slice.set_channel(name);
        slice.set_valid_from_utc_ns(range->begin_ns);
        slice.set_valid_to_utc_ns(range->end_ns);
    }
    return calibration;
}

std::string calibration_table(const wire::HpgeCalibration& calibration) {
    std::string table;
    for (const auto& fit : calibration.slices()) {
        table += fmt::format("{}, {} to {} UTC, {} pulses", fit.channel(),
                             proto::utc_text(fit.valid_from_utc_ns()), proto::utc_text(fit.valid_to_utc_ns()),
                             fit.entries());
        if (fit.has_decay_ns())
            table +=
                fmt::format(", decay {:.1f} ± {:.1f} ns", fit.decay_ns().value(), fit.decay_ns().error());
        table += "\n";
        if (fit.fitted()) {
            table +=
                fmt::format("  keV = {:.4f} ± {:.4f} + ({:.7f} ± {:.7f}) E", fit.kev_offset().value(),
                            fit.kev_offset().error(), fit.kev_per_adc().value(), fit.kev_per_adc().error());
            if (fit.kev_per_adc2().error() > 0)
                table += fmt::format(" + ({:.3e} ± {:.1e}) E2", fit.kev_per_adc2().value(),
                                     fit.kev_per_adc2().error());
            table += fmt::format(", chi2/ndof {:.1f}/{}\n", fit.chi2(), fit.ndof());
            table += fmt::format("  {:>10} {:>22} {:>16} {:>16} {:>13} {:>10}\n", "line keV", "position ADC",
                                 "counts", "FWHM keV", "residual keV", "chi2/ndof");
        }
        for (const auto& line : fit.lines())
            table += fmt::format(
                "  {:>10.3f} {:>12.2f} ± {:>7.2f} {:>8.1f} ± {:>5.1f} {:>8.2f} ± {:>5.2f} "
                "{:>13.3f} {:>7.1f}/{}{}\n",
                line.energy_kev(), line.position_adc().value(), line.position_adc().error(),
                line.counts().value(), line.counts().error(), line.fwhm_kev().value(),
                line.fwhm_kev().error(), line.residual_kev(), line.chi2(), line.ndof(),
                line.used() ? "" : "  not in the scale");
        if (!fit.problem().empty()) table += "  " + fit.problem() + "\n";
    }
    return table;
}

}  // namespace spillgate::offline
