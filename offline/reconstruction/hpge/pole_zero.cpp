#include "offline/reconstruction/hpge/pole_zero.hpp"

namespace spillgate::offline::hpge {

double decay_fraction(double ratio) {
    // Beyond this nothing is left of the pulse after one sample.
    if (ratio > 64) return 1;
    int halvings = 0;
    for (; ratio > 0.0625; ++halvings)
        ratio *= 0.5;
    // 1 − exp(−y) = y·(1 − y/2·(1 − y/3·(…))); the 12th term is below 1e-16.
    double sum = 1;
    for (int n = 12; n >= 2; --n)
        sum = 1 - ratio / n * sum;
    double fraction = ratio * sum;
    // 1 − exp(−2y) = (1 − exp(−y))·(1 + exp(−y)).
    for (; halvings > 0; --halvings)
        fraction *= 2 - fraction;
    return fraction;
}

}  // namespace spillgate::offline::hpge
