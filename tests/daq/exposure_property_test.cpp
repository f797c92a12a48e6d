// Over random sequences of faults: exposure, counts and POT agree with a count from the truth; slots are
// numbered alike by daemons that miss different marks; nothing depends on how the stream was delivered.
#include <cstdlib>
#include <iostream>
#include <limits>

#include <catch2/catch.hpp>

#include "tests/daq/random_facility.hpp"

namespace spillgate::daq::test {
namespace {

using proto::bit;
using proto::SlotQuality;

// SPILLGATE_SEED repeats a sequence that failed.
std::uint64_t first_seed() {
    const char* given = std::getenv("SPILLGATE_SEED");
    return given != nullptr ? std::strtoull(given, nullptr, 10) : 20260101;
}
int sequences(int n) {
    return std::getenv("SPILLGATE_SEED") != nullptr ? 1 : n;
}

FacilityOptions options_of(std::uint64_t seed) {
    FacilityOptions options;
    options.with_cycle_ids = (seed & 1) != 0;
    options.charge_offset = (seed & 2) != 0 ? -1 : 0;
    options.is_self_triggered = (seed & 4) != 0;
    options.fault_rate = (seed & 8) != 0 ? 0.1 : 0.02;
    return options;
}

struct Sums {
    std::uint64_t slots = 0;
    std::uint64_t in_time = 0;
    std::uint64_t anti_coincident = 0;
    std::uint64_t spills = 0;
    std::int64_t e_c = 0;
    std::int64_t e_ac = 0;
    std::int64_t pot_pc = 0;
    bool operator==(const Sums&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Sums& s) {
    return out << s.slots << " slots, C " << s.in_time << ", AC " << s.anti_coincident << ", spills "
               << s.spills << ", E_C " << s.e_c << ", E_AC " << s.e_ac << ", " << s.pot_pc << " pC";
}

// A window is live if its slot is complete and has none of the rejected quality bits.
Sums from_verdicts(const std::vector<proto::Verdict>& verdicts, std::uint32_t rejected) {
    Sums sums;
    for (const auto& verdict : verdicts) {
        if ((verdict.quality & rejected) != 0 || verdict.disposition != wire::COMPLETE) continue;
        ++sums.slots;
        if (verdict.is_spill()) {
            ++sums.spills;
            if (verdict.charge_state == wire::CHARGE_MEASURED) sums.pot_pc += verdict.charge_pc;
        }
        for (const auto& window : verdict.windows) {
            if (window.truncated) continue;
            if (window.kind == wire::IN_TIME) ++sums.in_time, sums.e_c += window.roi_ticks;
            if (window.kind == wire::ANTI_COINCIDENT) ++sums.anti_coincident, sums.e_ac += window.roi_ticks;
        }
    }
    return sums;
}

Sums from_truth(const std::vector<ExpectedSlot>& slots, std::uint32_t rejected, std::int64_t c_ticks,
                std::int64_t ac_ticks) {
    Sums sums;
    for (const auto& slot : slots) {
        if ((slot.quality & rejected) != 0 || slot.disposition != wire::COMPLETE) continue;
        ++sums.slots;
        if (slot.spill) {
            ++sums.spills;
            if (slot.charge_state == wire::CHARGE_MEASURED) sums.pot_pc += slot.charge_pc;
        }
        if (slot.in_time) ++sums.in_time, sums.e_c += c_ticks;
        if (slot.anti_coincident) ++sums.anti_coincident, sums.e_ac += ac_ticks;
    }
    return sums;
}

}  // namespace

TEST_CASE("exposure, counts and POT agree with a count from the truth under every mask", "[property]") {
    const std::uint64_t seed0 = first_seed();
    std::cout << "seed " << seed0 << '\n';
    for (int i = 0; i < sequences(400); ++i) {
        const std::uint64_t seed = seed0 + static_cast<std::uint64_t>(i);
        CAPTURE(seed);
        const auto options = options_of(seed);
        const RandomFacility facility(seed, options);
        Bench bench(facility.config());
        bench.run(facility.stream());
        const auto expected = facility.expected();
        REQUIRE(bench.outlet.verdicts.size() == expected.size());
        std::uint64_t dispositions_agree = 0;
        for (std::size_t n = 0; n < expected.size(); ++n) {
            CAPTURE(n);
            const auto& verdict = bench.verdict(n);
            REQUIRE(wire::Disposition_Name(verdict.disposition) ==
                    wire::Disposition_Name(expected[n].disposition));
            REQUIRE(verdict.quality == expected[n].quality);
            REQUIRE(verdict.charge_state == expected[n].charge_state);
            ++dispositions_agree;
        }
        CHECK(dispositions_agree == expected.size());
        const std::int64_t c_ticks = options.is_self_triggered ? 2500 : in_time_roi;
        const std::int64_t ac_ticks = options.is_self_triggered ? 2500 : ac_roi;
        const std::uint32_t beam = bit(SlotQuality::NO_BEAM) | bit(SlotQuality::VETOED);
        const std::uint32_t marks = bit(SlotQuality::EXTRA_MARK) | bit(SlotQuality::DUPLICATE_MARK);
        const std::uint32_t charge = bit(SlotQuality::CHARGE_MISSING) | bit(SlotQuality::CHARGE_UNCORRECTED);
        for (const std::uint32_t rejected : {0u, beam, marks, charge, beam | marks | charge})
            CHECK(from_verdicts(bench.outlet.verdicts, rejected) ==
                  from_truth(expected, rejected, c_ticks, ac_ticks));
        const auto totals = bench.pipeline.statistics().ledger.totals();
        const Sums all = from_truth(expected, 0, c_ticks, ac_ticks);
        CHECK(totals.in_time_roi_ticks() == all.e_c);
        CHECK(totals.anti_coincident_roi_ticks() == all.e_ac);
        CHECK(totals.charge_recorded_pc() == all.pot_pc);
        CHECK(bench.labels_hold(facility.true_marks(), options.is_self_triggered ? us(20) : 0));
    }
}

TEST_CASE("no fault counter forgets or invents", "[property]") {
    const std::uint64_t seed0 = first_seed() + 1000;
    std::cout << "seed " << seed0 << '\n';
    for (int i = 0; i < sequences(100); ++i) {
        const std::uint64_t seed = seed0 + static_cast<std::uint64_t>(i);
        CAPTURE(seed);
        const RandomFacility facility(seed, options_of(seed));
        Bench bench(facility.config());
        bench.run(facility.stream());
        std::uint64_t missed = 0, stray = 0, duplicate = 0, extra = 0, missing = 0, other = 0;
        const auto expected = facility.expected();
        for (std::size_t n = 0; n < expected.size(); ++n) {
            const auto& slot = facility.truth()[n];
            missed += !slot.mark_on_time;
            stray += slot.mark_stray;
            duplicate += slot.duplicate;
            extra += slot.mark_on_time ? slot.extra.size() : 0;
            missing += expected[n].charge_state == wire::CHARGE_MISSING;
            other += (expected[n].quality & bit(SlotQuality::OTHER_TARGET)) != 0 ? 1 : 0;
        }
        CHECK(bench.fault("mark-missed") == missed);
        CHECK(bench.fault("mark-out-of-tolerance") == stray);
        CHECK(bench.fault("mark-duplicate") == duplicate);
        CHECK(bench.fault("mark-extra") == extra);
        CHECK(bench.fault("charge-missing") == missing);
        CHECK(bench.fault("flavour-not-ours") == other);
        CHECK(bench.fault("time-backwards") == 0);
        CHECK(bench.fault("far-future-timestamp") == 0);
    }
}

TEST_CASE("daemons that each miss different marks number slots alike", "[property]") {
    const std::uint64_t seed0 = first_seed() + 2000;
    std::cout << "seed " << seed0 << '\n';
    for (int i = 0; i < sequences(100); ++i) {
        const std::uint64_t seed = seed0 + static_cast<std::uint64_t>(i);
        CAPTURE(seed);
        auto options = options_of(seed);
        options.slots = 300;
        const RandomFacility facility(seed, options);
        std::mt19937_64 random(seed);
        // The lead saw marks 0–3 and set the start half a period after mark 3.
        StartRule rule;
        rule.not_before = at(grid(3.5));
        std::map<std::size_t, std::int64_t> number_of[2];
        for (auto& numbers : number_of) {
            std::vector<bool> missed(300, false);
            for (std::size_t n = 4; n < 300; ++n)
                missed[n] = random() % 8 == 0;
            const std::size_t burst = 4 + random() % 200;
            for (std::size_t n = burst; n < burst + 90; ++n)
                missed[n] = true;
            Bench bench(facility.config());
            bench.run(facility.stream(missed), rule);
            for (const auto& verdict : bench.outlet.verdicts) {
                const auto index = static_cast<std::size_t>(
                    std::llround((static_cast<double>(verdict.t0.ticks) - grid(0)) / period));
                numbers[index] = static_cast<std::int64_t>(verdict.slot);
                CHECK_FALSE(verdict.has(SlotQuality::SLOT_ESTIMATED));
                REQUIRE(verdict.slot + 4 == index);
            }
        }
        CHECK(number_of[0] == number_of[1]);
    }
}

TEST_CASE("output does not depend on batch boundaries or on how boards interleave", "[property]") {
    const std::uint64_t seed0 = first_seed() + 3000;
    std::cout << "seed " << seed0 << '\n';
    for (int i = 0; i < sequences(60); ++i) {
        const std::uint64_t seed = seed0 + static_cast<std::uint64_t>(i);
        CAPTURE(seed);
        const RandomFacility facility(seed, options_of(seed));
        auto config = facility.config();
        REQUIRE(google::protobuf::TextFormat::MergeFromString(
            "board { id: 1 sample_rate_mhz: 25 bits: 14 } channel { name: 'b' board: 1 channel: 5 }"
            // The boards may run apart by more than the whole stream.
            "buffers { open_slots: 1000 }",
            &config));
        Stream second(1);
        second.end = facility.stream().end;
        for (const auto& slot : facility.truth())
            if (slot.record) second.trace(slot.time - 500, 100, 5, 99);

        std::mt19937_64 random(seed);
        std::vector<std::string> reference;
        for (int delivery = 0; delivery < 4; ++delivery) {
            const auto first = facility.stream();
            const auto cut = [&](const Stream& stream) {
                std::vector<double> cuts;
                const auto count = delivery == 0 ? 1 : random() % 400;
                for (std::size_t c = 0; c < count; ++c)
                    cuts.push_back(
                        std::floor(std::uniform_real_distribution<double>(frequency_hz, stream.end)(random)));
                return stream.batches(cuts);
            };
            std::vector<hw::Batch> boards[2] = {cut(first), cut(second)};
            Bench bench(config, {board_info(0), board_info(1)});
            bench.pipeline.begin(7, {});
            // Boards take turns at random.
            std::size_t next[2] = {0, 0};
            while (next[0] < boards[0].size() || next[1] < boards[1].size()) {
                int b = static_cast<int>(random() % 2);
                if (next[b] == boards[b].size()) b = 1 - b;
                bench.pipeline.accept(std::move(boards[b][next[b]]), bench.outlet);
                ++next[b];
            }
            bench.finish();
            if (delivery == 0)
                reference = bench.outlet.raw;
            else
                CHECK((bench.outlet.raw == reference));
        }
        CHECK(reference.size() > 100);
    }
}

}  // namespace spillgate::daq::test
