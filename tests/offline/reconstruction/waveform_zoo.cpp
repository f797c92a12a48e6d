#include "tests/offline/reconstruction/waveform_zoo.hpp"

#include <algorithm>
#include <random>

namespace spillgate::offline::test {

std::vector<std::pair<std::string, std::vector<std::uint16_t>>> waveform_zoo(unsigned bits) {
    const auto top = static_cast<std::uint16_t>((1u << bits) - 1);
    const auto level = static_cast<std::uint16_t>(std::min<unsigned>(100, top));
    std::mt19937_64 random(bits);
    std::normal_distribution<double> noise(level, 2);
    const auto code = [&](double value) {
        return static_cast<std::uint16_t>(std::clamp(value, 0.0, static_cast<double>(top)));
    };
    std::vector<std::pair<std::string, std::vector<std::uint16_t>>> zoo;
    for (const std::size_t n :
         {1u, 2u, 3u, 15u, 16u, 17u, 31u, 33u, 63u, 64u, 65u, 127u, 129u, 1000u, 4097u}) {
        std::vector<std::uint16_t> words(n, level);
        zoo.emplace_back("all equal", words);
        zoo.emplace_back("saturated high", std::vector<std::uint16_t>(n, top));
        zoo.emplace_back("saturated low", std::vector<std::uint16_t>(n, 0));
        for (std::size_t i = 0; i < n; ++i)
            words[i] = i % 2 == 0 ? 0 : top;
        zoo.emplace_back("alternating", words);
        for (std::size_t i = 0; i < n; ++i)
            words[i] = code(noise(random));
        zoo.emplace_back("noise", words);
        auto pulse = words;
        std::fill(pulse.begin(), pulse.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(n, 5)), 0);
        zoo.emplace_back("pulse at the begin", pulse);
        pulse = words;
        std::fill(pulse.end() - static_cast<std::ptrdiff_t>(std::min<std::size_t>(n, 5)), pulse.end(), 0);
        zoo.emplace_back("pulse at the end", pulse);
        for (auto& word : words)
            word = static_cast<std::uint16_t>(random() & top);
        zoo.emplace_back("wild", words);
        for (std::size_t i = 0; i < n; ++i)
            words[i] = code(static_cast<double>(i) * top / static_cast<double>(n));
        zoo.emplace_back("ramp", words);
    }
    return zoo;
}

}  // namespace spillgate::offline::test
