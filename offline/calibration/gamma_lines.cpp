#include "offline/calibration/gamma_lines.hpp"

namespace spillgate::offline {

std::span<const GammaSource> gamma_sources() {
    // Of the pair lines of 2614.511 keV the double escape is sharp, the single escape and 511 keV are not.
    static const std::vector<GammaSource> sources{
        {"th228",
         "thorium-228 with its daughters",
         {{238.632},
          {277.371},
          {300.087},
          {510.77, false},
          {583.187},
          {727.330},
          {785.37},
          {860.557},
          {1592.511},
          {1620.50},
          {2103.511, false},
          {2614.511}}},
        {"co60", "cobalt-60", {{1173.228}, {1332.492}}},
        {"cs137", "caesium-137", {{661.657}}},
        {"eu152",
         "europium-152",
         {{121.782},
          {244.697},
          {344.279},
          {411.117},
          {443.965},
          {778.904},
          {867.380},
          {964.057},
          {1085.837},
          {1112.076},
          {1408.013}}},
    };
    return sources;
}

}  // namespace spillgate::offline
