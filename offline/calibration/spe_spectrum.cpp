#include "offline/calibration/spe_spectrum.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "offline/reconstruction/pmt/isolated_peaks.hpp"
#include "offline/reconstruction/pmt/partners.hpp"
#include "offline/reconstruction/pmt/pmt_variables.hpp"

namespace spillgate::offline {

namespace {

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
    return a / b - ((a % b != 0 && a < 0) ? 1 : 0);
}

proto::Status check(const SpeSpectrumOptions& options) {
    if (options.slice_s >= 1 && options.slice_s <= 1e7 && options.bin_adc >= 1 && options.max_adc >= 1 &&
        options.max_adc <= 1e7 && options.isolation_ns >= 0 && options.isolation_ns <= 1e7)
        return {};
    return proto::error(
        proto::ErrorKind::CONFIG,
        "time slices of 1 to 1e7 s, bins of at least 1, a largest charge of 1 to 1e7 ADC·samples and an "
        "isolation of 0 to 1e7 ns are allowed");
}

// How single photoelectrons are found: as a PMT chain finds its peaks; for a LAr chain, with its baseline and
// threshold and the margins of a PMT chain.
std::optional<config::PmtChain> peaks_of(const config::Chain& chain) {
    if (chain.has_pmt()) return chain.pmt();
    if (!chain.has_lar()) return std::nullopt;
    const auto& lar = chain.lar();
    config::PmtChain peaks;
    peaks.set_positive_pulses(lar.positive_pulses());
    peaks.set_baseline_ns(lar.baseline_ns());
    peaks.set_threshold_adc(lar.threshold_adc());
    peaks.set_min_width_samples(lar.min_width_samples());
    peaks.set_linear_gate_check(false);
    if (lar.has_overflow_low()) peaks.set_overflow_low(lar.overflow_low());
    if (lar.has_overflow_high()) peaks.set_overflow_high(lar.overflow_high());
    return peaks;
}

}  // namespace

void ChargeSpectrum::fill(std::int64_t charge) {
    if (charge < 0)
        ++below;
    else if (const auto bin = static_cast<std::size_t>(charge) / bin_adc; bin < counts.size())
        ++counts[bin];
    else
        ++above;
}

SpeSpectra::SpeSpectra(const config::PmtChain& chain, const SpeSpectrumOptions& options)
    : options_(options),
      slice_ns_(std::llround(options.slice_s * 1e9)),
      analyser_(std::make_unique<pmt::DetectorTraceAnalyser>(chain)) {}

proto::Result<SpeSpectra> SpeSpectra::make(const config::Config& config, const std::string& chain,
                                           const SpeSpectrumOptions& options) {
    if (auto status = check(options); !status) return status.error();
    for (const auto& candidate : config.chain()) {
        const auto peaks = peaks_of(candidate);
        if (candidate.name() != chain || !peaks) continue;
        SpeSpectra spectra(*peaks, options);
        std::ranges::copy_if(config.channel(), std::back_inserter(spectra.channels_),
                             [&](const auto& channel) { return pmt::is_pmt_of(channel, chain, config); });
        if (spectra.channels_.empty())
            return proto::error(proto::ErrorKind::CONFIG,
                                fmt::format("no channel uses the chain '{}'", chain));
        return spectra;
    }
    return proto::error(proto::ErrorKind::CONFIG,
                        fmt::format("the config has no PMT or LAr chain '{}'", chain));
}

void SpeSpectra::add(const proto::SpillRecord& record) {
    const auto slice = floor_div(record.utc_ns, slice_ns_) * slice_ns_;
    for (const auto& channel : channels_)
        for (const auto& trace : record.traces) {
            if (trace.board != channel.board() || trace.channel != channel.channel() ||
                trace.stream != wire::RAW || (trace.flags & proto::TRACE_REDUCED) != 0)
                continue;
            (*analyser_)(record, trace, analysis_);
            if ((analysis_.quality & (pmt::LINEAR_GATE | pmt::OVERFLOW)) != 0) continue;
            auto& spectrum = spectra_[{channel.name(), slice}];
            if (spectrum.counts.empty()) {
                spectrum.bin_adc = options_.bin_adc;
                spectrum.counts.resize(static_cast<std::size_t>(options_.max_adc) / options_.bin_adc + 1);
            }
            add_trace(spectrum);
        }
}

void SpeSpectra::add_trace(ChargeSpectrum& spectrum) {
    const auto samples = static_cast<std::int64_t>(analysis_.x.size());
    const auto apart = pmt::samples_of_ns(options_.isolation_ns, analysis_.sample_period_ns, 0);
    pmt::for_each_isolated(analysis_.peaks, samples, apart,
                           [&](const pmt::Peak& peak) { spectrum.fill(pmt::charge_of(analysis_, peak)); });
}

}  // namespace spillgate::offline
