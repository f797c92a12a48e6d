#include "offline/plot/trace_outline.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

#include <catch2/catch.hpp>

using namespace spillgate::offline::plot;

TEST_CASE("a short trace is drawn sample by sample, and only what lies in the range") {
    const std::vector<std::int32_t> codes{5, 6, 7, 8, 9};
    const SampleTimes times{10, 0.5};
    const auto all = outline_of(codes, times, 0, 5, 0, 100, 100);
    CHECK(all.x == std::vector<double>{10, 10.5, 11, 11.5, 12});
    CHECK(all.y == std::vector<double>{5, 6, 7, 8, 9});
    CHECK(outline_of(codes, times, 0, 5, 10.5, 11.2, 100).y == std::vector<double>{6, 7});
    CHECK(outline_of(codes, times, 3, 5, 0, 100, 100).y == std::vector<double>{8, 9});
    CHECK(outline_of(codes, times, 0, 5, 13, 20, 100).x.empty());
    CHECK(outline_of(codes, times, 0, 5, 0, 9, 100).x.empty());
}

TEST_CASE("a long trace keeps first, last, lowest and highest sample of each column", "[property]") {
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    std::vector<std::int32_t> codes(35000);
    for (auto& code : codes)
        code = static_cast<std::int32_t>(random() % 7);
    codes[random() % codes.size()] = 200;
    codes[random() % codes.size()] = -200;
    const SampleTimes times{-54.95, 0.002};
    constexpr unsigned columns = 300;
    const double from = -54.95;
    const double to = 15.05;
    const auto outline = outline_of(codes, times, 0, 35000, from, to, columns);
    CHECK(outline.x.size() <= 4 * columns + 4);
    CHECK(std::is_sorted(outline.x.begin(), outline.x.end()));

    struct Extremes {
        double first = 0, last = 0, lowest = 1e9, highest = -1e9;
    };
    const auto extremes = [&](const auto& x, const auto& y) {
        std::map<int, Extremes> of;
        for (std::size_t i = 0; i < x.size(); ++i) {
            auto [at, fresh] =
                of.try_emplace(static_cast<int>(std::floor((x[i] - from) / (to - from) * columns)));
            auto& e = at->second;
            if (fresh) e.first = y[i];
            e.last = y[i];
            e.lowest = std::min<double>(e.lowest, y[i]);
            e.highest = std::max<double>(e.highest, y[i]);
        }
        return of;
    };
    std::vector<double> x;
    for (std::int64_t i = 0; i < 35000; ++i)
        x.push_back(times.of(i));
    const auto wanted = extremes(x, codes);
    const auto kept = extremes(outline.x, outline.y);
    REQUIRE(kept.size() == wanted.size());
    for (const auto& [column, e] : wanted) {
        CAPTURE(column);
        CHECK(kept.at(column).first == e.first);
        CHECK(kept.at(column).last == e.last);
        CHECK(kept.at(column).lowest == e.lowest);
        CHECK(kept.at(column).highest == e.highest);
    }
}
