// The shape of one pulse at the digitizer's input, sampled.
#pragma once

#include <span>
#include <vector>

namespace spillgate::hw::simulation {

// A log-normal pulse, as PMTs give: fast rise, longer fall, of the stated FWHM. Samples are averages over one
// sample period (the digitizer's bandwidth), for sub-sample positions in steps of 1/16, each normalised to
// sum 1.
class PulseShape {
  public:
    explicit PulseShape(double fwhm_samples);

    static constexpr int phases = 16;
    int length() const { return length_; }  // samples
    double peak() const { return peak_; }   // of the normalised pulse at phase 0: height per charge
    // Samples from the pulse's first sample on, for a pulse that begins `fraction` of a sample after it.
    std::span<const float> at(float fraction) const {
        const auto phase = static_cast<std::size_t>(fraction * phases);
        return std::span(samples_).subspan(phase * static_cast<std::size_t>(length_),
                                           static_cast<std::size_t>(length_));
    }

  private:
    int length_ = 0;
    double peak_ = 0;
    std::vector<float> samples_;
};

}  // namespace spillgate::hw::simulation
