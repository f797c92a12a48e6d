// The published response of the CsI[Na] detector of 2021 (arXiv:2110.07730, ancillary files), which several
// tests use.
#pragma once

#include "offline/cevns/efficiency.hpp"
#include "offline/cevns/quenching.hpp"

namespace spillgate::offline::cevns::test {

inline PolynomialQuenching csi_quenching() {
    return {{0.0554628, 4.30681, -111.707, 840.384},
            {{{{0.0613632, 3.51547, -85.5548, 595.562}, {0.0495624, 5.09815, -137.858, 1085.2}},
              {{0.055413, 3.93597, -93.1045, 630.092}, {0.0555126, 4.67765, -130.309, 1050.68}}}}};
}

inline SigmoidEfficiency csi_efficiency() {
    return {1.32045, 0.285979, 10.8646, -0.333322};
}
// The better by one standard deviation, and the worse.
inline SigmoidEfficiency csi_efficiency_plus() {
    return {1.3439, 0.285366, 9.84596, -0.356364};
}
inline SigmoidEfficiency csi_efficiency_minus() {
    return {1.297, 0.286592, 11.8832, -0.31028};
}

}  // namespace spillgate::offline::cevns::test
