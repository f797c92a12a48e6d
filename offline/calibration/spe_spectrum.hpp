// Charge spectra of isolated single pulses, by channel and time slice.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "offline/reconstruction/pmt/isolated_peaks.hpp"
#include "offline/reconstruction/pmt/trace_analysis.hpp"
#include "proto/result.hpp"
#include "proto/schema/config.pb.h"
#include "proto/spill_record.hpp"

namespace spillgate::offline {

// Entries per bin of whole ADC·samples: bin i holds the charges i·width … (i+1)·width − 1, so its centre is
// i·width + (width − 1)/2.
struct ChargeSpectrum {
    std::uint32_t bin_adc = 2;
    std::vector<std::uint64_t> counts;
    std::uint64_t below = 0;  // charges below 0
    std::uint64_t above = 0;

    double centre(std::size_t bin) const {
        return static_cast<double>(bin) * bin_adc + 0.5 * (static_cast<double>(bin_adc) - 1);
    }
    void fill(std::int64_t charge);
};

struct SpeSpectrumOptions {
    double slice_s = 3600;
    std::uint32_t bin_adc = 2;
    double max_adc = 400;                     // ADC·samples
    double isolation_ns = pmt::isolation_ns;  // no other peak so close before or after, nor the trace's ends
};

// Reads the traces of a chain's detector channels; a trace with a linear-gate or overflow bit gives nothing.
// Not thread-safe.
class SpeSpectra {
  public:
    using Key = std::pair<std::string, std::int64_t>;  // channel, begin of the slice in UTC ns
    // Errors: CONFIG (no such PMT chain, no detector channel that uses it, options out of range).
    static proto::Result<SpeSpectra> make(const config::Config& config, const std::string& chain,
                                          const SpeSpectrumOptions& options);
    void add(const proto::SpillRecord& record);
    const std::map<Key, ChargeSpectrum>& spectra() const { return spectra_; }
    std::int64_t slice_ns() const { return slice_ns_; }

  private:
    SpeSpectra(const config::PmtChain& chain, const SpeSpectrumOptions& options);
    void add_trace(ChargeSpectrum& spectrum);

    SpeSpectrumOptions options_;
    std::int64_t slice_ns_;
    std::vector<config::Channel> channels_;
    std::unique_ptr<pmt::DetectorTraceAnalyser> analyser_;
    pmt::TraceAnalysis analysis_;
    std::map<Key, ChargeSpectrum> spectra_;
};

}  // namespace spillgate::offline
