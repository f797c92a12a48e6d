#include "offline/exposure/slots_by_utc.hpp"

#include <functional>

#include <catch2/catch.hpp>

#include "proto/quality.hpp"
#include "tests/proto/labelled_run.hpp"
#include "tests/proto/temporary_directory.hpp"

using namespace spillgate;
using offline::last_slot_of_run;
using offline::UtcRange;
using proto::ErrorKind;

namespace {

constexpr std::int64_t s_ns = 1'000'000'000;
constexpr std::int64_t begin_ns = 1'795'903'200 * s_ns;  // 2026-11-28 22:00:00 UTC
constexpr std::uint64_t slots = 100;

std::int64_t at(double s) {
    return begin_ns + static_cast<std::int64_t>(s * 1e9);
}

// Of 100 slots, one a second; the first two and every tenth have no record.
bool has_record(std::uint64_t slot) {
    return slot >= 2 && slot % 10 != 0;
}

struct RunOnDisk {
    explicit RunOnDisk(const std::function<std::int64_t(std::uint64_t)>& label, std::uint64_t drifts = 0,
                       bool ends = true) {
        wire::RunDescription run;
        run.set_format_major(1);
        run.set_number(12);
        run.set_daemon("daq");
        run.set_start_utc_ns(begin_ns);
        auto end = run;
        end.set_stop_utc_ns(at(100));
        end.set_stop_reason("requested");
        auto& fault = *end.mutable_ledger()->add_faults();
        fault.set_name(std::string(name_of(proto::Fault::CLOCK_DRIFT)));
        fault.set_value(drifts);
        const auto label_of = [&](std::uint64_t slot) {
            return has_record(slot) ? std::optional(label(slot)) : std::nullopt;
        };
        path = proto::testing::write_labelled_run(directory.path(), run, slots, label_of,
                                                  ends ? std::optional(end) : std::nullopt);
    }
    proto::Result<std::optional<offline::Stretch>> asked(double from_s, double to_s) const {
        return offline::slots_in(proto::RunReader::open(path).value(), UtcRange{at(from_s), at(to_s)});
    }
    std::pair<std::uint64_t, std::uint64_t> found(double from_s, double to_s) const {
        const auto stretch = asked(from_s, to_s).value();
        REQUIRE(stretch.has_value());
        CHECK(stretch->first.run == 12);
        CHECK(stretch->last.run == 12);
        return {stretch->first.slot, stretch->last.slot};
    }

    proto::testing::TemporaryDirectory directory;
    std::string path;
};

std::int64_t steady(std::uint64_t slot) {
    return at(static_cast<double>(slot));
}

using Slots = std::pair<std::uint64_t, std::uint64_t>;

}  // namespace

TEST_CASE("a stretch of UTC has the slots whose records are labelled in it, its end outside") {
    const RunOnDisk run(steady);
    CHECK(run.found(12, 15) == Slots{12, 14});
    CHECK(run.found(11.5, 14.5) == Slots{12, 14});
    CHECK(run.found(12, 12.001) == Slots{12, 12});
    CHECK(run.found(97, 200) == Slots{97, last_slot_of_run});
    CHECK(run.found(-50, 200) == Slots{0, last_slot_of_run});
    CHECK_FALSE(run.asked(12.1, 12.9).value().has_value());
    CHECK_FALSE(run.asked(99.5, 200).value().has_value());
    CHECK_FALSE(run.asked(-50, 1.5).value().has_value());
}

TEST_CASE("a slot without a record goes with the one before that has one, the first ones with the first") {
    const RunOnDisk run(steady);
    CHECK(run.found(19, 21) == Slots{19, 20});
    CHECK(run.found(20, 23) == Slots{21, 22});
    CHECK(run.found(2, 5) == Slots{0, 4});
}

TEST_CASE("ranges of UTC that touch share no slot and leave none out") {
    const RunOnDisk run(steady);
    std::uint64_t next = 0;
    for (double from_s = 0; from_s < 100; from_s += 2.5) {
        const auto stretch = run.asked(from_s, from_s + 2.5).value();
        if (!stretch) continue;
        CHECK(stretch->first.slot == next);
        next = stretch->last.slot + 1;
    }
    CHECK(next == last_slot_of_run + 1);
}

TEST_CASE("of a run without an end the same slots are found") {
    const RunOnDisk run(steady, 0, false);
    CHECK(run.found(12, 15) == Slots{12, 14});
    CHECK(run.found(97, 200) == Slots{97, last_slot_of_run});
}

TEST_CASE("where clocks parted, or labels go back, nobody says which slots a time has") {
    const auto refused = [](const RunOnDisk& run) {
        const auto stretch = run.asked(12, 60);
        REQUIRE_FALSE(stretch.has_value());
        CHECK(stretch.error().kind == ErrorKind::REFUSED);
        CHECK(stretch.error().message ==
              "in run 12 the clocks parted, so which of its slots are those of 2026-11-28 22:00:12 to "
              "2026-11-28 22:01:00 UTC is not known; name the slots");
    };
    refused(RunOnDisk(steady, 1));
    refused(
        RunOnDisk([](std::uint64_t slot) { return slot < 40 ? steady(slot) : steady(slot) - 35 * s_ns; }));
}

TEST_CASE("a range of UTC is said to the millisecond") {
    CHECK(offline::words_of(UtcRange{at(0.25), at(60)}) ==
          "2026-11-28 22:00:00.250 to 2026-11-28 22:01:00 UTC");
}
