#include "tests/offline/reconstruction/hpge_record.hpp"

#include <algorithm>
#include <cmath>

#include <catch2/catch.hpp>

#include "offline/reconstruction/hpge/hpge_variables.hpp"

namespace spillgate::offline::test {

config::Config hpge_config() {
    auto config = self_triggered_config();
    auto& channel = *config.mutable_channel(0);
    channel.set_name("ge");
    channel.set_chain("hpge");
    auto& chain = *config.mutable_chain(0);
    chain.set_name("hpge");
    auto& hpge = *chain.mutable_hpge();
    hpge.set_baseline_ns(400);
    hpge.set_decay_ns(80000);
    hpge.set_rise_ns(240);
    hpge.set_flat_top_ns(80);
    hpge.set_t0_rise_ns(16);
    hpge.set_t0_fall_ns(96);
    hpge.set_current_ns(20);
    hpge.set_pile_up_after_ns(240);
    hpge.mutable_veto()->set_baseline_ns(200);
    return config;
}

void add_step(Codes& codes, std::size_t start, double height, double rise, double decay) {
    const double kept = std::exp(-1 / decay);
    double charge = 0, pulse = 0;
    for (std::size_t i = start; i < codes.size(); ++i) {
        const double collected = height * std::min(1.0, (static_cast<double>(i - start) + 1) / rise);
        pulse = pulse * kept + (collected - charge);
        charge = collected;
        codes[i] += static_cast<std::int32_t>(std::lround(pulse));
    }
}

void add_noise(Codes& codes, double rms, std::mt19937_64& random) {
    std::normal_distribution<double> noise(0, rms);
    for (auto& code : codes)
        code += static_cast<std::int32_t>(std::lround(noise(random)));
}

double hpge_value(const Candidate& candidate, std::string_view variable) {
    const auto found = std::ranges::find(hpge::variables, variable, &Variable::name);
    REQUIRE(found != hpge::variables.end());
    return candidate.value[static_cast<std::size_t>(found - hpge::variables.begin())];
}

bool hpge_quality(const Candidate& candidate, std::string_view name) {
    const auto found = std::ranges::find(hpge::quality_names, name);
    REQUIRE(found != hpge::quality_names.end());
    return (candidate.quality >> (found - hpge::quality_names.begin()) & 1u) != 0;
}

}  // namespace spillgate::offline::test
