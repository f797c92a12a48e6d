// The tie of one clock to another, against simulated clocks whose every reading is known.
#include "daq/clocks/clock_tie.hpp"

#include <catch2/catch.hpp>

#include "tests/daq/two_clocks.hpp"

namespace spillgate::daq::test {
namespace {

using Outcome = ClockTie::Outcome;

ClockTieSettings settings_of(const TwoClocksOptions& options) {
    ClockTieSettings settings;
    settings.here_hz = options.here_hz;
    settings.there_hz = options.there_hz;
    settings.period_s = 1 / 60.0;
    settings.history = 2000;
    settings.search.nominal_ratio = options.there_hz / options.here_hz;
    settings.search.residual_limit = 500e-9 * options.there_hz;
    settings.search.pairing_distance = 200e-6 * options.there_hz;
    return settings;
}

// Runs marks here from `first` on through a tie; those there come up to `ahead` of them.
struct Road {
    Road(const TwoClocks& clocks, const TwoClocksOptions& options, std::size_t first = 0, double ahead = 1e9)
        : tie(settings_of(options)) {
        if (ahead > 0) tie.anchor_at(clocks.marks_here[first].time);
        std::size_t next = 0;
        for (std::size_t i = first; i < clocks.marks_here.size(); ++i) {
            const auto upto = clocks.there_at(clocks.moments[i] + 0.008 + ahead);
            for (; next < clocks.marks_there.size(); ++next) {
                const auto& mark = clocks.marks_there[next];
                if (proto::before(upto, mark.time)) break;
                tie.there(mark);
            }
            if (tie.awaits_anchor()) tie.anchor_at(clocks.marks_here[first].time);
            const auto settled = tie.settle(clocks.marks_here[i]);
            outcomes.push_back(settled.outcome);
            strays += settled.strays;
            at.push_back(tie.at(clocks.marks_here[i].time, 0));
        }
    }
    std::size_t count(Outcome outcome) const {
        return static_cast<std::size_t>(std::ranges::count(outcomes, outcome));
    }
    ClockTie tie;
    std::vector<Outcome> outcomes;  // by mark here
    std::vector<std::optional<TiedTime>> at;
    std::size_t strays = 0;
};

// A straight line through the true readings of 30 marks on either side: what the clock there showed, the
// slow way.
double line_through_neighbours_ns(const TwoClocks& clocks, std::size_t i) {
    double n = 0, x = 0, y = 0, xx = 0, xy = 0;
    const double origin = clocks.moments[i];
    const double base = clocks.seconds_there(origin);
    for (std::size_t j = i - 30; j <= i + 30; ++j) {
        if (!clocks.seen_there[j]) continue;
        const double u = clocks.moments[j] - origin;
        const double v = clocks.seconds_there(clocks.moments[j]) - base - u;
        n += 1, x += u, y += v, xx += u * u, xy += u * v;
    }
    const double slope = (n * xy - x * y) / (n * xx - x * x);
    return (y - slope * x) / n * 1e9;
}

}  // namespace

TEST_CASE("a tie finds its pairs and never gives a time that is wrong by more than it says", "[property]") {
    const auto seed = GENERATE(range(1, 9));
    TwoClocksOptions options;
    options.error_ppm = seed % 2 == 0 ? 20 : -20;
    options.wander_ppm = 0.05;
    options.missed_there = 0.05;
    options.extra_there = 0.05;
    options.duplicate_there = 0.05;
    options.with_cycle_ids = seed % 3 == 0;
    options.there_hz = seed % 4 < 2 ? 62.5e6 : 250e6;
    const TwoClocks clocks(static_cast<std::uint64_t>(seed), options);
    // The clock there, or the one here, has been running for longer.
    const Road road(clocks, options, seed % 4 == 1 ? 25 : 0);
    CHECK(road.count(Outcome::LOCKED) == 1);
    CHECK(road.count(Outcome::STEPPED) == 0);
    CHECK(road.count(Outcome::DOUBTED) == 0);
    const std::size_t first = seed % 4 == 1 ? 25 : 0;
    std::size_t placed = 0;
    std::size_t predicted = 0;
    for (std::size_t k = 0; k < road.at.size(); ++k) {
        if (!road.at[k]) continue;
        ++placed;
        const std::size_t i = k + first;
        const double off = clocks.off_ns(road.at[k]->time, clocks.moments[i]);
        CHECK(std::abs(off) < 5 * std::hypot(road.at[k]->uncertainty_ns, options.noise_ns, 8));
        if (clocks.seen_there[i] || i < 60 || i + 30 >= clocks.moments.size()) continue;
        ++predicted;
        CHECK(std::abs(off - line_through_neighbours_ns(clocks, i)) < 25);
    }
    // The pattern of 32 marks is sought at every eighth, behind a head start of up to 25.
    CHECK(placed > road.at.size() - 70);
    CHECK(predicted > 5);
    CHECK(road.tie.frequency_error() * 1e6 == Approx(options.error_ppm).margin(0.1));
}

TEST_CASE("a tie locks on the right marks when one clock was heard long before the other") {
    TwoClocksOptions options;
    options.marks = 900;
    const TwoClocks clocks(11, options);
    const Road road(clocks, options, 500, 0);
    REQUIRE(road.count(Outcome::LOCKED) == 1);
    for (std::size_t k = 0; k < road.at.size(); ++k)
        if (road.at[k]) CHECK(std::abs(clocks.off_ns(road.at[k]->time, clocks.moments[k + 500])) < 50);
}

TEST_CASE("where marks do not jitter, only cycle ids tie clocks") {
    TwoClocksOptions options;
    options.jitter_us = 0;
    options.with_cycle_ids = GENERATE(false, true);
    const TwoClocks clocks(3, options);
    const Road road(clocks, options);
    CHECK(road.count(Outcome::LOCKED) == (options.with_cycle_ids ? 1 : 0));
    if (!options.with_cycle_ids)
        for (const auto& time : road.at)
            CHECK_FALSE(time.has_value());
}

TEST_CASE("a clock that is set makes its slots suspect and is tied anew") {
    TwoClocksOptions options;
    options.step_at_s = 5.1;
    options.step_s = GENERATE(3e-6, 4.4e-3, 2.0);
    options.with_cycle_ids = GENERATE(false, true);
    const TwoClocks clocks(5, options);
    const Road road(clocks, options, 0, 0);
    CHECK(road.count(Outcome::STEPPED) == 1);
    CHECK(road.count(Outcome::LOCKED) == 2);
    REQUIRE(road.at.back().has_value());
    std::size_t wrong_unsaid = 0;
    for (std::size_t k = 0; k < road.at.size(); ++k) {
        if (!road.at[k] || road.at[k]->suspect) continue;
        if (std::abs(clocks.off_ns(road.at[k]->time, clocks.moments[k])) > 100) ++wrong_unsaid;
    }
    // Two slots may pass before a mark that stays away is noticed to have gone elsewhere.
    CHECK(wrong_unsaid <= (options.step_s > 1e-3 ? 2 : 0));
}

TEST_CASE("a tie without marks goes on with growing uncertainty, then gives up") {
    TwoClocksOptions options;
    options.marks = 60 * 60;
    TwoClocks clocks(6, options);
    const auto last = clocks.there_at(6);
    std::erase_if(clocks.marks_there, [&](const SeenMark& m) { return proto::before(last, m.time); });
    const Road road(clocks, options);
    CHECK(road.count(Outcome::FADED) == 1);
    CHECK_FALSE(road.at.back().has_value());
    double before = 0;
    for (std::size_t k = 310; k < 600; ++k) {
        REQUIRE(road.at[k].has_value());
        CHECK(road.at[k]->uncertainty_ns > before);
        CHECK(std::abs(clocks.off_ns(road.at[k]->time, clocks.moments[k])) < 5 * road.at[k]->uncertainty_ns);
        before = road.at[k]->uncertainty_ns;
    }
}

TEST_CASE("what a tie finds does not depend on how far ahead the marks there arrive", "[property]") {
    TwoClocksOptions options;
    options.missed_there = 0.05;
    options.extra_there = 0.05;
    options.step_at_s = 6;
    options.step_s = 5e-6;
    const TwoClocks clocks(8, options);
    const Road close(clocks, options, 0, 0);
    const Road far(clocks, options, 0, 3);
    CHECK(close.outcomes == far.outcomes);
    for (std::size_t k = 0; k < close.at.size(); ++k) {
        REQUIRE(close.at[k].has_value() == far.at[k].has_value());
        if (close.at[k]) CHECK(close.at[k]->time == far.at[k]->time);
    }
}

TEST_CASE("a mark that the reference missed is supplied by the tied clock") {
    TwoClocksOptions options;
    const TwoClocks clocks(9, options);
    ClockTie tie(settings_of(options));
    tie.anchor_at(clocks.marks_here.front().time);
    for (const auto& mark : clocks.marks_there)
        tie.there(mark);
    for (std::size_t i = 0; i < 200; ++i)
        tie.settle(clocks.marks_here[i]);
    const auto expected = clocks.here_at(clocks.moments[200] + 40e-6);
    const auto seen = tie.supply(expected, 200e-6 * options.here_hz);
    REQUIRE(seen.has_value());
    const double off_ns = proto::ticks_between(seen->time, clocks.here_at(clocks.moments[200])) * 4;
    CHECK(std::abs(off_ns) < 5 * seen->uncertainty_ns);
    REQUIRE(tie.at(seen->time, 0).has_value());
    CHECK(tie.at(seen->time, 0)->time == clocks.marks_there[200].time);
    CHECK_FALSE(tie.supply(expected, 200e-6 * options.here_hz).has_value());  // it is taken
    CHECK(tie.settle(clocks.marks_here[201]).outcome == Outcome::PAIRED);
}

}  // namespace spillgate::daq::test
