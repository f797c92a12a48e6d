// A quantity known at a pull of −1, 0 and +1 standard deviations, at any pull.
#pragma once

namespace spillgate::offline::cevns {

// The parabola through the three: smooth everywhere, and linear where they are symmetric.
struct Pulled {
    double nominal = 0, minus = 0, plus = 0;

    double at(double pull) const {
        return nominal + pull * (0.5 * (plus - minus) + pull * (0.5 * (plus + minus) - nominal));
    }
    double slope(double pull) const { return 0.5 * (plus - minus) + pull * (plus + minus - 2 * nominal); }
};

}  // namespace spillgate::offline::cevns
