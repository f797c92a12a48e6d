#include "online/scope/thinned_trace.hpp"

#include <algorithm>
#include <random>

#include <catch2/catch.hpp>

using namespace spillgate;
using Values = std::vector<std::int32_t>;

namespace {

Values random_codes(std::size_t count, std::mt19937_64& random) {
    std::uniform_int_distribution<std::int32_t> code(-300, 300);
    Values codes(count);
    for (auto& one : codes)
        one = code(random);
    return codes;
}

}  // namespace

TEST_CASE("a short trace is sent sample by sample, a part of it by its bounds") {
    const Values codes{5, 4, 3, 2, 1, 0};
    auto all = online::thinned(codes, 0, 6, 3);
    CHECK(all.step == 1);
    CHECK(all.values == codes);
    const auto part = online::thinned(codes, 2, 4, 3);
    CHECK(part.from == 2);
    CHECK(part.samples == 2);
    CHECK(part.values == Values{3, 2});
    CHECK(online::thinned(codes, 4, 99, 3).values == Values{1, 0});
    CHECK(online::thinned(codes, 9, 12, 3).values.empty());
    CHECK(online::thinned(codes, 0, 6, 0).values == codes);
}

TEST_CASE("pairs of a long trace are exactly the extremes of their samples", "[property]") {
    std::mt19937_64 random(7);
    for (int round = 0; round < 200; ++round) {
        const auto codes = random_codes(1 + random() % 5000, random);
        const std::size_t from = random() % codes.size();
        const std::size_t to = from + random() % (codes.size() - from + 1);
        const std::size_t pairs = 1 + random() % 400;
        const auto thin = online::thinned(codes, from, to, pairs);
        REQUIRE(thin.from == from);
        REQUIRE(thin.samples == to - from);
        REQUIRE(thin.values.size() <= 2 * pairs);
        if (thin.step == 1) {
            REQUIRE(std::ranges::equal(thin.values, std::span(codes).subspan(from, to - from)));
            continue;
        }
        for (std::size_t i = 0; 2 * i < thin.values.size(); ++i) {
            const auto begin = codes.begin() + static_cast<std::ptrdiff_t>(from + i * thin.step);
            const auto end =
                codes.begin() + static_cast<std::ptrdiff_t>(std::min(to, from + (i + 1) * thin.step));
            REQUIRE(thin.values[2 * i] == *std::min_element(begin, end));
            REQUIRE(thin.values[2 * i + 1] == *std::max_element(begin, end));
        }
    }
}

TEST_CASE("values are packed into the fewest bytes that hold them, little-endian") {
    CHECK(online::packed({}).base64.empty());
    const auto small = online::packed(Values{1, -2});
    CHECK(small.type == "int16");
    CHECK(small.base64 == "AQD+/w==");
    const auto wide = online::packed(Values{65535, 0});
    CHECK(wide.type == "uint16");
    CHECK(wide.base64 == "//8AAA==");
    const auto both = online::packed(Values{65535, -1});
    CHECK(both.type == "int32");
    CHECK(both.base64 == "//8AAP////8=");
}
