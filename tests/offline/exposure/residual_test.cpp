#include "offline/exposure/residual.hpp"

#include <catch2/catch.hpp>

using namespace spillgate::offline;

TEST_CASE("the residual is C minus alpha AC, with the variance of both counts and of alpha") {
    ExposureSums exposure;
    exposure.in_time.live_ps = 15'050'000;
    exposure.anti_coincident.live_ps = 30'100'000;
    const auto half = alpha(exposure, 0.02);
    REQUIRE(half);
    CHECK(half->value == 0.5);
    CHECK(half->sigma == 0.01);
    const auto r = residual(100, 40, *half);
    CHECK(r.value == 80.0);
    CHECK(r.variance == Approx(100 + 0.25 * 40 + 1600 * 0.0001).epsilon(1e-15));
    const auto exact = residual(100, 40, {0.5, 0});
    CHECK(exact.variance == 110.0);
    CHECK(residual(3, 40, *half).value == -17.0);
}

TEST_CASE("without one of the exposures there is no residual") {
    ExposureSums exposure;
    CHECK_FALSE(alpha(exposure, 0));
    exposure.in_time.live_ps = 1;
    CHECK_FALSE(alpha(exposure, 0));
    exposure.in_time.live_ps = 0;
    exposure.anti_coincident.live_ps = 1;
    CHECK_FALSE(alpha(exposure, 0));
}
