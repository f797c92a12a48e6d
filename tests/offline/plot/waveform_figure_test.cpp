// Traces of a slot as they are drawn.
#include "offline/plot/waveform_figure.hpp"

#include <cmath>

#include <catch2/catch.hpp>

#include "tests/offline/import/foreign_files.hpp"
#include "tests/offline/reconstruction/pmt_record.hpp"
#include "tests/offline/verbs/recorded_run.hpp"
#include "tests/offline/verbs/run_program.hpp"

using namespace spillgate;
using namespace spillgate::offline;
using namespace spillgate::offline::plot;
using Catch::Contains;

namespace {

// One trace of 2 ns samples from 40 μs before t0 on, flat at 100 with two pulses of 10 in the C roi.
SlotView view_of_two_pulses() {
    SlotView view;
    view.run.set_number(12);
    view.run.set_type(wire::PHYSICS);
    view.config.config = test::beam_triggered_config();
    auto codes = test::flat(30000, 100);
    for (const std::size_t first : {21000, 21100})
        for (std::size_t i = first; i < first + 5; ++i)
            codes[i] = 90;
    test::RecordBuilder builder;
    builder.add_trace(0, -20000, codes);
    builder.add_trace(1, -20000, test::flat(30000, 50));
    builder.add_window(wire::IN_TIME, -20000, 0, 0, 10000);
    view.slot.record = builder.record;
    view.slot.record.run = 12;
    view.slot.record.slot = 42;
    view.engine = Engine::make(view.config.config).value();
    view.engine->make_worker()->reconstruct(view.slot.record, view.candidates);
    return view;
}

const Curve* curve(const Panel& panel, const std::string& name) {
    for (const auto& series : panel.series)
        if (const auto* one = std::get_if<Curve>(&series); one != nullptr && one->name == name) return one;
    return nullptr;
}

}  // namespace

TEST_CASE("peaks, baseline, threshold and arrival stand where the chain found them") {
    const auto view = view_of_two_pulses();
    WaveformOptions options;
    options.channels = {"csi"};
    const auto figure = waveform_figure(view, options).value();
    CHECK_THAT(figure.title, Contains("physics run 12") && Contains("slot 42"));
    REQUIRE(figure.lines.size() == 1);
    CHECK_THAT(figure.lines[0], Contains("csi, C: t_rec 1.996 μs") && Contains("2 peaks"));
    REQUIRE(figure.panels.size() == 2);
    CHECK(figure.panels[0].y.names == std::vector<std::pair<double, std::string>>{{0.5, "C"}});
    const auto& panel = figure.panels[1];
    CHECK(panel.title == "csi");
    CHECK(panel.x.label == "time after t0");
    CHECK(panel.x.unit == "μs");
    CHECK(panel.x.min == Approx(-40));
    CHECK(panel.x.max == Approx(20));
    CHECK(curve(panel, "baseline")->y[0] == 100);
    CHECK(curve(panel, "threshold")->y[0] == 96);
    // Pulse from sample 21000, 2 μs after t0; its region begins two samples before.
    CHECK(curve(panel, "C arrival")->x[0] == Approx(1.996));
    const auto* peaks = curve(panel, "peaks");
    REQUIRE(peaks != nullptr);
    CHECK(peaks->x.front() == Approx(1.996));
    std::size_t pieces = 0;
    for (const double y : peaks->y)
        pieces += std::isnan(y) ? 1 : 0;
    CHECK(pieces == 2);
    CHECK(panel.y.min < 90);
    CHECK(panel.y.max > 100);
}

TEST_CASE("a part of a slot is shown in all its samples") {
    const auto view = view_of_two_pulses();
    WaveformOptions options;
    options.channels = {"csi"};
    options.time.from_us = 1.98;
    options.time.to_us = 2.02;
    const auto figure = waveform_figure(view, options).value();
    const auto& panel = figure.panels[1];
    CHECK(panel.x.min == 1.98);
    CHECK(panel.x.max == 2.02);
    const Points* samples = nullptr;
    for (const auto& series : panel.series)
        if (const auto* points = std::get_if<Points>(&series)) samples = points;
    REQUIRE(samples != nullptr);
    CHECK(samples->x.size() >= 20);
    CHECK(samples->x.size() <= 21);

    options.time.to_us = 1;
    CHECK(waveform_figure(view, options).error().kind == proto::ErrorKind::CONFIG);
}

TEST_CASE("without a name all channels with traces are drawn, and a wrong name lists them") {
    const auto view = view_of_two_pulses();
    const auto figure = waveform_figure(view, {}).value();
    REQUIRE(figure.panels.size() == 3);
    CHECK(figure.panels[2].title == "muon");
    CHECK(curve(figure.panels[2], "baseline") == nullptr);
    CHECK(figure.panels[1].x.bare);
    CHECK_FALSE(figure.panels[2].x.bare);

    WaveformOptions options;
    options.channels = {"ge"};
    const auto refused = waveform_figure(view, options);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().kind == proto::ErrorKind::NOT_FOUND);
    CHECK_THAT(refused.error().message, Contains("'ge'") && Contains("csi, muon"));
}

TEST_CASE("a slot that no chain reads shows its traces and windows") {
    auto view = view_of_two_pulses();
    view.config.config.clear_chain();
    view.config.config.clear_channel();
    view.engine = Engine::make(view.config.config).value();
    view.candidates = {};
    const auto figure = waveform_figure(view, {}).value();
    REQUIRE(figure.panels.size() == 3);
    CHECK(figure.panels[1].title == "0:0");
    CHECK(figure.panels[2].title == "0:1");
    CHECK(figure.lines.empty());
    CHECK_FALSE(figure.panels[1].series.empty());
}

TEST_CASE("where traces are far apart, one is shown, and its time counts from near it") {
    SlotView view;
    view.config.config.mutable_gate()->set_mode(config::Gate::FREE_RUNNING);
    test::RecordBuilder builder;
    for (const std::int64_t first : {5'000'000, 25'000'000, 45'000'000})
        builder.add_trace(3, first, test::flat(1000, 7));
    builder.add_window(wire::FREE, 0, 0, 0, 50'000'000);
    view.slot.record = builder.record;
    view.engine = Engine::make(view.config.config).value();
    WaveformOptions options;
    auto figure = waveform_figure(view, options).value();
    REQUIRE(figure.lines.size() == 1);
    CHECK(figure.lines[0] == "trace 1 of 3 of 0:3");
    options.time.trace = 2;
    figure = waveform_figure(view, options).value();
    CHECK(figure.lines[0] == "trace 2 of 3 of 0:3");
    const auto& x = figure.panels.back().x;
    CHECK(x.label == "time after the slot's begin + 50 ms");
    CHECK(x.min == Approx(0).margin(1e-6));
    CHECK(x.max == Approx(2));
    options.time.trace = 4;
    CHECK_THAT(waveform_figure(view, options).error().message, Contains("3 traces"));
}

TEST_CASE("a slot is read from its run with its verdict, one without record says what it is") {
    const offline::testing::TestDirectory directory;
    const auto run = offline::testing::write_run(directory.path("runs"), {});
    const auto view = load_slot_view(run, 42, "").value();
    CHECK(view.slot.record.slot == 42);
    REQUIRE(view.slot.verdict);
    CHECK(view.slot.verdict->slot == 42);
    CHECK(view.candidates.candidates.size() == 2);
    const auto figure = waveform_figure(view, {}).value();
    CHECK(figure.simulated);
    CHECK_THAT(figure.title, Contains("slot 42 · complete") && Contains("23 μC measured"));

    const auto missed = load_slot_view(run, 33, "");
    REQUIRE_FALSE(missed.has_value());
    CHECK(missed.error().kind == proto::ErrorKind::NOT_FOUND);
    CHECK_THAT(missed.error().message, Contains("slot 33") && Contains("mark-missed"));
    CHECK_THAT(load_slot_view(run, 1000, "").error().message, Contains("slots 0 to 59"));
}

TEST_CASE("real recordings are drawn") {
    for (const std::string name : {"20241218-150158-pulser.bin", "HPGe_WaveDump_wave0.dat",
                                   "SiPM_coincidence_wave0.dat", "SiPM_coincidence_wave1.dat"}) {
        const auto path = test::shared_waveform(name);
        if (path.empty()) continue;
        CAPTURE(name);
        const offline::testing::TestDirectory directory;
        const auto report = test::imported(path, directory.path());
        const auto view = load_slot_view(report.directory, 0, "").value();
        const auto figure = waveform_figure(view, {}).value();
        CHECK_FALSE(figure.simulated);
        std::size_t points = 0;
        for (const auto& panel : figure.panels)
            for (const auto& series : panel.series)
                if (const auto* trace = std::get_if<Curve>(&series)) points += trace->x.size();
        CHECK(points > 1000);
    }
}
