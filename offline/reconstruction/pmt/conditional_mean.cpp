#include "offline/reconstruction/pmt/conditional_mean.hpp"

#include <cmath>

namespace spillgate::offline::pmt {

void ConditionalMean::operator()(std::span<const std::int32_t> codes, std::int32_t start,
                                 std::span<double> filtered) {
    accepted_.assign(length_, start);
    double sum = static_cast<double>(start) * length_;
    std::size_t oldest = 0;
    for (std::size_t i = 0; i < codes.size(); ++i) {
        const double mean = sum / length_;
        const double code = codes[i];
        const bool passes = std::abs(code - mean) <= band_;
        filtered[i] = passes ? 0.0 : mean - code;
        const double entering = passes ? code : mean;
        sum += entering - accepted_[oldest];
        accepted_[oldest] = entering;
        if (++oldest == length_) oldest = 0;
    }
}

}  // namespace spillgate::offline::pmt
