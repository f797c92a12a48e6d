// Counts and exposure against a brute-force count written from docs/spectra.md, and that nothing depends on
// order, grouping or threads.
#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <thread>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "offline/engine.hpp"
#include "tests/offline/spectra/random_slots.hpp"
#include "tests/offline/spectra/window_chain.hpp"

using namespace spillgate;
using namespace spillgate::offline;
using namespace spillgate::offline::testing;

namespace {

// x from 0 to 8 in 16 bins, y from −1 to 7 in 4.
const char* const spectra_text = R"(
    selection { name: "all" }
    selection { name: "tight"
        cut { variable: "peaks" max: 4 cost: EXPOSURE }
        cut { variable: "level" min: 10 cost: EXPOSURE }
        cut { variable: "y" min: 0.5 max: 6 cost: EFFICIENCY }
        reject_quality: "muon"
        reject_slot_quality: "clock-suspect" reject_slot_quality: "charge-missing" reject_slot_quality: "no-beam"
    }
    spectrum { name: "x" selection: "all" axis { variable: "x" bins: 16 min: 0 max: 8 } }
    spectrum { name: "xy" selection: "tight"
        axis { variable: "x" bins: 16 min: 0 max: 8 } axis { variable: "y" bins: 4 min: -1 max: 7 } }
    spectrum { name: "b_peaks" selection: "tight" channel: "b" axis { variable: "peaks" bins: 3 min: 0 max: 3 } }
    spectrum { name: "levels" selection: "all" axis { variable: "level" bins: 5 min: 0 max: 100 }
        cut { variable: "peaks" min: 1 cost: EFFICIENCY } }
)";

bool has(const proto::Verdict& v, int bit) {
    return (v.quality >> bit & 1u) != 0;
}

// One spectrum by hand: only what docs/spectra.md says, one window at a time, bins by walking the edges.
struct BruteForce {
    std::string name;
    std::map<std::string, std::map<std::size_t, std::uint64_t>> counts;  // by kind and bin
    ExposureSums sums;

    static std::string kind_of(const proto::WindowFact& a, const proto::WindowFact& b,
                               const proto::Verdict& v) {
        if (a.truncated || b.truncated || a.kind != b.kind || a.kind == wire::UNKNOWN) return "none";
        if (a.kind == wire::ANTI_COINCIDENT) return "anti_coincident";
        if (a.kind == wire::FREE) return "free";
        const bool no_beam = has(v, 0), vetoed = has(v, 1), other = has(v, 8), vetoed_with_charge = has(v, 9);
        if (!no_beam && !vetoed && !other) return "in_time";
        return no_beam && !vetoed && !other && !vetoed_with_charge ? "no_beam" : "none";
    }

    static std::size_t bin(double value, int bins, double min, double max) {
        if (std::isnan(value)) return static_cast<std::size_t>(bins + 1);
        const double width = (max - min) / bins;
        int edges_at_or_below = 0;
        for (int i = 0; i <= bins; ++i)
            if (min + i * width <= value) ++edges_at_or_below;
        return static_cast<std::size_t>(edges_at_or_below);
    }

    bool tight() const { return name == "xy" || name == "b_peaks"; }

    bool live(const Candidate& c, const proto::Verdict& v, const std::string& kind) const {
        if (!tight()) return true;
        if (has(v, 6) || has(v, 2) || (has(v, 0) && kind != "no_beam")) return false;
        if ((c.quality & 2u) != 0) return false;
        return c.value[PEAKS] < 4 && c.value[LEVEL] >= 10;
    }

    void fill(const Slot& slot) {
        const auto& v = slot.verdict;
        if (v.disposition != wire::COMPLETE && v.disposition != wire::TRUNCATED) return;
        if (v.windows.size() != slot.candidates.windows.size()) return;
        std::map<int, bool> charged;
        for (const auto& c : slot.candidates.candidates) {
            if (name == "b_peaks" && c.channel != 1) continue;
            const auto kind = kind_of(slot.candidates.windows[c.window], v.windows[c.window], v);
            if (kind == "none") continue;
            auto& e = kind == "in_time"           ? sums.in_time
                      : kind == "anti_coincident" ? sums.anti_coincident
                      : kind == "free"            ? sums.free
                                                  : sums.no_beam;
            if (!live(c, v, kind)) {
                ++e.rejected;
                continue;
            }
            ++e.windows;
            const auto& fact = v.windows[c.window];
            e.live_ps += static_cast<std::int64_t>(std::llround(
                static_cast<double>(fact.roi_ticks - fact.dead_ticks) * (1e12 / v.frequency_hz)));
            if (kind == "in_time" && !charged[c.channel]) {
                charged[c.channel] = true;
                if (v.charge_state == wire::CHARGE_MEASURED) sums.live_charge_measured_pc += v.charge_pc;
                if (v.charge_state == wire::CHARGE_ESTIMATED) sums.live_charge_estimated_pc += v.charge_pc;
                if (v.charge_state == wire::CHARGE_MISSING) ++sums.live_charge_missing_slots;
                if (v.charge_state == wire::CHARGE_UNCORRECTED) ++sums.live_charge_uncorrected_slots;
            }
            const bool y_passes = c.value[Y] >= 0.5 && c.value[Y] < 6;
            if (name == "x" && c.found) ++counts[kind][bin(c.value[X], 16, 0, 8)];
            if (name == "xy" && c.found && y_passes)
                ++counts[kind][bin(c.value[X], 16, 0, 8) * 6 + bin(c.value[Y], 4, -1, 7)];
            // Its selection cuts on y, so it needs a candidate although its axis does not.
            if (name == "b_peaks" && c.found && y_passes) ++counts[kind][bin(c.value[PEAKS], 3, 0, 3)];
            if (name == "levels" && c.value[PEAKS] >= 1) ++counts[kind][bin(c.value[LEVEL], 5, 0, 100)];
        }
    }
};

void require_equal(std::span<const std::uint64_t> filled,
                   const std::map<std::size_t, std::uint64_t>& expected) {
    for (std::size_t bin = 0; bin < filled.size(); ++bin) {
        const auto found = expected.find(bin);
        INFO("bin " << bin);
        REQUIRE(filled[bin] == (found == expected.end() ? 0 : found->second));
    }
}

std::unique_ptr<Spectra> filled(const Engine& engine, const std::vector<Slot>& slots) {
    auto spectra = engine.make_spectra();
    for (const auto& slot : slots)
        if (slot.verdict.has_record)
            spectra->fill(slot.candidates, slot.verdict);
        else
            spectra->fill(slot.verdict);
    return spectra;
}

}  // namespace

TEST_CASE("counts and exposure of random slots equal a brute-force count", "[property]") {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    const auto engine = window_engine(window_config(spectra_text));
    const auto slots = random_slots(seed, 4000);
    const auto spectra = filled(*engine, slots);
    REQUIRE(spectra->slots() == slots.size());
    REQUIRE(spectra->size() == 4);
    std::uint64_t counted = 0;
    for (std::size_t i = 0; i < spectra->size(); ++i) {
        const auto view = spectra->histogram(i);
        BruteForce brute{std::string(view.name), {}, {}};
        for (const auto& slot : slots)
            if (slot.verdict.has_record) brute.fill(slot);
        INFO("spectrum " << view.name);
        require_equal(view.in_time, brute.counts["in_time"]);
        require_equal(view.anti_coincident, brute.counts["anti_coincident"]);
        require_equal(view.free, brute.counts["free"]);
        require_equal(view.no_beam, brute.counts["no_beam"]);
        REQUIRE(*view.exposure == brute.sums);
        for (const auto& [kind, bins] : brute.counts)
            for (const auto& [bin, n] : bins)
                counted += n;
        REQUIRE(view.exposure->in_time.windows > 0);
        REQUIRE(view.exposure->no_beam.windows > 0);
    }
    REQUIRE(counted > 1000);
}

TEST_CASE("order, grouping and threads do not change a bit of the spectra", "[property]") {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    const auto engine = window_engine(window_config(spectra_text));
    auto slots = random_slots(seed, 3000);
    const auto expected = filled(*engine, slots)->serialise();

    std::mt19937_64 random(seed);
    std::shuffle(slots.begin(), slots.end(), random);
    REQUIRE(filled(*engine, slots)->serialise() == expected);

    for (const std::size_t parts : {2u, 3u, 8u}) {
        std::vector<std::unique_ptr<Spectra>> some(parts);
        std::vector<std::thread> threads;
        for (std::size_t p = 0; p < parts; ++p)
            threads.emplace_back([&, p] {
                std::vector<Slot> mine;
                for (std::size_t i = p; i < slots.size(); i += parts)
                    mine.push_back(slots[i]);
                some[p] = filled(*engine, mine);
            });
        for (auto& thread : threads)
            thread.join();
        auto sum = engine->make_spectra();
        for (std::size_t p = parts; p-- > 0;)
            sum->merge(*some[p]);
        REQUIRE(sum->serialise() == expected);
    }
}

TEST_CASE("a value on an edge belongs to the bin above it, and NaN to the overflow") {
    const auto engine = window_engine(window_config(
        std::string(selection_all) +
        R"(spectrum { name: "x" selection: "all" axis { variable: "x" bins: 4 min: 0 max: 1 } })"));
    const auto bin_of = [&](double value) {
        auto spectra = engine->make_spectra();
        Slot slot;
        slot.verdict.disposition = wire::COMPLETE;
        slot.verdict.windows = {{wire::IN_TIME, 10, 0, false, false}};
        slot.candidates.windows = slot.verdict.windows;
        Candidate c;
        c.found = true;
        c.value[X] = value;
        slot.candidates.candidates = {c};
        spectra->fill(slot.candidates, slot.verdict);
        const auto counts = spectra->histogram(0).in_time;
        REQUIRE(counts.size() == 6);
        return std::find(counts.begin(), counts.end(), 1u) - counts.begin();
    };
    const double inf = std::numeric_limits<double>::infinity();
    CHECK(bin_of(-inf) == 0);
    CHECK(bin_of(std::nextafter(0.0, -1.0)) == 0);
    CHECK(bin_of(0.0) == 1);
    CHECK(bin_of(-0.0) == 1);
    CHECK(bin_of(std::nextafter(0.25, 0.0)) == 1);
    CHECK(bin_of(0.25) == 2);
    CHECK(bin_of(0.5) == 3);
    CHECK(bin_of(0.75) == 4);
    CHECK(bin_of(std::nextafter(1.0, 0.0)) == 4);
    CHECK(bin_of(1.0) == 5);
    CHECK(bin_of(inf) == 5);
    CHECK(bin_of(std::numeric_limits<double>::quiet_NaN()) == 5);
}

TEST_CASE("windows of slots that are no spills never count as C") {
    const auto engine = window_engine(window_config(
        std::string(selection_all) +
        R"(spectrum { name: "x" selection: "all" channel: "a" axis { variable: "x" bins: 4 min: 0 max: 4 } })"));
    const auto exposure_of = [&](std::uint32_t quality, proto::Disposition disposition,
                                 proto::WindowKind kind) {
        auto spectra = engine->make_spectra();
        Slot slot;
        slot.verdict.disposition = disposition;
        slot.verdict.quality = quality;
        slot.verdict.frequency_hz = 1e9;
        slot.verdict.windows = {{kind, 10, 0, false, false}};
        slot.candidates.windows = slot.verdict.windows;
        slot.candidates.candidates.resize(1);
        slot.candidates.candidates[0].found = true;
        slot.candidates.candidates[0].value[X] = 1;
        spectra->fill(slot.candidates, slot.verdict);
        const auto& e = *spectra->histogram(0).exposure;
        return std::array<std::int64_t, 3>{e.in_time.live_ps, e.anti_coincident.live_ps, e.no_beam.live_ps};
    };
    using Exposure = std::array<std::int64_t, 3>;
    using enum proto::SlotQuality;
    const auto all = [](auto... q) { return (0u | ... | proto::bit(q)); };
    CHECK(exposure_of(0, wire::COMPLETE, wire::IN_TIME) == Exposure{10000, 0, 0});
    CHECK(exposure_of(0, wire::TRUNCATED, wire::IN_TIME) == Exposure{10000, 0, 0});
    CHECK(exposure_of(all(NO_BEAM), wire::COMPLETE, wire::IN_TIME) == Exposure{0, 0, 10000});
    CHECK(exposure_of(all(NO_BEAM, CHARGE_MISSING), wire::COMPLETE, wire::IN_TIME) == Exposure{0, 0, 10000});
    CHECK(exposure_of(all(VETOED), wire::COMPLETE, wire::IN_TIME) == Exposure{});
    CHECK(exposure_of(all(OTHER_TARGET), wire::COMPLETE, wire::IN_TIME) == Exposure{});
    CHECK(exposure_of(all(NO_BEAM, OTHER_TARGET), wire::COMPLETE, wire::IN_TIME) == Exposure{});
    CHECK(exposure_of(all(NO_BEAM, VETOED_WITH_CHARGE), wire::COMPLETE, wire::IN_TIME) == Exposure{});
    CHECK(exposure_of(all(NO_BEAM), wire::COMPLETE, wire::ANTI_COINCIDENT) == Exposure{0, 10000, 0});
    CHECK(exposure_of(0, wire::COMPLETE, wire::UNKNOWN) == Exposure{});
    for (const auto lost : {wire::PAUSED, wire::MARK_MISSED, wire::LOST_BUFFER_FULL, wire::LOST_DEVICE,
                            wire::LOST_CORRUPT, wire::LOST_DISK, wire::INVALID}) {
        CHECK(exposure_of(0, lost, wire::IN_TIME) == Exposure{});
        CHECK(exposure_of(0, lost, wire::ANTI_COINCIDENT) == Exposure{});
    }
}

TEST_CASE("a saved state restores bit for bit, and any damaged byte of it is refused") {
    const auto engine = window_engine(window_config(spectra_text));
    const auto spectra = filled(*engine, random_slots(11, 500));
    const auto bytes = spectra->serialise();
    auto restored = engine->make_spectra();
    REQUIRE(restored->restore(bytes));
    CHECK(restored->serialise() == bytes);
    CHECK(restored->slots() == spectra->slots());
    CHECK(restored->clone()->serialise() == bytes);

    const auto before = restored->serialise();
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        auto damaged = bytes;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
        const auto status = restored->restore(damaged);
        REQUIRE_FALSE(status);
        REQUIRE((status.error().kind == proto::ErrorKind::CORRUPT ||
                 status.error().kind == proto::ErrorKind::UNSUPPORTED));
    }
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{7}, std::size_t{16}, bytes.size() / 2, bytes.size() - 1})
        REQUIRE_FALSE(restored->restore(std::string_view(bytes).substr(0, size)));
    CHECK(restored->serialise() == before);

    const auto other = window_engine(window_config(
        std::string(selection_all) +
        R"(spectrum { name: "x" selection: "all" axis { variable: "x" bins: 17 min: 0 max: 8 } })"));
    const auto refused = other->make_spectra()->restore(bytes);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == proto::ErrorKind::REFUSED);
    CHECK_THROWS_AS(other->make_spectra()->merge(*spectra), std::logic_error);
}
