#include "tests/offline/reference/slow_chain.hpp"

#include <cmath>
#include <memory>
#include <numeric>
#include <random>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "offline/reconstruction/chain.hpp"
#include "offline/reconstruction/pmt/pmt_variables.hpp"
#include "proto/config_loader.hpp"
#include "tests/offline/reference/comparison.hpp"

using namespace spillgate;
using namespace spillgate::tests;

namespace {

constexpr int record_samples = 35000;

// A record of pulses of every size and shape that tests the rules: single electrons, bursts, pulses over the
// record's edges and over window bounds, overflow, undershoot, a closed linear gate, muons.
struct Waveforms {
    std::vector<int> csi, muon;
};

void add_pulse(std::vector<int>& codes, int at, int height, int width) {
    for (int i = 0; i < width; ++i) {
        const int k = at + i;
        if (k >= 0 && k < static_cast<int>(codes.size()))
            codes[static_cast<std::size_t>(k)] -= static_cast<int>(height * std::exp(-1.5 * i / width));
    }
}

Waveforms random_record(std::mt19937_64& random, const SlowWindows& windows) {
    const auto upto = [&](int n) { return static_cast<int>(random() % static_cast<std::uint64_t>(n)); };
    Waveforms w{std::vector<int>(record_samples, 110), std::vector<int>(record_samples, 30)};
    const int noise = 1 + upto(4);
    for (auto* codes : {&w.csi, &w.muon})
        for (auto& code : *codes)
            code += upto(2 * noise + 1) - noise;
    for (int n = upto(120); n > 0; --n)
        add_pulse(w.csi, upto(record_samples + 20) - 10, 2 + upto(30), 1 + upto(30));
    for (const int edge : {windows.ac_roi[0], windows.c_roi[0], windows.c_roi[1] - 1500,
                           windows.ac_roi[1] - 1500, 0, record_samples})
        if (upto(3) == 0)
            for (int n = upto(12); n > 0; --n)
                add_pulse(w.csi, edge + upto(1600) - 10, 5 + upto(60), 3 + upto(12));
    if (upto(6) == 0) add_pulse(w.csi, upto(record_samples), 400, 300);
    if (upto(8) == 0)
        for (int i = upto(record_samples), n = upto(9000); i < record_samples && n > 0; ++i, --n)
            w.csi[static_cast<std::size_t>(i)] = 10 + upto(3);
    if (upto(4) == 0) add_pulse(w.muon, upto(record_samples), 8 + upto(40), 2 + upto(30));
    if (upto(12) == 0) add_pulse(w.muon, record_samples - 3, 60, 30);
    for (auto* codes : {&w.csi, &w.muon})
        for (auto& code : *codes)
            code = std::clamp(code, -128, 127);
    return w;
}

}  // namespace

TEST_CASE("the engine's PMT chain agrees with the slow reading of the published text in every field",
          "[property]") {
    const auto seed = std::random_device{}();
    std::mt19937_64 random(seed);
    std::size_t found = 0;
    for (const int data_set : {1, 2, 3})
        for (const auto variant :
             {SlowVariant::MEDIAN, SlowVariant::LOCAL_BASELINE, SlowVariant::CONDITIONAL_MEAN})
            for (const bool correct : {true, false}) {
                const SlowSettings settings{variant, correct, 61.5};
                ChainUnderTest chain(settings);
                const auto windows = slow_windows(data_set);
                for (int n = 0; n < 40; ++n) {
                    const auto w = random_record(random, windows);
                    const auto slow = slow_chain(w.csi, w.muon, windows, settings);
                    const auto problem = chain.difference(w.csi, w.muon, windows, slow);
                    INFO(fmt::format("seed {} data set {} variant {} corrected {} record {}", seed, data_set,
                                     static_cast<int>(variant), correct, n));
                    REQUIRE_THAT(problem, Catch::Equals(""));
                    found += slow.in_time.found + slow.anti_coincident.found;
                }
            }
    CHECK(found > 100);
}
