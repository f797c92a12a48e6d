// What is said of a run at its end, and how it is judged.
#include <cmath>

#include <catch2/catch.hpp>

#include "online/keeper/desk.hpp"
#include "online/quality/judgement.hpp"
#include "online/quality/run_judge.hpp"
#include "online/quality/series_mean.hpp"
#include "proto/console_loader.hpp"
#include "tests/online/fake_spectra.hpp"
#include "tests/online/synthetic_config.hpp"
#include "tests/proto/temporary_directory.hpp"

using namespace spillgate;
using online::HistoryAtHand;
using online::RunQuantity;
using proto::testing::TemporaryDirectory;

namespace {

constexpr double begin_s = 1'700'006'400;  // a boundary of all points of the history
constexpr std::int64_t s_ns = 1'000'000'000;

wire::RunDescription ended_run(std::uint32_t number) {
    wire::RunDescription run;
    run.set_number(number);
    run.set_type(wire::PHYSICS);
    run.set_start_utc_ns(static_cast<std::int64_t>(begin_s) * s_ns);
    run.set_stop_utc_ns(static_cast<std::int64_t>(begin_s + 100) * s_ns);
    run.set_stop_reason("requested");
    auto& ledger = *run.mutable_ledger();
    ledger.set_slots(1000);
    ledger.set_complete(980);
    ledger.set_truncated(4);
    ledger.set_lost_disk(6);
    ledger.set_mark_missed(10);
    ledger.set_spills(950);
    ledger.set_charge_measured_pc(940 * 20'000'000LL);
    ledger.set_charge_missing_slots(10);
    ledger.set_frequency_hz(1e9);
    ledger.set_in_time_roi_ticks(900);  // less what was dead
    ledger.set_in_time_dead_ticks(100);
    return run;
}

// 400 counts in 2 live seconds of AC, with a box outside of which C/(α·AC) is 1.1.
test::FakeSpectrum spectrum(const std::string& name) {
    auto out = test::fake_spectrum(name, {2});
    out.anti_coincident = {100, 200, 100, 0};
    out.exposure.anti_coincident = {2'000'000'000'000, 90, 10};
    out.exposure.in_time = {1'000'000'000'000, 50, 0};
    out.box = {{"csi", "pe", 4, 60}};
    out.in_time_outside = 110;
    out.anti_coincident_outside = 200;
    return out;
}

std::shared_ptr<const online::ClosedRun> closed(const wire::RunDescription& run, bool complete = true,
                                                std::uint64_t version = 1) {
    auto out = std::make_shared<online::ClosedRun>();
    out->version = version;
    out->run.phase = online::RunPhase::CLOSED;
    out->run.description = std::make_shared<const wire::RunDescription>(run);
    out->run.complete = complete;
    out->run.ended = true;
    out->run.statement = complete ? "all is there" : "20 recorded messages are NOT";
    out->config = std::make_shared<const proto::LoadedConfig>(test::demo_config());
    out->spectra = test::fake_spectra({spectrum("pe"), spectrum("t_rec")});
    return out;
}

online::RunAccount account(const wire::RunDescription& run, bool complete = true) {
    return online::account_of(*closed(run, complete));
}

RunQuantity quantity(const online::RunAccount& account, std::string_view name) {
    const auto all = online::quantities_of(account);
    const auto found = std::ranges::find(all, name, &RunQuantity::name);
    INFO(name);
    REQUIRE(found != all.end());
    return *found;
}

config::Console console(const std::string& text) {
    return proto::parse_console(text, "test").value().console;
}

std::vector<online::QualityRow> rows(const std::string& bands, const online::RunAccount& account,
                                     online::History* history = nullptr) {
    return online::judged(account, console(bands), "abc", {history, "the disk is full"});
}

online::QualityRow row(const std::string& bands, const online::RunAccount& account,
                       online::History* history = nullptr) {
    const auto all = rows(bands, account, history);
    REQUIRE(all.size() == 1);
    return all.front();
}

// What was seen of the demo's one channel in run 12, from so long after its begin on.
std::shared_ptr<const online::ChannelsView> seen_channels(std::int64_t late_s) {
    auto out = std::make_shared<online::ChannelsView>();
    out->run = 12;
    out->since_utc_ns = (static_cast<std::int64_t>(begin_s) + late_s) * s_ns;
    auto& channel = out->channels.emplace_back();
    channel.name = "csi";
    channel.recent.baseline_adc = {1, 1, 1};  // not of this run alone
    channel.run.baseline_adc = {15000.5, 0.25, 400};
    channel.run.noise_adc = {2.5, std::nan(""), 1};
    channel.run.spe_adc = {1200, 30, 700};
    channel.run.singles = 700;
    return out;
}

// A value a second from begin_s on.
online::History history_of(const TemporaryDirectory& directory, int first_s, int last_s, double value) {
    auto history = online::History::open(directory.path() + "/history.sqlite", {}).value();
    for (int at = first_s; at < last_s; ++at)
        REQUIRE(history.put(begin_s + at, {{"slow.hv", "V", value}}).has_value());
    return history;
}

// A keeper's tick, without the rest of it.
struct Bench {
    std::vector<online::LogbookEntry> look() {
        return judge.look(snapshot, desk, {nullptr, "off"}, 7).value();
    }
    std::string verdict(std::uint32_t run) {
        const auto kept = online::RunRecords(desk).quality(run, run).value();
        return kept.empty() ? "none" : kept.front().verdict;
    }
    online::RunJudge fresh() const {
        return {console("quality { quantity: \"run.ac_rate.pe\" high: 150 }"), "abc"};
    }

    TemporaryDirectory directory;
    online::Database desk = online::open_desk(directory.path() + "/console.sqlite").value();
    online::RunJudge judge = fresh();
    online::Snapshot snapshot;
};

}  // namespace

TEST_CASE("what is said of a run comes from its ledger and its spectra, with errors where there are any") {
    const auto of = account(ended_run(12));
    CHECK(quantity(of, "run.duration_s").value == 100);
    CHECK(quantity(of, "run.complete_fraction").value == 0.98);
    CHECK(quantity(of, "run.lost_fraction").value == 0.01);
    CHECK(quantity(of, "run.missed_fraction").value == 0.01);
    CHECK(quantity(of, "run.live_fraction.in_time").value == 0.9);
    CHECK(*quantity(of, "run.pot_per_spill").value == Approx(20e-6 / 1.602176634e-19));
    const auto rate = quantity(of, "run.ac_rate.pe");
    CHECK(*rate.value == Approx(200));
    CHECK(*rate.error == Approx(10));
    CHECK(rate.unit == "Hz");
    CHECK(quantity(of, "run.chain_ac_rate.csi").value == rate.value);
    CHECK(quantity(of, "run.veto_fraction.pe").value == 0.1);
    CHECK(*quantity(of, "run.veto_fraction.pe").error == Approx(0.03));
    const auto sideband = quantity(of, "run.sideband.pe");
    CHECK(*sideband.value == Approx(1.1));
    CHECK(*sideband.error == Approx(1.1 * std::sqrt(1.0 / 110 + 1.0 / 200)));
}

TEST_CASE("baseline, noise and SPE charge of a run are those of its own traces, with their errors") {
    auto of = account(ended_run(12));
    of.channels = seen_channels(3);
    const auto baseline = quantity(of, "run.baseline_adc.csi");
    CHECK(baseline.value == 15000.5);
    CHECK(baseline.error == 0.25);
    CHECK(baseline.reason.empty());
    CHECK(quantity(of, "run.noise_adc.csi").value == 2.5);
    CHECK_FALSE(quantity(of, "run.noise_adc.csi").error.has_value());
    CHECK(quantity(of, "run.spe_adc.csi").value == 1200);
    CHECK(row("quality { quantity: \"run.spe_adc.*\" low: 1000 high: 1300 }", of).verdict == "good");
    CHECK(row("quality { quantity: \"run.spe_adc.*\" low: 1210 }", of).verdict == "doubtful");
    CHECK(row("quality { quantity: \"run.spe_adc.*\" low: 1300 }", of).verdict == "bad");

    // Of a part of the run, or with too little, or nothing at all.
    of.channels = seen_channels(40);
    const auto part = row("quality { quantity: \"run.spe_adc.csi\" low: 1000 }", of);
    CHECK(part.verdict == "unknown");
    CHECK(part.reason == "inside its band, but the traces of its first 40 s were not seen live");
    auto few = *seen_channels(0);
    few.channels[0].run.spe_adc.reset();
    few.channels[0].run.singles = 130;
    of.channels = std::make_shared<const online::ChannelsView>(few);
    CHECK_FALSE(quantity(of, "run.spe_adc.csi").value.has_value());
    CHECK(quantity(of, "run.spe_adc.csi").reason == "130 pulses of the 500 that a fit needs");
    of.channels = nullptr;
    CHECK_FALSE(quantity(of, "run.baseline_adc.csi").value.has_value());
    CHECK(quantity(of, "run.baseline_adc.csi").reason == "no trace of it was seen live");
}

TEST_CASE("what nobody knows of a run has no value and a reason, never zero") {
    auto run = ended_run(12);
    run.clear_ledger();
    auto ended = *closed(run);
    auto bare = spectrum("pe");
    bare.box.clear();
    bare.exposure.anti_coincident = {};
    ended.spectra = test::fake_spectra({bare});
    const auto of = online::account_of(ended);
    for (const auto* name :
         {"run.complete_fraction", "run.lost_fraction", "run.live_fraction.in_time", "run.pot_per_spill",
          "run.charge_missing_fraction", "run.ac_rate.pe", "run.veto_fraction.pe", "run.sideband.pe"}) {
        const auto one = quantity(of, name);
        CHECK_FALSE(one.value.has_value());
        CHECK_FALSE(one.reason.empty());
    }
}

TEST_CASE(
    "inside its band a quantity is good, between the bounds doubtful, outside bad, and by less than its "
    "error doubtful") {
    const auto verdict = [](const std::string& bounds, double value, std::optional<double> error) {
        const auto band = console("quality { quantity: \"q\" " + bounds + " }").quality(0);
        return online::judgement_of({"q", "Hz", value, error, ""}, band);
    };
    const std::string band = "low: 8 warn_low: 9 warn_high: 11 high: 12";
    CHECK(verdict(band, 10, 0.1).verdict == "good");
    CHECK(verdict(band, 10, 0.1).reason.empty());
    CHECK(verdict(band, 9, {}).verdict == "good");
    CHECK(verdict(band, 8, {}).verdict == "doubtful");
    CHECK(verdict(band, 8.5, {}).reason == "below 9 Hz");
    CHECK(verdict(band, 11.5, {}).reason == "above 11 Hz");
    CHECK(verdict(band, 7.9, {}).verdict == "bad");
    CHECK(verdict(band, 7.9, 0.05).reason == "below 8 Hz");
    CHECK(verdict(band, 7.9, 0.05).verdict == "bad");
    CHECK(verdict(band, 7.9, 0.2).verdict == "doubtful");
    CHECK(verdict(band, 7.9, 0.2).reason == "below 8 Hz by less than its error");
    CHECK(verdict(band, 13, {}).verdict == "bad");
    CHECK(verdict("high: 12", -1e9, {}).verdict == "good");
    CHECK(verdict("warn_low: 9", 0, {}).verdict == "doubtful");
    CHECK(online::words_of(console("quality { quantity: \"q\" " + band + " }").quality(0), "Hz") ==
          "8 to 12 Hz, doubtful outside 9 to 11 Hz");
    CHECK(online::words_of(console("quality { quantity: \"q\" low: 0.9 }").quality(0), "") == "at least 0.9");
}

TEST_CASE("a run that was not followed whole is not called good, and says so") {
    const auto of = account(ended_run(12), false);
    const auto good = row("quality { quantity: \"run.ac_rate.pe\" low: 100 high: 300 }", of);
    CHECK(*good.value == Approx(200));
    CHECK(good.verdict == "unknown");
    CHECK(good.reason ==
          "inside its band, but online did not follow it whole (20 recorded messages are NOT)");
    const auto bad = row("quality { quantity: \"run.ac_rate.pe\" high: 100 }", of);
    CHECK(bad.verdict == "bad");
    CHECK(bad.reason.find("did not follow it whole") != std::string::npos);
    // Its ledger is the lead's own.
    CHECK(row("quality { quantity: \"run.complete_fraction\" low: 0.9 }", of).verdict == "good");
    auto aborted = ended_run(12);
    aborted.clear_stop_utc_ns();
    CHECK(row("quality { quantity: \"run.complete_fraction\" low: 0.9 }", account(aborted)).reason ==
          "inside its band, but the run has no end record");
    CHECK(row("quality { quantity: \"run.duration_s\" low: 1 }", account(aborted)).verdict == "unknown");
}

TEST_CASE("bands are of types of runs, and a star stands for all that fit") {
    const auto of = account(ended_run(12));
    CHECK(rows("quality { quantity: \"run.ac_rate.pe\" high: 1 run_type: \"spe\" }", of).empty());
    const auto all =
        rows("quality { quantity: \"run.sideband.*\" low: 0.8 high: 1.3 run_type: \"physics\" }", of);
    REQUIRE(all.size() == 2);
    CHECK(all[0].quantity == "run.sideband.pe");
    CHECK(all[1].quantity == "run.sideband.t_rec");
    CHECK(all[0].band == "0.8 to 1.3");
    CHECK(all[0].console_sha256 == "abc");
    const auto own = rows(
        "quality { quantity: \"run.ac_rate.pe\" high: 1 } quality { quantity: \"run.ac_*\" low: 1 }", of);
    REQUIRE(own.size() == 2);
    CHECK(own[0].verdict == "bad");  // by the band that comes first
    CHECK(own[1].verdict == "good");
}

TEST_CASE("a series of the history is judged by its mean over the run's time") {
    const TemporaryDirectory directory;
    auto history = history_of(directory, -30, 0, 5000);
    for (int at = 0; at < 100; ++at)
        REQUIRE(history.put(begin_s + at, {{"slow.hv", "V", at < 50 ? 1200.0 : 1220.0}}).has_value());
    for (int at = 100; at < 130; ++at)
        REQUIRE(history.put(begin_s + at, {{"slow.hv", "V", 0.0}}).has_value());
    const auto mean =
        row("quality { quantity: \"slow.hv\" low: 1200 high: 1215 }", account(ended_run(12)), &history);
    CHECK(*mean.value == Approx(1210));
    CHECK(mean.unit == "V");
    CHECK(mean.band == "1200 to 1215 V");
    CHECK(mean.verdict == "good");
    CHECK_FALSE(mean.error.has_value());
    CHECK(row("quality { quantity: \"slow.*\" high: 1200 }", account(ended_run(12)), &history).verdict ==
          "bad");
}

TEST_CASE("a series that was known for too little of a run, or not at all, makes it unknown") {
    const std::string band = "quality { quantity: \"slow.hv\" high: 1300 }";
    const TemporaryDirectory directory;
    auto history = history_of(directory, -30, 30, 1200);
    const auto some = row(band, account(ended_run(12)), &history);
    CHECK(some.value == 1200);
    CHECK(some.verdict == "unknown");
    CHECK(some.reason == "inside its band, but it was known for 30 of 100 s only");
    auto later = ended_run(13);
    later.set_start_utc_ns(later.start_utc_ns() + 200 * s_ns);
    later.set_stop_utc_ns(later.stop_utc_ns() + 200 * s_ns);
    const auto none = row(band, account(later), &history);
    CHECK_FALSE(none.value.has_value());
    CHECK(none.verdict == "unknown");
    CHECK(none.reason == "it was not known in the run");
    auto brief = ended_run(14);
    brief.set_stop_utc_ns(brief.start_utc_ns() + 9 * s_ns);
    CHECK(row(band, account(brief), &history).reason.find("shorter than two points") != std::string::npos);
    CHECK(row("quality { quantity: \"slow.nothing\" low: 1 }", account(ended_run(12)), &history)
              .reason.find("no such series") != std::string::npos);
    CHECK(row(band, account(ended_run(12))).reason == "the history is off: the disk is full");
}

TEST_CASE("of a run that online was away from, a series that was not known all along has no mean") {
    const std::string band = "quality { quantity: \"slow.hv\" low: 1300 }";
    const TemporaryDirectory directory;
    auto history = history_of(directory, -30, 70, 1200);
    CHECK(row(band, account(ended_run(12)), &history).verdict == "bad");
    auto missed = account(ended_run(12));
    missed.followed = false;
    const auto unknown = row(band, missed, &history);
    CHECK(unknown.verdict == "unknown");
    CHECK_FALSE(unknown.value.has_value());
    CHECK(unknown.reason == "online was away, and it was known for 70 of 100 s only");
    for (int at = 70; at < 100; ++at)
        REQUIRE(history.put(begin_s + at, {{"slow.hv", "V", 1200.0}}).has_value());
    CHECK(row(band, missed, &history).verdict == "bad");
    CHECK(row("quality { quantity: \"run.ac_rate.none\" low: 1 }", missed, &history)
              .reason.find("no such quantity") != std::string::npos);
}

TEST_CASE("the last run is followed to its end from its files, the history is not") {
    const std::string band = "quality { quantity: \"slow.hv\" low: 1300 }";
    const TemporaryDirectory directory;
    auto history = history_of(directory, -30, 0, 1200);
    for (int at = 0; at < 70; ++at) {
        online::Quantities quantities{{"slow.hv", "V", 1200.0}};
        if (at < 30) quantities.push_back({"console.history_off", "", 0.0});
        REQUIRE(history.put(begin_s + at, quantities).has_value());
    }
    CHECK(row(band, account(ended_run(12)), &history).reason ==
          "online was away, and it was known for 70 of 100 s only");
    for (int at = 70; at < 100; ++at)
        REQUIRE(history.put(begin_s + at, {{"console.history_off", "", 0.0}}).has_value());
    CHECK(row(band, account(ended_run(12)), &history).verdict == "bad");
}

TEST_CASE("a missed run is judged by what its files say, and not again by less") {
    Bench bench;
    auto missed = account(ended_run(12));
    missed.followed = false;
    const HistoryAtHand none{nullptr, "off"};
    const auto entry = bench.judge.judge_late(missed, bench.desk, none, 7).value();
    REQUIRE(entry.has_value());
    CHECK(entry->run == 12);
    CHECK(entry->text == "Run 12 ended bad: run.ac_rate.pe is 200 ± 10 Hz, above 150 Hz");
    CHECK(bench.judge.bad().value == 1);
    missed.spectra.reset();
    missed.spectra_not_whole = "online did not follow it, and its files are gone";
    CHECK_FALSE(bench.judge.judge_late(missed, bench.desk, none, 7).value().has_value());
    CHECK(bench.verdict(12) == "bad");
    // Without files each quantity is named, and not known.
    missed.description = std::make_shared<const wire::RunDescription>(ended_run(13));
    CHECK_FALSE(bench.judge.judge_late(missed, bench.desk, none, 7).value().has_value());
    const auto kept = online::RunRecords(bench.desk).quality(13, 13).value();
    REQUIRE(kept.size() == 1);
    CHECK(kept[0].quantity == "run.ac_rate.pe");
    CHECK(kept[0].reason == missed.spectra_not_whole);
    CHECK(online::RunRecords(bench.desk).judged_by(13).value() == online::JudgedBy::ALL_THERE_IS);
    CHECK(bench.judge.asks_for(wire::PHYSICS, "run.ac_rate.pe"));
    CHECK_FALSE(bench.judge.asks_for(wire::PHYSICS, "run.duration_s"));
}

TEST_CASE(
    "a run is judged once when it is over, while the next one goes on, and a bad end is for the logbook") {
    Bench bench;
    CHECK(bench.judge.bad().name == "quality.bad");
    CHECK_FALSE(bench.judge.bad().value);
    bench.snapshot.run.phase = online::RunPhase::FOLLOWING;
    bench.snapshot.run.description = std::make_shared<const wire::RunDescription>(ended_run(13));
    CHECK(bench.look().empty());
    bench.snapshot.closed = {closed(ended_run(12))};
    const auto entries = bench.look();
    REQUIRE(entries.size() == 1);
    CHECK(entries[0].run == 12);
    CHECK(entries[0].kind == online::EntryKind::QUALITY);
    CHECK(entries[0].person.empty());
    CHECK(entries[0].text == "Run 12 ended bad: run.ac_rate.pe is 200 ± 10 Hz, above 150 Hz");
    CHECK(bench.verdict(12) == "bad");
    CHECK(bench.judge.bad().value == 1);
    CHECK(bench.look().empty());
    // A later process finds it judged.
    bench.judge = bench.fresh();
    CHECK_FALSE(bench.judge.bad().value);
    CHECK(bench.look().empty());
    CHECK(bench.verdict(12) == "bad");
    CHECK(bench.judge.bad().value == 1);
    // What is told late of an older run does not hide how the newest ended.
    auto other = *closed(ended_run(14));
    auto quiet = spectrum("pe");
    quiet.anti_coincident = {0, 4, 0, 0};
    other.spectra = test::fake_spectra({quiet});
    bench.snapshot.closed = {std::make_shared<const online::ClosedRun>(other), closed(ended_run(13))};
    CHECK(bench.look().size() == 1);
    CHECK(bench.verdict(14) == "good");
    CHECK(bench.verdict(13) == "bad");
    CHECK(bench.judge.bad().value == 0);
}

TEST_CASE("a run that goes on after it was given up is judged again at its end") {
    Bench bench;
    auto aborted = ended_run(12);
    aborted.clear_stop_utc_ns();
    auto early = *closed(aborted, false);
    auto quiet = spectrum("pe");
    quiet.anti_coincident = {0, 4, 0, 0};
    early.spectra = test::fake_spectra({quiet});
    bench.snapshot.closed = {std::make_shared<const online::ClosedRun>(early)};
    CHECK(bench.look().empty());
    CHECK(bench.verdict(12) == "unknown");
    bench.snapshot.closed.push_back(closed(ended_run(12), true, 2));
    CHECK(bench.look().size() == 1);
    // Both closings are still shown; the later one is what counts.
    for (int again = 0; again < 3; ++again) {
        CHECK(bench.verdict(12) == "bad");
        CHECK(bench.judge.bad().value == 1);
        CHECK(bench.look().empty());
    }
}

TEST_CASE(
    "what was bad by a part of a run is judged again by the whole, and what was judged by the whole never by "
    "a part") {
    Bench bench;
    bench.snapshot.closed = {closed(ended_run(12), false)};
    CHECK(bench.look().size() == 1);
    CHECK(bench.verdict(12) == "bad");
    const auto by_part = online::RunRecords(bench.desk).quality(12, 12).value();
    CHECK(by_part.front().reason ==
          "above 150 Hz; online did not follow it whole (20 recorded messages are NOT)");
    // The whole of it is less than what was seen.
    auto whole = *closed(ended_run(12));
    auto quiet = spectrum("pe");
    quiet.anti_coincident = {0, 4, 0, 0};
    whole.spectra = test::fake_spectra({quiet});
    bench.judge = bench.fresh();
    bench.snapshot.closed = {std::make_shared<const online::ClosedRun>(whole)};
    CHECK(bench.look().empty());
    CHECK(bench.verdict(12) == "good");
    CHECK(bench.judge.bad().value == 0);
    bench.judge = bench.fresh();
    bench.snapshot.closed = {closed(ended_run(12), false)};
    CHECK(bench.look().empty());
    CHECK(bench.verdict(12) == "good");
    CHECK(bench.judge.bad().value == 0);
}

TEST_CASE("of a run that online refused only the ledger is known, until a later process has its spectra") {
    Bench bench;
    const auto run = ended_run(12);
    bench.snapshot.daemons.push_back({"daq", true, 1, nullptr});
    auto status = std::make_shared<wire::DaemonStatus>();
    *status->mutable_run() = run;
    bench.snapshot.daemons[0].status = status;
    bench.snapshot.run.phase = online::RunPhase::REFUSED;
    bench.snapshot.run.description = std::make_shared<const wire::RunDescription>(run);
    bench.snapshot.run.statement = "another config";
    CHECK(bench.look().empty());
    const auto kept = online::RunRecords(bench.desk).quality(12, 12).value();
    REQUIRE(kept.size() == 1);
    CHECK(kept[0].verdict == "unknown");
    CHECK(kept[0].reason == "online did not follow it (another config)");
    bench.judge = bench.fresh();
    bench.snapshot.run.phase = online::RunPhase::CLOSED;
    bench.snapshot.closed = {closed(run)};
    CHECK(bench.look().size() == 1);
    CHECK(bench.verdict(12) == "bad");
}
