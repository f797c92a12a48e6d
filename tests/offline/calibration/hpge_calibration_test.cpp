// HPGe calibration: decay constant, lines, scale, and the file in a reprocessing.
#include "offline/calibration/hpge_calibration.hpp"

#include <algorithm>
#include <cmath>
#include <random>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "offline/calibration/applied_calibrations.hpp"
#include "offline/calibration/decay_fit.hpp"
#include "offline/calibration/line_fit.hpp"
#include "offline/calibration/line_search.hpp"
#include "offline/verbs/process_runs.hpp"
#include "tests/offline/calibration/hpge_run.hpp"
#include "tests/offline/import/foreign_files.hpp"
#include "tests/offline/reconstruction/fcio_records.hpp"
#include "tests/offline/reconstruction/hpge_record.hpp"
#include "tests/proto/temporary_directory.hpp"

using namespace spillgate;
using namespace spillgate::offline;
using proto::testing::TemporaryDirectory;

namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr double fwhm_of_sigma = 2.3548;

std::vector<GammaLine> th228() {
    return gamma_sources().front().lines;
}

// Lines of a source on a falling continuum, E = (keV − offset) / per_adc, in ADC, sorted.
std::vector<double> drawn_spectrum(std::mt19937_64& random, double offset, double per_adc, int entries) {
    std::vector<double> energies;
    const auto lines = th228();
    for (int i = 0; i < entries; ++i) {
        double kev = std::exponential_distribution<double>(1.0 / 700)(random);
        if (i % 2 == 0) {
            const auto& line = lines[random() % lines.size()];
            const double fwhm = 1 + 0.0007 * line.energy_kev;
            kev = std::normal_distribution<double>(line.energy_kev, fwhm / fwhm_of_sigma)(random);
        }
        if (kev > 60 && kev < 2700) energies.push_back((kev - offset) / per_adc);
    }
    std::ranges::sort(energies);
    return energies;
}

// Traces of steps with the heights given, 1800 samples of 16 ns, decay in samples.
std::vector<proto::SpillRecord> step_records(const std::vector<double>& heights, double decay,
                                             std::mt19937_64& random) {
    std::vector<proto::SpillRecord> records;
    for (const double height : heights) {
        auto codes = test::flat(1800, 8000);
        test::add_step(codes, 900, height, 20, decay);
        test::add_noise(codes, 3, random);
        test::RecordBuilder builder(62.5e6);
        builder.add_trace(0, 0, codes, {16, false, 0});
        builder.add_window(wire::FREE, 0, 0, 0, 1800);
        builder.record.slot = records.size();
        builder.record.utc_ns = (100 + static_cast<std::int64_t>(records.size())) * second;
        records.push_back(builder.record);
    }
    return records;
}

HpgeCalibrationOptions pulser_at(double energy_kev) {
    HpgeCalibrationOptions options;
    options.source = "pulser";
    options.lines = {{energy_kev}};
    return options;
}

}  // namespace

TEST_CASE("the decay constant comes back from the tails that it made, with an honest error", "[property]") {
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    const auto config = proto::parse_config(test::hpge_run_config(), "test").value().config;
    for (const double decay : {2500.0, 5125.0, 20000.0}) {
        auto pulses = HpgePulses::make(config, "hpge").value();
        std::vector<double> heights;
        for (int i = 0; i < 60; ++i)
            heights.push_back(std::uniform_real_distribution<double>(500, 20000)(random));
        for (const auto& record : step_records(heights, decay, random))
            pulses.add(record);
        const auto fit = fit_decay(pulses.channels().at("ge")).value();
        INFO(fit.decay_ns << " ± " << fit.decay_error_ns);
        CHECK(fit.tails == 60);
        CHECK(std::abs(fit.decay_ns - decay * 16) < 6 * fit.decay_error_ns);
        CHECK(fit.decay_error_ns < 2e-3 * decay * 16 * (decay / 2500));
    }
}

TEST_CASE("a decay constant without enough tails is refused in words") {
    HpgeChannelPulses channel;
    channel.sample_period_ns = 4;
    channel.pulses.resize(19, {100, 0, 1e-4, 0});
    CHECK_THAT(fit_decay(channel).error().message, Catch::Contains("19 tails"));
    channel.pulses.resize(30, {100, 0, 1e-4, 0});
    for (auto& pulse : channel.pulses)
        pulse.tail_lambda = -1e-3;
    CHECK_THAT(fit_decay(channel).error().message, Catch::Contains("do not decay"));
}

TEST_CASE("a line fit gives back position, width and counts with honest errors", "[property]") {
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    double position_pulls = 0, width_pulls = 0;
    constexpr int toys = 25;
    for (int toy = 0; toy < toys; ++toy) {
        const double fwhm_kev = 1.5 + 2 * std::uniform_real_distribution<double>()(random);
        std::vector<double> energies;
        for (int i = 0; i < 300; ++i)
            energies.push_back(std::normal_distribution<double>(2614.5, fwhm_kev / fwhm_of_sigma)(random) /
                               0.1);
        for (int i = 0; i < 150; ++i)
            energies.push_back(std::uniform_real_distribution<double>(2580, 2650)(random) / 0.1);
        std::ranges::sort(energies);
        LineFitOptions options;
        options.energy_kev = 2614.5;
        options.expected_adc = 26140;
        options.kev_per_adc = 0.1;
        const auto fit = fit_line(energies, options);
        INFO(fit.DebugString());
        REQUIRE(fit.position_adc().error() > 0);
        const double position = (fit.position_adc().value() - 26145) / fit.position_adc().error();
        const double width = (fit.fwhm_kev().value() - fwhm_kev) / fit.fwhm_kev().error();
        CHECK(std::abs(position) < 5);
        CHECK(std::abs(width) < 5);
        CHECK(fit.counts().value() == Approx(300).margin(6 * fit.counts().error()));
        position_pulls += position * position;
        width_pulls += width * width;
    }
    CHECK(position_pulls / toys > 0.3);
    CHECK(position_pulls / toys < 2.5);
    CHECK(width_pulls / toys > 0.3);
    CHECK(width_pulls / toys < 2.5);
}

TEST_CASE("the scale of a thorium spectrum is found whatever it is, and refused where there are no lines",
          "[property]") {
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    for (int round = 0; round < 20; ++round) {
        const double per_adc = std::exp(std::uniform_real_distribution<double>(-5, 1)(random));
        const auto found = find_scale(drawn_spectrum(random, 0, per_adc, 4000), th228());
        REQUIRE(found.has_value());
        CHECK(found->kev_per_adc == Approx(per_adc).epsilon(1.5e-3));
        CHECK(found->lines >= 8);
    }
    std::vector<double> continuum(2000);
    for (auto& energy : continuum)
        energy = std::uniform_real_distribution<double>(100, 20000)(random);
    std::ranges::sort(continuum);
    CHECK_FALSE(find_scale(continuum, th228()).has_value());
    CHECK_THAT(find_scale({}, th228()).error().message, Catch::Contains("0 pulses"));
}

TEST_CASE("a channel's scale has offset, slope and curvature of what it was drawn from", "[property]") {
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    const auto channel_of = [&](double offset, double per_adc) {
        HpgeChannelPulses channel;
        channel.sample_period_ns = 4;
        for (const double energy : drawn_spectrum(random, offset, per_adc, 20000))
            channel.pulses.push_back({energy, 0, 5e-5, 0});
        return channel;
    };
    HpgeCalibrationOptions options;
    options.lines = th228();
    const auto linear = fit_hpge(channel_of(0.8, 0.12), 80000, options);
    INFO(linear.DebugString());
    REQUIRE(linear.fitted());
    CHECK(std::abs(linear.kev_offset().value() - 0.8) < 5 * linear.kev_offset().error());
    CHECK(std::abs(linear.kev_per_adc().value() - 0.12) < 5 * linear.kev_per_adc().error());
    CHECK(linear.kev_per_adc2().value() == 0);
    CHECK(linear.chi2() < 5 * linear.ndof());
    CHECK(linear.lines_size() >= 10);
    for (const auto& line : linear.lines()) {
        CHECK(std::abs(line.residual_kev()) < 0.3);
        CHECK(line.fwhm_kev().value() == Approx(1 + 0.0007 * line.energy_kev()).margin(0.3));
    }
    options.form = ScaleForm::QUADRATIC;
    const auto quadratic = fit_hpge(channel_of(0, 0.12), 80000, options);
    REQUIRE(quadratic.fitted());
    CHECK(std::abs(quadratic.kev_per_adc2().value()) < 5 * quadratic.kev_per_adc2().error());
}

TEST_CASE("a pulser calibrates a run for its own reprocessing, and the file is named in what comes out",
          "[integration]") {
    const TemporaryDirectory directory;
    std::mt19937_64 random(7);
    const auto records = step_records(std::vector<double>(80, 5000), 5000, random);
    const auto run = test::write_hpge_run(directory.path(), 1, records, 100 * second, 180 * second);
    const auto calibration = calibrate_hpge({run}, pulser_at(1000)).value();
    const auto& slice = calibration.slices(0);
    INFO(calibration_table(calibration));
    REQUIRE(slice.fitted());
    CHECK(slice.kev_offset().value() == 0);
    CHECK(slice.kev_per_adc().value() == Approx(0.2).epsilon(1e-3));
    CHECK(slice.decay_ns().value() == Approx(80000).epsilon(1e-2));
    CHECK(slice.valid_from_utc_ns() == 100 * second);
    CHECK(slice.valid_to_utc_ns() == 179 * second + 1);

    const auto path = directory.path() + "/ge.txtpb";
    REQUIRE(save_calibration(calibration, path).has_value());
    ProcessOptions options;
    options.directories = {run};
    options.calibrations = {path};
    const auto done = process_runs(options).value();
    REQUIRE(done.saved.provenance.calibrations.size() == 1);
    CHECK(done.saved.provenance.calibrations[0].first == "ge.txtpb");
    CHECK(done.saved.provenance.calibrations[0].second == sha256_of(load_calibration(path).value()));
    CHECK_THAT(done.saved.effective_config, Catch::Contains("kev_per_adc: 0.2"));

    // A run that goes on for 5 s after the calibration has ended.
    auto longer = records;
    for (std::size_t i = 75; i < longer.size(); ++i)
        longer[i].utc_ns += 6 * second;
    options.directories = {test::write_hpge_run(directory.path(), 2, longer, 0, 1)};
    const auto refused = process_runs(options);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().kind == proto::ErrorKind::CONFIG);
    CHECK_THAT(refused.error().message, Catch::Contains("ge.txtpb") && Catch::Contains("'ge'") &&
                                            Catch::Contains("00:03:01 to 1970-01-01 00:03:05"));
}

TEST_CASE("files of one chain add up, and what they leave open is refused with file, channel and gap") {
    const auto file = [](const std::string& path, std::int64_t from, std::int64_t to, bool fitted = true) {
        wire::HpgeCalibration calibration;
        calibration.set_format_major(1);
        calibration.set_kind("hpge");
        calibration.set_chain("hpge");
        auto& slice = *calibration.add_slices();
        slice.set_channel("ge");
        slice.set_valid_from_utc_ns(from * second);
        slice.set_valid_to_utc_ns(to * second);
        slice.set_fitted(fitted);
        slice.mutable_kev_per_adc()->set_value(0.25);
        slice.mutable_decay_ns()->set_value(81000);
        return NamedCalibration{path, calibration};
    };
    const auto at = [](std::initializer_list<std::int64_t> seconds) {
        std::vector<std::int64_t> labels;
        for (const auto s : seconds)
            labels.push_back(s * second);
        return labels;
    };
    const std::vector<NamedCalibration> both{file("b", 50, 100), file("a", 10, 50)};
    CHECK(check_validity(both, at({10, 49, 50, 99})).has_value());
    CHECK(check_validity(both, {}).has_value());
    CHECK_FALSE(check_validity(both, at({9, 50})).has_value());
    CHECK_FALSE(check_validity(both, at({50, 100})).has_value());
    const std::vector<NamedCalibration> apart{file("c", 0, 5), file("a", 10, 50), file("b", 60, 100)};
    CHECK(check_validity(apart, at({20, 70})).has_value());
    const auto gap = check_validity(apart, at({20, 51, 53, 58, 70}));
    REQUIRE_FALSE(gap.has_value());
    CHECK_THAT(gap.error().message, Catch::StartsWith("a: ") && Catch::Contains("'ge'") &&
                                        Catch::Contains("00:00:51 to 1970-01-01 00:00:58"));
    CHECK_FALSE(check_validity(std::vector{file("a", 10, 50, false)}, at({20})).has_value());

    const auto config = proto::parse_config(test::hpge_run_config(), "test").value();
    const auto changed = with_calibrations(config, both).value();
    REQUIRE(changed.config.chain(0).hpge().slice_size() == 2);
    CHECK(changed.config.chain(0).hpge().slice(0).decay_ns() == 81000);
    CHECK(changed.sha256 != config.sha256);
    auto other = file("a", 10, 50);
    std::get<wire::HpgeCalibration>(other.calibration).set_chain("other");
    CHECK_THAT(with_calibrations(config, std::vector{other}).error().message, Catch::Contains("'other'"));
}

TEST_CASE("an HPGe calibration file is known by its kind, and one that was changed is refused") {
    wire::HpgeCalibration calibration;
    calibration.set_format_major(1);
    calibration.set_kind("hpge");
    calibration.set_chain("hpge");
    calibration.add_slices()->mutable_kev_per_adc()->set_value(0.125);
    auto text = calibration_text(calibration);
    const auto back = parse_calibration(text, "ge.txtpb").value();
    CHECK(std::get<wire::HpgeCalibration>(back).slices(0).kev_per_adc().value() == 0.125);
    text.replace(text.find("0.125"), 5, "0.126");
    CHECK_THAT(parse_calibration(text, "ge.txtpb").error().message, Catch::Contains("changed"));
    calibration.set_kind("other");
    CHECK(parse_calibration(calibration_text(calibration), "x").error().kind ==
          proto::ErrorKind::UNSUPPORTED);
}

TEST_CASE("a time in UTC is read as it is written, and nothing else is") {
    CHECK(parse_utc("1970-01-02T00:00:01").value() == 86401 * second);
    CHECK(parse_utc("2026-11-27T22:20:22Z").value() == 1795818022 * second);
    for (const auto* text : {"", "2026-11-27", "2026-11-27T22:20:22+01:00", "yesterday"})
        CHECK_FALSE(parse_utc(text).has_value());
}

TEST_CASE("a thorium recording of 1000 events is calibrated on its own lines", "[integration]") {
    const auto path = test::shared_waveform("th228.fcio");
    if (path.empty()) return;
    const auto records = test::fcio_records(path);
    REQUIRE(records.size() == 1000);
    const TemporaryDirectory directory;
    const auto run =
        test::write_hpge_run(directory.path(), 1, records, records.front().utc_ns, records.back().utc_ns + 1);
    HpgeCalibrationOptions options;
    options.lines = th228();
    const auto calibration = calibrate_hpge({run}, options).value();
    const auto& slice = calibration.slices(0);
    INFO(calibration_table(calibration));
    REQUIRE(slice.fitted());
    CHECK(slice.decay_ns().value() == Approx(82000).epsilon(0.03));
    const auto top = std::ranges::find(slice.lines(), 2614.511, &wire::HpgeLineFit::energy_kev);
    REQUIRE(top != slice.lines().end());
    CHECK(top->counts().value() > 15);
    CHECK(top->fwhm_kev().value() < 6);
    CHECK(slice.lines_size() >= 4);
    for (const auto& line : slice.lines())
        CHECK(std::abs(line.residual_kev()) < 3);

    // The same through the engine: the line stands alone above the Compton edge.
    const NamedCalibration named{"th228", calibration};
    const auto config =
        with_calibrations(proto::parse_config(test::hpge_run_config(), "test").value(), std::span(&named, 1))
            .value();
    int in_line = 0;
    int below_line = 0;
    for (const auto& record : records)
        for (const auto& candidate : test::reconstruct(config.config, record)) {
            if (!candidate.found || candidate.quality != 0) continue;
            const double energy_kev = test::hpge_value(candidate, "energy_kev");
            in_line += std::abs(energy_kev - 2614.5) < 5;
            below_line += energy_kev > 2500 && energy_kev < 2600;
        }
    CHECK(in_line > 25);
    CHECK(below_line < 5);
}
