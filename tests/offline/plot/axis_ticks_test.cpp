#include "offline/plot/axis_ticks.hpp"

#include <algorithm>
#include <cmath>
#include <random>

#include <catch2/catch.hpp>

using namespace spillgate::offline::plot;

namespace {

std::vector<std::string> labels(const AxisTicks& ticks) {
    std::vector<std::string> out;
    for (const auto& tick : ticks.ticks)
        if (!tick.label.empty()) out.push_back(tick.label);
    return out;
}

Axis axis(double min, double max, bool logarithmic = false) {
    Axis a;
    a.min = min;
    a.max = max;
    a.logarithmic = logarithmic;
    return a;
}

}  // namespace

TEST_CASE("ticks are at round numbers, with a true minus sign") {
    CHECK(labels(ticks_of(axis(-55, 15), 7)) ==
          std::vector<std::string>{"−50", "−40", "−30", "−20", "−10", "0", "10"});
    CHECK(labels(ticks_of(axis(0, 1), 5)) ==
          std::vector<std::string>{"0.0", "0.2", "0.4", "0.6", "0.8", "1.0"});
}

TEST_CASE("large and small numbers share a power of ten that the axis names") {
    auto a = axis(0, 2.4e6);
    a.label = "Counts";
    const auto ticks = ticks_of(a, 5);
    CHECK(ticks.exponent == 6);
    CHECK(labels(ticks) == std::vector<std::string>{"0.0", "0.5", "1.0", "1.5", "2.0"});
    CHECK(axis_title(a, ticks.exponent) == "Counts (10⁶)");
    a.unit = "PE";
    CHECK(axis_title(a, -3) == "Counts (10⁻³ PE)");
    CHECK(axis_title(a, 0) == "Counts (PE)");
}

TEST_CASE("a logarithmic axis is numbered at powers of ten, and in between if it has few of them") {
    CHECK(labels(ticks_of(axis(0.5, 2e5, true), 6)) ==
          std::vector<std::string>{"1", "10", "100", "1000", "10⁴", "10⁵"});
    CHECK(labels(ticks_of(axis(15, 90, true), 6)) == std::vector<std::string>{"20", "50"});
}

TEST_CASE("every linear axis has at least three numbered ticks, all inside, ascending and distinct",
          "[property]") {
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    for (int i = 0; i < 2000; ++i) {
        const double length = std::pow(10.0, std::uniform_real_distribution<double>(-6, 9)(random));
        const double min = std::uniform_real_distribution<double>(-3, 3)(random) * length;
        const auto a = axis(min, min + length);
        const auto ticks = ticks_of(a, 2 + static_cast<int>(random() % 8));
        CAPTURE(a.min, a.max);
        auto said = labels(ticks);
        CHECK(said.size() >= 3);
        CHECK(said.size() <= 25);
        for (std::size_t k = 0; k < ticks.ticks.size(); ++k) {
            CHECK(ticks.ticks[k].position >= a.min);
            CHECK(ticks.ticks[k].position <= a.max);
            if (k > 0) CHECK(ticks.ticks[k].position > ticks.ticks[k - 1].position);
        }
        std::sort(said.begin(), said.end());
        CHECK(std::adjacent_find(said.begin(), said.end()) == said.end());
    }
}
