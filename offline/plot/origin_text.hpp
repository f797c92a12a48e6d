// What a picture says of where it comes from: run, exposure, selection, versions, in the units people use.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "offline/export/saved_spectra.hpp"
#include "offline/plot/figure.hpp"

namespace spillgate::offline::plot {

// "run 12", "runs 12, 13 and 15", "runs 12 to 19"
std::string runs_text(std::span<const std::uint32_t> runs);

// "12.3 s live": seconds, milliseconds or hours, whichever has the fewest digits.
std::string live_time_text(double seconds);

// With a prefix from p to M: si_text(0.0138, "C") is "13.8 mC".
std::string si_text(double value, std::string_view unit);

// "1.46×10¹⁸"
std::string scientific_text(double value);

// "1 slot", "3 slots"
std::string count_text(std::uint64_t count, std::string_view what);

// "1.46×10¹⁸ POT (0.234 C)", of an average channel; estimated charge and slots whose charge is missing are
// named apart. Without any charge it says so.
std::string charge_text(const ExposureSums& exposure, std::uint32_t channels);

// Label and unit of a spectrum's axis, or of any variable, as people write them: t_rec_us in us becomes
// t_rec in μs.
void label_axis(Axis& axis, std::string_view label, std::string_view unit);
std::string unit_text(std::string_view unit);

// "selection csi-2017 · config 1a2b3c4d · calibration spe.txtpb · spillgate 0.1.0"
std::string footer_text(const Provenance& provenance, std::string_view selection);

}  // namespace spillgate::offline::plot
