// Which mark a report belongs to: by cycle id, by a label tied to the marks, by arrival; and what belongs to
// none.
#include "hw/beam/report_matcher.hpp"

#include <cmath>
#include <map>
#include <random>
#include <string>

#include <catch2/catch.hpp>

namespace spillgate::hw::beam {
namespace {

constexpr double frequency_hz = 250e6;
constexpr double period = frequency_hz / 60;
constexpr std::int64_t host_offset_ns = 77'000'000'000;

proto::ClockTime at(double ticks) {
    return proto::advanced({1, 0, 0, 0}, std::llround(ticks));
}

// A board that is read every `read_ms` and a facility whose reports arrive 2 ms after their marks.
struct Scene : MatcherListener {
    explicit Scene(double read_ms) : read_ticks(read_ms * 1e-3 * frequency_hz) {}

    void charge(const Charge& charge) override { charges.push_back(charge); }
    void count(std::string_view name) override { ++counts[std::string(name)]; }

    static std::int64_t host_ns(double ticks) {
        return host_offset_ns + std::llround(ticks * 1e9 / frequency_hz);
    }
    Report& report(double arrival_ticks, std::optional<std::uint64_t> cycle) {
        Report made;
        made.cycle_id = cycle;
        made.arrival_ns = host_ns(arrival_ticks);
        made.has_charge = true;
        made.charge_pc = static_cast<std::int64_t>(cycle.value_or(0));
        coming.push_back(made);
        return coming.back();
    }
    void mark(double ticks, std::optional<std::uint64_t> cycle = {}) {
        Mark made;
        made.time = at(ticks);
        made.cycle_id = cycle;
        marks.push_back(made);
        own_ids = own_ids || cycle;
    }
    static double place(int n) {  // of mark n, with a jitter of some 20 μs
        return frequency_hz + n * period + 5000 * std::sin(n * 7.0);
    }
    // Cycle n with id 1000 + n.
    void good_cycle(int n) {
        mark(place(n));
        report(place(n) + latency, 1000 + n);
    }
    void run(double until) {
        std::size_t next_report = 0;
        std::size_t next_mark = 0;
        std::ranges::stable_sort(coming, {}, [](const Report& r) { return *r.arrival_ns; });
        for (double read = read_ticks; read < until; read += read_ticks) {
            // A read-out takes 1 ms; the reports that came meanwhile are there.
            const std::int64_t now = host_ns(read) + 1'000'000;
            tie.observe(at(read), now);
            for (; next_report < coming.size() && *coming[next_report].arrival_ns <= now; ++next_report)
                matcher.report(coming[next_report]);
            std::vector<Mark> batch;
            for (; next_mark < marks.size() && proto::before(marks[next_mark].time, at(read)); ++next_mark)
                batch.push_back(marks[next_mark]);
            matcher.pass(batch, own_ids, at(read), tie, 0, *this);
            passed.insert(passed.end(), batch.begin(), batch.end());
        }
    }

    double read_ticks;
    double latency = 2e-3 * frequency_hz;
    HostTie tie{frequency_hz};
    ReportMatcher matcher{MatcherSettings{frequency_hz, period, 200e-6 * frequency_hz, 2e-3 * frequency_hz}};
    std::vector<Report> coming;
    std::vector<Mark> marks;
    bool own_ids = false;
    std::vector<Mark> passed;
    std::vector<Charge> charges;
    std::map<std::string, int> counts;
};

}  // namespace

TEST_CASE("reports of a bank-read digitizer's marks find them, and give them their cycle ids") {
    for (const double read_ms : {2.0, 20.0, 50.0}) {
        CAPTURE(read_ms);
        Scene scene(read_ms);
        for (int n = 0; n < 100; ++n)
            scene.good_cycle(n);
        scene.run(Scene::place(108));
        REQUIRE(scene.charges.size() == 100);
        CHECK(scene.matcher.is_tied());
        CHECK(scene.counts.empty());
        int labelled = 0;
        for (int n = 0; n < 100; ++n) {
            const auto i = static_cast<std::size_t>(n);
            CHECK(scene.charges[i].time == scene.passed[i].time);
            CHECK(scene.charges[i].charge_pc == 1000 + n);
            CHECK(!scene.charges[i].for_no_mark);
            CHECK(scene.charges[i].cycle_id == scene.passed[i].cycle_id);
            if (!scene.passed[i].cycle_id) continue;
            CHECK(scene.passed[i].cycle_id == 1000 + n);
            ++labelled;
        }
        // A mark that is delivered before its report comes has none.
        if (read_ms == 50) CHECK(labelled > 70);
    }
}

TEST_CASE("a late report finds its mark by its label, however late") {
    Scene scene(20);
    for (int n = 0; n < 150; ++n) {
        scene.good_cycle(n);
        if (n == 60) scene.coming.back().arrival_ns = Scene::host_ns(Scene::place(100) + 100);
    }
    scene.run(Scene::place(152));
    REQUIRE(scene.charges.size() == 150);
    int found = 0;
    for (const auto& charge : scene.charges)
        if (charge.charge_pc == 1060) {
            CHECK(charge.time == scene.passed[60].time);
            ++found;
        }
    CHECK(found == 1);
}

TEST_CASE("a report whose mark was missed says where the mark should have been") {
    Scene scene(20);
    for (int n = 0; n < 80; ++n) {
        if (n == 50)
            scene.report(Scene::place(n) + scene.latency, 1050);
        else
            scene.good_cycle(n);
    }
    scene.run(Scene::place(82));
    REQUIRE(scene.charges.size() == 80);
    const auto& charge = scene.charges[50];
    CHECK(charge.charge_pc == 1050);
    CHECK(!charge.for_no_mark);
    CHECK(!charge.cycle_id);
    CHECK(std::abs(proto::ticks_between(charge.time, at(Scene::place(50)))) < 200e-6 * frequency_hz);
}

TEST_CASE("a report of a cycle that never was is for no mark, and its neighbours keep their charge") {
    for (const bool own_ids : {false, true}) {
        CAPTURE(own_ids);
        Scene scene(20);
        for (int n = 0; n < 80; ++n) {
            scene.mark(Scene::place(n), own_ids ? std::optional<std::uint64_t>(1000 + n) : std::nullopt);
            scene.report(Scene::place(n) + scene.latency, 1000 + n);
            if (n % 20 == 10) scene.report(Scene::place(n) + period / 2, 1'000'000 + n);
        }
        scene.run(Scene::place(82));
        REQUIRE(scene.charges.size() == 84);
        int none = 0;
        for (const auto& charge : scene.charges) {
            CHECK(charge.for_no_mark == (charge.charge_pc >= 1'000'000));
            none += charge.for_no_mark;
        }
        CHECK(none == 4);
    }
}

TEST_CASE(
    "reports without a cycle id are tied by the time at their source, one between two pulses is of none") {
    Scene scene(20);
    for (int n = 0; n < 80; ++n) {
        scene.mark(Scene::place(n));
        auto& report = scene.report(Scene::place(n) + scene.latency, std::nullopt);
        report.source_utc_ns = 5'000'000'000 + std::llround(Scene::place(n) * 4);
        report.charge_pc = n;
    }
    auto& between = scene.report(Scene::place(40) + period / 2, std::nullopt);
    between.source_utc_ns = 5'000'000'000 + std::llround((Scene::place(40) + period / 2) * 4);
    between.charge_pc = 1000;
    scene.run(Scene::place(82));
    REQUIRE(scene.charges.size() == 81);
    for (const auto& charge : scene.charges) {
        CHECK(charge.for_no_mark == (charge.charge_pc == 1000));
        if (charge.charge_pc < 1000)
            CHECK(charge.time == scene.passed[static_cast<std::size_t>(charge.charge_pc)].time);
    }
}

TEST_CASE("when the facility counts anew the tie is undone and found again") {
    Scene scene(20);
    for (int n = 0; n < 120; ++n) {
        scene.mark(Scene::place(n));
        scene.report(Scene::place(n) + scene.latency, n < 60 ? 900'000 + n : n);
    }
    scene.run(Scene::place(122));
    CHECK(scene.matcher.is_tied());
    CHECK(scene.passed.back().cycle_id == 119);
    CHECK(scene.charges.size() == 120);
    CHECK(scene.counts == std::map<std::string, int>{{"beam-labels-untied", 1}});
    CHECK(scene.charges.back().time == scene.passed.back().time);
}

TEST_CASE("by arrival alone a report goes to the nearest mark within half a period") {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937_64 random(seed);
    std::uniform_real_distribution<double> spread(-0.35, 0.35);
    Scene scene(2);
    for (int n = 0; n < 80; ++n) {
        scene.mark(Scene::place(n));
        auto& report = scene.report(Scene::place(n) + scene.latency + spread(random) * period, std::nullopt);
        report.charge_pc = n;
    }
    scene.run(Scene::place(82));
    REQUIRE(scene.charges.size() == 80);
    for (const auto& charge : scene.charges)
        CHECK(charge.time == scene.passed[static_cast<std::size_t>(charge.charge_pc)].time);
}

TEST_CASE(
    "what cannot be tied to the stream is dropped and counted, and so is what the stream did not live to "
    "see") {
    Scene scene(20);
    scene.mark(Scene::place(0), 5);
    Report untied;
    untied.has_charge = true;
    scene.matcher.report(untied);
    Report ahead;
    ahead.cycle_id = 7;
    ahead.has_charge = true;
    scene.matcher.report(ahead);
    scene.run(Scene::place(2));
    CHECK(scene.counts == std::map<std::string, int>{{"beam-report-untied", 1}});
    scene.matcher.leave_epoch(scene);
    CHECK(scene.counts["beam-report-after-end"] == 1);
    CHECK(scene.charges.empty());
}

}  // namespace spillgate::hw::beam
