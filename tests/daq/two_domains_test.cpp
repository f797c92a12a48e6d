// Two boards whose clocks run apart, through the pipeline: every trace in its slot by its own clock's t0.
#include <catch2/catch.hpp>

#include "tests/daq/stream_bench.hpp"

namespace spillgate::daq::test {
namespace {

using proto::SlotQuality;

constexpr double there_hz = 62.5e6;
constexpr double ratio = there_hz / frequency_hz * (1 + 20e-6);
constexpr double there_zero = 5e11;  // reading of the other clock when this one was 0
constexpr std::uint32_t domain = 7;
constexpr int slots = 240;

double there(double ticks_here) {
    return there_zero + ticks_here * ratio;
}

std::vector<hw::SourceInfo> infos() {
    return {board_info(0), {1, "far", "bench", false, domain, there_hz}};
}

config::Config config_of(const std::string& gate) {
    return make_config(gate, "", R"(board { id: 1 clock_domain: 7 sample_rate_mhz: 62.5 bits: 14 }
                                    channel { name: "b" board: 1 channel: 0 })");
}

struct Facts {
    std::vector<double> marks;  // ticks here
    std::vector<bool> missed_here, missed_there;
};

Facts facts_of(std::uint64_t seed) {
    Facts facts;
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal(0, us(20));
    for (int i = 0; i < slots; ++i) {
        facts.marks.push_back(std::floor(grid(i) + normal(random)));
        facts.missed_here.push_back(i > 60 && i % 17 == 5);
        facts.missed_there.push_back(i > 60 && i % 13 == 4);
    }
    return facts;
}

struct Timed {
    double moment;
    hw::Batch batch;
};

// Board 1's readings are those of its own clock; its batches come when they can, up to 50 ms late.
std::vector<Timed> batches_of(const Facts& facts, std::uint64_t cut_seed, bool with_ids, double stop = 1e12) {
    Stream here(0);
    Stream far(1);
    here.end = grid(slots) - ms(1);
    far.end = there(here.end);
    for (int i = 0; i < slots; ++i) {
        const auto n = static_cast<std::size_t>(i);
        const auto id = with_ids ? std::optional<std::uint64_t>(i) : std::nullopt;
        const double mark = facts.marks[n];
        if (!facts.missed_here[n]) here.mark(mark, id);
        here.record(mark);
        here.charge(mark);
        if (mark > stop) continue;
        if (!facts.missed_there[n]) far.mark(there(mark), id);
        if (i % 19 == 3 && !facts.missed_there[n]) far.mark(there(mark) + 900, id);  // a duplicate
        if (i % 23 == 7) far.mark(there(mark + 0.4 * period), std::nullopt);         // and noise
        auto& trace = far.trace(std::floor(there(mark)) - 125, 250);
        trace.ticks_per_sample = 1;
    }
    std::mt19937_64 random(cut_seed);
    std::exponential_distribution<double> gap(1 / (0.6 * period));
    std::uniform_real_distribution<double> late(0, ms(50));
    std::vector<double> cuts_here, cuts_there;
    for (double t = frequency_hz / 2; t < here.end; t += gap(random))
        cuts_here.push_back(t);
    for (double t = frequency_hz / 2; t < here.end; t += gap(random))
        cuts_there.push_back(there(t));
    std::vector<Timed> all;
    for (auto& batch : here.batches(cuts_here)) {
        const double moment = static_cast<double>(batch.watermark.ticks);
        all.push_back({moment, std::move(batch)});
    }
    double delay = 0;
    for (auto& batch : far.batches(cuts_there)) {
        const double moment = (static_cast<double>(batch.watermark.ticks) - there_zero) / ratio;
        delay = std::max(moment + late(random), delay);
        batch.watermark.domain = domain;
        for (auto& trace : batch.traces)
            trace.first.domain = domain;
        for (auto& mark : batch.marks)
            mark.time.domain = domain;
        all.push_back({delay, std::move(batch)});
    }
    std::ranges::stable_sort(all, {}, &Timed::moment);
    return all;
}

void run(Bench& bench, std::vector<Timed> all) {
    bench.pipeline.begin(7, {});
    for (auto& timed : all)
        bench.pipeline.accept(std::move(timed.batch), bench.outlet);
    bench.finish();
}

}  // namespace

TEST_CASE("boards of two clock domains share slots, each by its own t0", "[property]") {
    const auto seed = GENERATE(1u, 2u);
    const bool with_ids = GENERATE(false, true);
    const auto facts = facts_of(seed);
    Bench bench(config_of(beam_triggered), infos());
    run(bench, batches_of(facts, seed, with_ids));
    REQUIRE(bench.outlet.verdicts.size() == slots);
    std::size_t first_tied = slots;
    for (std::size_t slot = 0; slot < slots; ++slot) {
        const auto& record = bench.record(slot);
        CHECK(static_cast<double>(record.t0.ticks) ==
              Approx(facts.marks[slot]).margin(facts.missed_here[slot] ? 25 : 0.5));
        const auto* clock = record.clock_of(domain);
        if (clock == nullptr) {
            CHECK(slot < first_tied);
            CHECK(record.traces.size() == 1);
            CHECK(bench.is(slot, wire::TRUNCATED));
            CHECK(bench.has(slot, SlotQuality::CLOCK_SUSPECT));
            continue;
        }
        first_tied = std::min(first_tied, slot);
        CHECK(slot - first_tied < slots);
        CHECK(bench.is(slot, wire::COMPLETE));
        CHECK_FALSE(bench.has(slot, SlotQuality::CLOCK_SUSPECT));
        REQUIRE(record.traces.size() == 2);
        const double off = static_cast<double>(clock->t0.ticks) - there(facts.marks[slot]);
        CHECK(std::abs(off) < (facts.missed_there[slot] ? 4 : 1.01));
        CHECK(clock->frequency_hz == Approx(frequency_hz * ratio).epsilon(1e-6));
        CHECK(clock->t0_uncertainty_ns < 200);
        for (const auto& trace : record.traces) {
            // C begins on the mark, in the middle of the record, by either clock.
            const auto begin = proto::sample_position(record, trace, 0);
            CHECK(std::abs(begin - (trace.board == 0 ? 50 : 125)) <= (facts.missed_here[slot] ? 8 : 4));
        }
    }
    CHECK(first_tied <= (with_ids ? 8 : 44));
    CHECK(bench.drop("mark-from-other-clock") > 5);
    CHECK(bench.fault("clock-drift") == 0);
    const auto ties = bench.pipeline.statistics().ties;
    REQUIRE(ties.size() == 1);
    CHECK(ties.front().locks == 1);
    CHECK(ties.front().frequency_error_ppm == Approx(20).margin(0.1));
}

TEST_CASE("what comes of two domains does not depend on how the batches are cut", "[property]") {
    const bool with_ids = GENERATE(false, true);
    const auto& gate = GENERATE(as<std::string>{}, beam_triggered, self_triggered);
    const auto facts = facts_of(5);
    Bench first(config_of(gate), infos());
    run(first, batches_of(facts, 1, with_ids));
    REQUIRE(first.outlet.raw.size() > slots);
    for (const std::uint64_t cut : {2, 3, 4}) {
        Bench other(config_of(gate), infos());
        run(other, batches_of(facts, cut, with_ids));
        CHECK(other.outlet.raw == first.outlet.raw);
    }
}

TEST_CASE("a far clock that falls silent truncates its slots, and never holds others up for good") {
    const auto facts = facts_of(6);
    Bench bench(config_of(beam_triggered), infos());
    auto all = batches_of(facts, 1, true);
    std::erase_if(all, [](const Timed& timed) { return timed.batch.board == 1 && timed.moment > grid(100); });
    run(bench, std::move(all));
    CHECK(bench.outlet.verdicts.size() > 170);
    for (std::size_t slot = 105; slot < 160; ++slot) {
        CHECK((bench.is(slot, wire::TRUNCATED) || bench.is(slot, wire::MARK_MISSED)));
        CHECK(bench.record(slot).traces.size() == 1);
    }
}

TEST_CASE("clock domains that nothing ties are refused") {
    auto config = config_of(beam_triggered);
    config.mutable_board(1)->set_gives_marks(false);
    auto made = Pipeline::create({config, "daq", infos(), {}, {}, {}});
    REQUIRE_FALSE(made.has_value());
    CHECK(made.error().message.find("no board of clock domain 7 gives marks") != std::string::npos);
}

}  // namespace spillgate::daq::test
