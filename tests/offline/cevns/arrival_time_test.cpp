#include "offline/cevns/arrival_time.hpp"

#include <array>
#include <cmath>
#include <limits>

#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <catch2/catch.hpp>

#include "offline/cevns/exponential_gaussian.hpp"

using namespace spillgate::offline::cevns;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

template <class F>
double integrate(F&& f, double from, double to) {
    return boost::math::quadrature::gauss_kronrod<double, 61>::integrate(f, from, to, 12, 1e-11);
}

// The decays of a pion and then a muon, as one density of the time between proton and neutrino.
double decay(double t, std::span<const double> lifetimes) {
    if (t < 0) return 0;
    if (lifetimes.size() == 1) return std::exp(-t / lifetimes[0]) / lifetimes[0];
    return (std::exp(-t / lifetimes[1]) - std::exp(-t / lifetimes[0])) / (lifetimes[1] - lifetimes[0]);
}

// Trapezoids of a nanosecond's fraction, with nothing but the definition of a convolution.
template <class Pulse>
double brute_force_convolution(Pulse&& pulse, double t, std::span<const double> lifetimes, double begin,
                               double end) {
    const double stop = std::min(t, end);
    if (!(stop > begin)) return 0;
    const int steps = 40'000;
    const double h = (stop - begin) / steps;
    double sum = 0;
    for (int i = 0; i <= steps; ++i) {
        const double s = begin + h * i;
        sum += (i == 0 || i == steps ? 0.5 : 1) * pulse(s) * decay(t - s, lifetimes);
    }
    return sum * h;
}

TabulatedPulse two_humps() {
    return {{0, 100, 130, 250, 400, 520, 700}, {0, 2, 5, 1.5, 3, 0.5, 0}};
}

double two_humps_at(double t) {
    const auto p = two_humps();
    for (std::size_t i = 0; i + 1 < p.time_ns.size(); ++i)
        if (t >= p.time_ns[i] && t <= p.time_ns[i + 1])
            return p.rate[i] +
                   (p.rate[i + 1] - p.rate[i]) * (t - p.time_ns[i]) / (p.time_ns[i + 1] - p.time_ns[i]);
    return 0;
}

std::vector<ArrivalTime> all_shapes() {
    const auto gaussian = ProtonPulse::gaussian(440, 150);
    const ProtonPulse table{two_humps(), {{}}};
    return {ArrivalTime::make(gaussian, {}).value(),
            ArrivalTime::prompt(gaussian).value(),
            ArrivalTime::delayed(gaussian).value(),
            ArrivalTime::make(table, {}).value(),
            ArrivalTime::prompt(table).value(),
            ArrivalTime::delayed(table).value(),
            ArrivalTime::delayed_of_prompt(two_humps()).value(),
            ArrivalTime::delayed(gaussian.twice(410)).value(),
            ArrivalTime::prompt(table.twice(410)).value()};
}

}  // namespace

TEST_CASE("every arrival time is normalised, and its integrals are those of its density") {
    for (const auto& shape : all_shapes()) {
        CHECK(shape.integral(-infinity, infinity).value == Approx(1).epsilon(1e-12));
        CHECK(shape.integral(-1e4, 1e5).value == Approx(1).epsilon(1e-12));
        double sum = 0;
        for (double t = -1000; t < 3000; t += 125) {
            const double part = shape.integral(t, t + 125).value;
            double numeric = 0;
            for (double u = t; u < t + 125; u += 5)
                numeric += integrate([&](double x) { return shape.density_per_ns(x); }, u, u + 5);
            CHECK(part == Approx(numeric).margin(1e-10));
            sum += part;
        }
        CHECK(sum == Approx(shape.integral(-1000, 3000).value).epsilon(1e-12));
        CHECK(shape.integral(500, 500).value == 0);
    }
}

TEST_CASE("a Gaussian pulse with one and two decays is their numerical convolution") {
    const double sigma = 60, mean = 100;
    const auto pulse = [&](double s) {
        return std::exp(-0.5 * (s - mean) * (s - mean) / (sigma * sigma)) / (sigma * std::sqrt(2 * pi));
    };
    const std::array one{pion_lifetime_ns};
    const std::array two{pion_lifetime_ns, muon_lifetime_ns};
    const auto prompt = ArrivalTime::prompt(ProtonPulse::gaussian(mean, sigma)).value();
    const auto delayed = ArrivalTime::delayed(ProtonPulse::gaussian(mean, sigma)).value();
    for (const double t : {-150.0, 0.0, 80.0, 150.0, 300.0, 700.0}) {
        CHECK(
            prompt.density_per_ns(t) ==
            Approx(brute_force_convolution(pulse, t, one, mean - 9 * sigma, mean + 9 * sigma)).margin(1e-9));
        CHECK(
            delayed.density_per_ns(t) ==
            Approx(brute_force_convolution(pulse, t, two, mean - 9 * sigma, mean + 9 * sigma)).margin(1e-9));
    }
}

TEST_CASE("a tabulated pulse with one and two decays is their numerical convolution") {
    const double area = integrate(two_humps_at, 0, 100) + integrate(two_humps_at, 100, 130) +
                        integrate(two_humps_at, 130, 250) + integrate(two_humps_at, 250, 400) +
                        integrate(two_humps_at, 400, 520) + integrate(two_humps_at, 520, 700);
    const auto pulse = [&](double s) { return two_humps_at(s) / area; };
    const std::array one{pion_lifetime_ns};
    const std::array two{pion_lifetime_ns, muon_lifetime_ns};
    const std::array late{muon_lifetime_ns};
    const ProtonPulse table{two_humps(), {{}}};
    const auto prompt = ArrivalTime::prompt(table).value();
    const auto delayed = ArrivalTime::delayed(table).value();
    const auto of_prompt = ArrivalTime::delayed_of_prompt(two_humps()).value();
    for (const double t : {-5.0, 20.0, 115.0, 200.0, 410.0, 699.0, 800.0, 3000.0}) {
        CAPTURE(t);
        CHECK(prompt.density_per_ns(t) ==
              Approx(brute_force_convolution(pulse, t, one, 0, 700)).margin(1e-8));
        CHECK(delayed.density_per_ns(t) ==
              Approx(brute_force_convolution(pulse, t, two, 0, 700)).margin(1e-8));
        CHECK(of_prompt.density_per_ns(t) ==
              Approx(brute_force_convolution(pulse, t, late, 0, 700)).margin(1e-8));
    }
}

TEST_CASE("mean arrival is the pulse's plus the lifetimes") {
    const auto delayed = ArrivalTime::delayed(ProtonPulse::gaussian(440, 150)).value();
    double mean = 0;
    for (double t = -1000; t < 60'000; t += 50)
        mean += integrate([&](double x) { return x * delayed.density_per_ns(x); }, t, t + 50);
    CHECK(mean == Approx(440 + pion_lifetime_ns + muon_lifetime_ns).epsilon(1e-8));
}

TEST_CASE("two bunches are two copies, half each") {
    const auto one = ArrivalTime::prompt(ProtonPulse::gaussian(100, 30)).value();
    const auto two = ArrivalTime::prompt(ProtonPulse::gaussian(100, 30).twice(410)).value();
    for (const double t : {50.0, 120.0, 400.0, 530.0})
        CHECK(two.density_per_ns(t) ==
              Approx(0.5 * (one.density_per_ns(t) + one.density_per_ns(t - 410))).epsilon(1e-12));
    const auto uneven = ArrivalTime::prompt({GaussianPulse{100, 30}, {{0, 3}, {410, 1}}}).value();
    CHECK(uneven.integral(-infinity, 320).value == Approx(0.75).margin(1e-3));
}

TEST_CASE("a falling time efficiency is integrated with the density, at any onset") {
    const TimeEfficiency efficiency{520, 0.0494e-3};
    CHECK(efficiency.at(100) == 1);
    CHECK(efficiency.at(1520) == Approx(std::exp(-0.0494)));
    const TimeEfficiency steep{520, 5e-3};
    for (const auto& shape : all_shapes())
        for (const auto& seen : {efficiency, steep})
            for (const double onset : {-300.0, 0.0, 80.0}) {
                const auto numeric = [&](double from, double to, double shift) {
                    double sum = 0;
                    for (double t = from; t < to; t += 10)
                        sum +=
                            integrate([&](double x) { return shape.density_per_ns(x - shift) * seen.at(x); },
                                      t, t + 10);
                    return sum;
                };
                for (const auto& [from, to] : {std::pair{0.0, 250.0}, {500.0, 630.0}, {1000.0, 1500.0}}) {
                    const auto exact = shape.integral(from, to, onset, seen);
                    CHECK(exact.value == Approx(numeric(from, to, onset)).margin(1e-10));
                    const double step = 0.01;
                    const double difference = (shape.integral(from, to, onset + step, seen).value -
                                               shape.integral(from, to, onset - step, seen).value) /
                                              (2 * step);
                    CHECK(exact.by_onset_per_ns == Approx(difference).margin(1e-7));
                }
                CHECK(shape.integral(-infinity, infinity, onset, seen).value ==
                      Approx(shape.integral(-5000, 90'000, onset, seen).value).epsilon(1e-9));
            }
}

TEST_CASE("a published prompt shape loses the efficiency that it contains") {
    const TimeEfficiency efficiency{520, 0.0494e-3};
    const auto shape = without_efficiency({{0, 520, 1520}, {1, 2, 3}}, efficiency);
    CHECK(shape.rate[0] == 1);
    CHECK(shape.rate[1] == 2);
    CHECK(shape.rate[2] == Approx(3 * std::exp(0.0494)));
}

TEST_CASE("the error functions stay finite and exact where exponentials overflow") {
    // A pulse far wider than the decay is all but unchanged; the direct form would need exp(5e5).
    const double direct = std::exp(-0.5) / (1000 * std::sqrt(2 * pi));
    CHECK(exponential_gaussian_density(1000, 1000, 1) == Approx(direct).epsilon(2e-3));
    CHECK(exponential_gaussian_density(-30'000, 1000, 1) >= 0);
    CHECK(exponential_gaussian_density(1e7, 1000, 1) == 0);
    CHECK(exponential_gaussian_below(0, 1000, 1e-6) == Approx(0.5).margin(1e-8));
    CHECK(exponential_gaussian_below(infinity, 1000, 1) == 1);
    CHECK(exponential_gaussian_below(-infinity, 1000, 1) == 0);
    // A pulse far narrower than the decay is the exponential.
    CHECK(exponential_gaussian_below(1000, 1e-3, 2000) == Approx(-std::expm1(-0.5)).epsilon(1e-9));
    // Both branches meet.
    const double join = 10.0 * 10.0 / 25.0;
    CHECK(exponential_gaussian_density(join - 1e-9, 10, 25) ==
          Approx(exponential_gaussian_density(join + 1e-9, 10, 25)).epsilon(1e-9));
}

TEST_CASE("pulses and decays that are none are refused") {
    CHECK_FALSE(ArrivalTime::prompt(ProtonPulse::gaussian(440, 0)).has_value());
    CHECK_FALSE(ArrivalTime::prompt(ProtonPulse::gaussian(std::nan(""), 10)).has_value());
    CHECK_FALSE(ArrivalTime::prompt({GaussianPulse{0, 10}, {}}).has_value());
    CHECK_FALSE(ArrivalTime::prompt({GaussianPulse{0, 10}, {{0, -1}, {410, 2}}}).has_value());
    CHECK_FALSE(ArrivalTime::delayed_of_prompt({{0}, {1}}).has_value());
    CHECK_FALSE(ArrivalTime::delayed_of_prompt({{0, 10, 5}, {0, 1, 0}}).has_value());
    CHECK_FALSE(ArrivalTime::delayed_of_prompt({{0, 10, 20}, {0, -1, 0}}).has_value());
    CHECK_FALSE(ArrivalTime::delayed_of_prompt({{0, 10, 20}, {0, 0, 0}}).has_value());
    const auto pulse = ProtonPulse::gaussian(440, 150);
    CHECK_FALSE(ArrivalTime::make(pulse, std::array{-1.0}).has_value());
    CHECK_FALSE(ArrivalTime::make(pulse, std::array{26.0, 26.0}).has_value());
    CHECK_FALSE(ArrivalTime::make(pulse, std::array{26.0, 2197.0, 10.0}).has_value());
}
