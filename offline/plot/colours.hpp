// What is drawn in which colour: Okabe and Ito's set, safe for the colour-blind, as on the console.
#pragma once

#include "offline/plot/figure.hpp"

namespace spillgate::offline::plot {

inline constexpr Colour in_time_colour{0x0072B2};
inline constexpr Colour anti_coincident_colour{0xE69F00};
inline constexpr Colour residual_colour{0x009E73};
inline constexpr Colour no_beam_colour{0xCC79A7};
inline constexpr Colour free_colour{0x0072B2};
inline constexpr Colour unlabelled_colour{0xA0A0A0};  // of windows that are neither C nor AC
inline constexpr Colour trace_colour{0x404040};
inline constexpr Colour peak_colour{0xD55E00};
inline constexpr Colour text_colour{0x000000};
inline constexpr Colour quiet_colour{0x707070};

inline constexpr Colour faded(Colour colour, double opacity) {
    return {colour.rgb, opacity};
}

}  // namespace spillgate::offline::plot
