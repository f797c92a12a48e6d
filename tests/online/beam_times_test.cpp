#include "online/history/beam_times.hpp"

#include <optional>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/online/shown_daemon.hpp"
#include "tests/proto/temporary_directory.hpp"

using namespace spillgate;
using online::BeamState;
using online::History;
using proto::testing::TemporaryDirectory;
using test::ShownDaemon;

namespace {

constexpr std::int64_t begin_s = 1'700'006'400;  // at a boundary of two hours
constexpr std::int64_t hour_s = 3600;

History open(const TemporaryDirectory& directory) {
    return History::open(directory.path() + "/history.sqlite", {}).value();
}

online::Quantities quantities_of(BeamState state) {
    online::Quantities out;
    for (std::size_t i = 0; i < online::beam_states; ++i) {
        const auto one = static_cast<BeamState>(i);
        out.push_back({"beam.state." + std::string(online::name_of(one)), "", one == state ? 1.0 : 0.0});
    }
    return out;
}

// The state of each second; none: nobody wrote it down.
using Seconds = std::vector<std::optional<BeamState>>;

// States that last from seconds to an hour, with stretches in which there was no history.
Seconds eventful(std::size_t seconds) {
    std::mt19937 random(812);
    Seconds out;
    while (out.size() < seconds) {
        const auto kind = random() % (online::beam_states + 1);
        const auto state =
            kind < online::beam_states ? std::optional(static_cast<BeamState>(kind)) : std::nullopt;
        const std::size_t lasts = random() % 3 == 0 ? 1 + random() % 20 : 1 + random() % 2400;
        out.insert(out.end(), lasts, state);
    }
    out.resize(seconds);
    return out;
}

void write(History& history, const Seconds& seconds, std::int64_t from) {
    for (std::size_t i = 0; i < seconds.size(); ++i)
        if (seconds[i])
            REQUIRE(history.put(static_cast<double>(from) + static_cast<double>(i) + 0.5,
                                quantities_of(*seconds[i])));
}

// Second by second: of [from, to), counted from the first.
online::BeamTimes counted(const Seconds& seconds, std::size_t from, std::size_t to) {
    online::BeamTimes times;
    for (std::size_t i = from; i < to; ++i) {
        if (i < seconds.size() && seconds[i])
            times.of_state[static_cast<std::size_t>(*seconds[i])] += 1;
        else
            times.not_recorded += 1;
    }
    return times;
}

void check_alike(const online::BeamTimes& found, const online::BeamTimes& expected, double margin_s) {
    double sum = found.not_recorded;
    for (std::size_t i = 0; i < online::beam_states; ++i) {
        CAPTURE(online::name_of(static_cast<BeamState>(i)));
        CHECK(found.of_state[i] == Approx(expected.of_state[i]).margin(margin_s));
        sum += found.of_state[i];
    }
    CHECK(found.not_recorded == Approx(expected.not_recorded).margin(margin_s));
    CHECK(sum == Approx(found.to_utc_s - found.from_utc_s).margin(1e-6));
}

}  // namespace

TEST_CASE("times of the beam's states are those of a count second by second, and what nobody wrote is none") {
    const TemporaryDirectory directory;
    const auto seconds = eventful(6 * hour_s);
    const double now_s = static_cast<double>(begin_s + 6 * hour_s);
    {
        auto history = open(directory);
        write(history, seconds, begin_s);
        REQUIRE(history.flush());
    }
    auto history = open(directory);  // as after a restart
    const auto times = [&](std::int64_t from, std::int64_t to) {
        return online::beam_times(history, static_cast<double>(begin_s + from),
                                  static_cast<double>(begin_s + to), now_s)
            .value();
    };
    SECTION("at the boundaries of points they are the same") {
        check_alike(times(0, 6 * hour_s), counted(seconds, 0, 6 * hour_s), 1e-3);
        check_alike(times(hour_s, hour_s + 600), counted(seconds, hour_s, hour_s + 600), 1e-3);
        check_alike(times(3000, 3010), counted(seconds, 3000, 3010), 1e-3);
    }
    SECTION("elsewhere they differ by less than the points that are cut") {
        for (const auto& [from, to] :
             std::vector<std::pair<std::int64_t, std::int64_t>>{{1, 21'599}, {17, 10'003}, {5'555, 5'999}})
            check_alike(times(from, to),
                        counted(seconds, static_cast<std::size_t>(from), static_cast<std::size_t>(to)), 20);
    }
    SECTION("what lies before the history, and after it, is not recorded") {
        const auto more = times(-24 * hour_s, 6 * hour_s);
        auto expected = counted(seconds, 0, 6 * hour_s);
        expected.not_recorded += 24 * hour_s;
        check_alike(more, expected, 1e-2);
        const auto nothing = times(-24 * hour_s, -12 * hour_s);
        CHECK(nothing.not_recorded == 12 * hour_s);
        CHECK(nothing.of(BeamState::UNKNOWN) == 0);
    }
    SECTION("a range that is none is refused") {
        CHECK(online::beam_times(history, now_s, now_s, now_s).error().kind == proto::ErrorKind::CONFIG);
    }
}

TEST_CASE("the newest seconds count before their point is over") {
    const TemporaryDirectory directory;
    auto history = open(directory);
    Seconds seconds(25, BeamState::BEAM);
    seconds.insert(seconds.end(), 8, BeamState::DAQ_DOWN);
    write(history, seconds, begin_s);
    const auto now_s = static_cast<double>(begin_s + 33);
    const auto times = online::beam_times(history, begin_s, now_s, now_s).value();
    CHECK(times.of(BeamState::BEAM) == Approx(25));
    CHECK(times.of(BeamState::DAQ_DOWN) == Approx(8));
    CHECK(times.not_recorded == Approx(0).margin(1e-6));
}

TEST_CASE("a history without the beam's states has recorded nothing of them") {
    const TemporaryDirectory directory;
    auto history = open(directory);
    const auto times = online::beam_times(history, begin_s, begin_s + hour_s, begin_s + hour_s).value();
    CHECK(times.not_recorded == hour_s);
}

TEST_CASE("of the beam's states one is 1, and all are absent where no slots are known") {
    ShownDaemon daemon;
    auto snapshot = daemon.snapshot();
    const auto now_s = static_cast<double>(daemon.now) * 1e-9;
    CHECK(online::beam_state_quantities(snapshot, now_s).empty());
    snapshot.strip = std::make_shared<online::SlotStripView>(daemon.strip);
    const auto ones = [&](double at_s) {
        std::string all;
        for (const auto& one : online::beam_state_quantities(snapshot, at_s)) {
            REQUIRE(one.value);
            if (*one.value == 1) all += one.name + " ";
        }
        return all;
    };
    CHECK(ones(now_s) == "beam.state.beam ");
    CHECK(ones(now_s + 10) == "beam.state.daq-down ");
}
