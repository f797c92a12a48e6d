// How often and when things happen in the simulation, from its truth lists, marks and charges. Bounds are
// five standard deviations unless said.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "tests/hw/truth_reader.hpp"

using namespace spillgate;
using namespace spillgate::hw::testing;

namespace {

std::map<std::string, double> counts_of(const std::vector<TruthLine>& truth) {
    std::map<std::string, double> counts;
    for (const auto& line : truth)
        counts[line.kind] += 1;
    return counts;
}

void check_count(double seen, double expected) {
    CHECK(seen == Approx(expected).margin(5 * std::sqrt(expected) + 1e-9));
}

void check_fraction(double seen, double of, double fraction) {
    CHECK(seen == Approx(of * fraction).margin(5 * std::sqrt(of * fraction * (1 - fraction))));
}

// Times in ns after the marks of their cycles.
std::vector<double> after_mark_ns(const std::vector<TruthLine>& truth, const std::string& kind) {
    std::map<std::uint64_t, std::int64_t> marks;
    for (const auto& line : truth)
        if (line.kind == "mark") marks[line.cycle] = line.ticks;
    std::vector<double> times;
    for (const auto& line : truth)
        if (line.kind == kind) times.push_back(static_cast<double>(line.ticks - marks.at(line.cycle)) * 2);
    return times;
}

double mean_of(const std::vector<double>& values) {
    double sum = 0;
    for (const double v : values)
        sum += v;
    return sum / static_cast<double>(values.size());
}

double sigma_of(const std::vector<double>& values) {
    const double mean = mean_of(values);
    double sum = 0;
    for (const double v : values)
        sum += (v - mean) * (v - mean);
    return std::sqrt(sum / static_cast<double>(values.size()));
}

}  // namespace

TEST_CASE("everything happens at its stated rate and size", "[hw]") {
    auto board = timing_board(6000);  // 100 s
    auto& pmt = *board.mutable_simulation()->mutable_pmt();
    pmt.set_dark_rate_hz(300);
    pmt.set_steady_rate_hz(100);
    pmt.set_large_rate_hz(20);
    pmt.set_cherenkov_rate_hz(30);
    pmt.set_muon_rate_hz(40);
    pmt.set_muon_through_fraction(0.25);
    pmt.set_cevns_per_spill(0.5);
    pmt.set_neutrons_per_spill(0.2);
    const auto simulated = simulate_with_truth(board);
    auto counts = counts_of(simulated.truth);
    const double cycles = counts["mark"];
    CHECK(cycles == 6002);  // and the one before and after, whose light could be seen
    const double seconds = cycles / 60;
    check_count(counts["dark"], 300 * seconds);
    check_count(counts["steady"], 100 * seconds);
    check_count(counts["large"], 20 * seconds + 0.25 * 40 * seconds);
    check_count(counts["cherenkov"], 30 * seconds);
    check_count(counts["muon"], 40 * seconds);
    check_count(counts["cevns-prompt"], 0.25 * 0.5 * cycles);
    check_count(counts["cevns-delayed"], 0.75 * 0.5 * cycles);
    check_count(counts["beam-neutron"], 0.2 * cycles);

    std::map<std::string, double> pe;
    for (const auto& line : simulated.truth)
        pe[line.kind] += line.n_pe;
    CHECK(pe["dark"] == counts["dark"]);
    // Exponential and Poisson: the spread is about the mean itself; 1 PE at least adds little.
    CHECK(pe["steady"] / counts["steady"] == Approx(30).epsilon(0.06));
    CHECK(pe["large"] / counts["large"] == Approx(3000).epsilon(0.1));
    CHECK(pe["cherenkov"] / counts["cherenkov"] == Approx(10).epsilon(0.03));
    CHECK(pe["beam-neutron"] / counts["beam-neutron"] == Approx(20).epsilon(0.16));

    // Steady things are spread evenly over the cycle: their mean time lies in its middle.
    const auto dark = after_mark_ns(simulated.truth, "dark");
    CHECK(mean_of(dark) ==
          Approx(0).margin(5 * 16.67e6 / std::sqrt(12.0 * static_cast<double>(dark.size()))));
    CHECK(sigma_of(dark) == Approx(16.67e6 / std::sqrt(12.0)).epsilon(0.02));
}

TEST_CASE("signal follows the protons with the lifetimes of pion and muon", "[hw]") {
    auto board = timing_board(3000);
    auto& beam = *board.mutable_simulation()->mutable_beam();
    beam.set_beam_delay_ns(1000);
    auto& pmt = *board.mutable_simulation()->mutable_pmt();
    pmt.set_cevns_per_spill(8);
    pmt.set_neutrons_per_spill(2);
    const double sigma = 380 / 2.35482;
    const double middle = 1000 + 2.5 * sigma;
    const auto truth = simulate_with_truth(board).truth;
    const auto neutrons = after_mark_ns(truth, "beam-neutron");
    const auto prompt = after_mark_ns(truth, "cevns-prompt");
    const auto delayed = after_mark_ns(truth, "cevns-delayed");
    // Truth times are whole ticks, rounded down.
    CHECK(mean_of(neutrons) == Approx(middle + 300).margin(15));
    CHECK(sigma_of(neutrons) == Approx(sigma).epsilon(0.05));
    CHECK(mean_of(prompt) - mean_of(neutrons) == Approx(26 - 300).margin(20));
    CHECK(sigma_of(prompt) == Approx(std::hypot(sigma, 26)).epsilon(0.05));
    CHECK(mean_of(delayed) - mean_of(prompt) == Approx(2197).epsilon(0.05));
    CHECK(sigma_of(delayed) == Approx(std::hypot(sigma, 2197)).epsilon(0.06));
    CHECK(*std::min_element(delayed.begin(), delayed.end()) > 0);
}

TEST_CASE("two bunches are seen apart", "[hw]") {
    auto board = timing_board(1500);
    auto& beam = *board.mutable_simulation()->mutable_beam();
    beam.set_repetition_hz(25);
    beam.set_bunches(2);
    beam.set_bunch_spacing_ns(410);
    beam.set_pulse_fwhm_ns(80);
    board.mutable_simulation()->mutable_pmt()->set_neutrons_per_spill(2);
    double first = 0, second = 0, between = 0;
    for (const double t : after_mark_ns(simulate_with_truth(board).truth, "beam-neutron")) {
        const double after = t - 300 - 2.5 * 80 / 2.35482;
        first += std::abs(after) < 120;
        second += std::abs(after - 410) < 120;
        between += after > 150 && after < 260;
    }
    check_count(first, 1500);
    check_count(second, 1500);
    CHECK(between < 5);
}

TEST_CASE("no signal comes with slots that bring no protons to our target", "[hw]") {
    auto board = timing_board(1000);
    auto& beam = *board.mutable_simulation()->mutable_beam();
    beam.set_no_beam_fraction(0.2);
    beam.set_veto_fraction(0.2);
    beam.mutable_holes()->set_cycle(4);
    beam.mutable_holes()->add_phase(3);
    board.mutable_simulation()->mutable_pmt()->set_cevns_per_spill(5);
    std::set<std::uint64_t> without, with;
    for (const auto& line : simulate_with_truth(board).truth) {
        if (line.kind == "no-beam" || line.kind == "vetoed" || line.kind == "other-target")
            without.insert(line.cycle);
        if (line.kind == "other-target") CHECK(line.cycle % 4 == 3);
        if (line.kind.starts_with("cevns")) with.insert(line.cycle);
    }
    CHECK(without.size() > 400);
    CHECK(with.size() > 400);
    for (const auto cycle : with)
        CHECK_FALSE(without.contains(cycle));
}

TEST_CASE("marks jitter, drift and fail as configured", "[hw]") {
    auto board = timing_board(20'000);
    auto& beam = *board.mutable_simulation()->mutable_beam();
    beam.set_missed_fraction(0.05);
    beam.set_extra_fraction(0.03);
    beam.set_duplicate_fraction(0.04);
    beam.set_no_beam_fraction(0.02);
    beam.set_charge_missing_fraction(0.06);
    beam.set_veto_fraction(0.01);
    double extra = 0, duplicates = 0, charges = 0, no_beam = 0, vetoed = 0;
    std::map<std::uint64_t, double> residuals;  // ns from the facility's even grid
    for (const auto& batch : simulate(board)) {
        for (const auto& mark : batch.marks) {
            if (!mark.cycle_id) {
                extra += 1;
                continue;
            }
            const double grid = static_cast<double>(*mark.cycle_id) * 500e6 / 60;
            const double ticks = static_cast<double>(mark.time.ticks) + mark.time.fraction / 65536.0;
            duplicates += !residuals.emplace(*mark.cycle_id, (ticks - grid) * 2).second;
        }
        for (const auto& charge : batch.charges) {
            charges += 1;
            no_beam += charge.flavour == 0;
            vetoed += charge.facility_veto;
            CHECK((charge.charge_pc == 0) == (charge.flavour == 0 || charge.facility_veto));
        }
    }
    check_fraction(static_cast<double>(residuals.size()), 20'000, 0.95);
    check_fraction(extra, 20'000, 0.03);
    check_fraction(duplicates, 20'000, 0.04 * 0.95);
    check_fraction(charges, 20'000, 0.94);
    check_fraction(no_beam, charges, 0.02);
    check_fraction(vetoed, charges, 0.01);
    std::vector<double> jitter;
    for (const auto& [cycle, residual] : residuals)
        jitter.push_back(residual);
    CHECK(mean_of(jitter) == Approx(0).margin(5 * 25'000 / std::sqrt(20'000.0)));
    CHECK(sigma_of(jitter) == Approx(25'000).epsilon(0.03));
}

TEST_CASE("the mark wanders slowly by its drift", "[hw]") {
    auto board = timing_board(1800);  // 30 s: half of a turn of 60 s
    board.mutable_simulation()->mutable_beam()->set_jitter_ns(0);
    board.mutable_simulation()->mutable_beam()->set_drift_ns(2e6);
    for (const auto& batch : simulate(board)) {
        for (const auto& mark : batch.marks) {
            const auto cycle = static_cast<double>(*mark.cycle_id);
            const double expected = 2e6 * std::sin(2 * M_PI * cycle / 3600);
            CHECK((static_cast<double>(mark.time.ticks) - cycle * 500e6 / 60) * 2 ==
                  Approx(expected).margin(4));
        }
    }
}

TEST_CASE("with offset -1 each charge, flavour and veto comes one mark later", "[hw]") {
    auto board = timing_board(300);
    auto& beam = *board.mutable_simulation()->mutable_beam();
    beam.set_no_beam_fraction(0.2);
    beam.set_veto_fraction(0.1);
    const auto reports = [&](int offset) {
        beam.set_charge_offset(offset);
        std::map<std::uint64_t, std::tuple<std::int64_t, std::uint32_t, bool>> by_cycle;
        for (const auto& batch : simulate(board))
            for (const auto& c : batch.charges)
                by_cycle[*c.cycle_id] = {c.charge_pc, c.flavour, c.facility_veto};
        return by_cycle;
    };
    const auto at_once = reports(0);
    const auto late = reports(-1);
    REQUIRE(at_once.size() == 300);
    std::size_t compared = 0;
    for (const auto& [cycle, report] : at_once) {
        if (!late.contains(cycle + 1)) continue;
        CHECK(late.at(cycle + 1) == report);
        ++compared;
    }
    CHECK(compared == 299);
}

TEST_CASE("an acceleration whose charge could not be recorded is refused", "[hw]") {
    auto board = timing_board(10);
    board.mutable_simulation()->set_acceleration(3e5);
    const auto refused = hw::make_source(board, {});
    REQUIRE(refused.has_error());
    CHECK(refused.error().kind == proto::ErrorKind::CONFIG);
    CHECK_THAT(refused.error().message, Catch::Contains("acceleration 300000"));
    board.mutable_simulation()->set_acceleration(2e4);
    CHECK(hw::make_source(board, {}).has_value());
}

TEST_CASE("acceleration scales the beam's deposits and the reported charge alike, and nothing else", "[hw]") {
    const auto totals = [](double acceleration) {
        auto board = timing_board(2000);
        board.mutable_simulation()->set_acceleration(acceleration);
        board.mutable_simulation()->mutable_pmt()->set_cevns_per_spill(0.01);
        board.mutable_simulation()->mutable_pmt()->set_neutrons_per_spill(0.005);
        board.mutable_simulation()->mutable_pmt()->set_steady_rate_hz(50);
        const auto simulated = simulate_with_truth(board);
        auto counts = counts_of(simulated.truth);
        counts["charge"] = 0;
        for (const auto& batch : simulated.batches)
            for (const auto& charge : batch.charges)
                counts["charge"] += static_cast<double>(charge.charge_pc);
        return counts;
    };
    auto plain = totals(1);
    auto fast = totals(200);
    CHECK(fast["charge"] / plain["charge"] == Approx(200).epsilon(1e-6));
    check_count(fast["cevns-prompt"] + fast["cevns-delayed"], 0.01 * 200 * 2002);
    check_count(fast["beam-neutron"], 0.005 * 200 * 2002);
    check_count(plain["cevns-prompt"] + plain["cevns-delayed"], 0.01 * 2002);
    CHECK(fast["steady"] == plain["steady"]);
}
