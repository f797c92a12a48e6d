// The SPE fit and calibration files.
#include "offline/calibration/spe_calibration.hpp"

#include <cmath>
#include <numeric>
#include <random>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "offline/calibration/applied_calibrations.hpp"
#include "offline/calibration/calibration_file.hpp"
#include "proto/config_loader.hpp"
#include "proto/run_file/run_writer.hpp"
#include "proto/wire.hpp"
#include "tests/hw/collecting_sink.hpp"
#include "tests/offline/reconstruction/pmt_record.hpp"
#include "tests/offline/reconstruction/several_pmts.hpp"
#include "tests/proto/temporary_directory.hpp"

using namespace spillgate;
using namespace spillgate::offline;
using proto::testing::TemporaryDirectory;

namespace {

// Charges of 1, 2 and 3 PE and of a pedestal, as drawn.
ChargeSpectrum draw(std::mt19937_64& random, SpeShape shape, double spe, double width, int entries) {
    ChargeSpectrum spectrum;
    spectrum.counts.resize(200);
    for (int i = 0; i < entries; ++i) {
        const auto kind = random() % 100;
        const int n = kind < 80 ? 1 : kind < 88 ? 2 : kind < 90 ? 3 : 0;
        double q = 0;
        if (n == 0)
            q = std::exponential_distribution<double>(1 / 8.0)(random);
        else if (shape == SpeShape::GAUSSIAN)
            q = std::normal_distribution<double>(n * spe, std::sqrt(n) * width)(random);
        else
            q = std::gamma_distribution<double>(n * (width + 1), spe / (width + 1))(random);
        spectrum.fill(std::llround(q));
    }
    return spectrum;
}

}  // namespace

TEST_CASE("charges land in the bin that holds their whole number") {
    ChargeSpectrum spectrum;
    spectrum.counts.resize(3);
    for (const std::int64_t charge : {-1, 0, 1, 2, 5, 6})
        spectrum.fill(charge);
    CHECK(spectrum.below == 1);
    CHECK(spectrum.counts == std::vector<std::uint64_t>{2, 1, 1});
    CHECK(spectrum.above == 1);
    CHECK(spectrum.centre(0) == 0.5);
    CHECK(spectrum.centre(2) == 4.5);
}

TEST_CASE("the fit gives back the SPE charge that a spectrum was drawn from, with an honest error",
          "[property]") {
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    for (const auto& [shape, width] : {std::pair{SpeShape::GAUSSIAN, 20.0}, {SpeShape::POLYA, 4.0}}) {
        constexpr int toys = 24;
        double sum = 0;
        double squares = 0;
        for (int toy = 0; toy < toys; ++toy) {
            SpeFitOptions options;
            options.shape = shape;
            options.min_adc = 4;
            const double spe = 50 + 30 * std::uniform_real_distribution<double>()(random);
            const auto fit = fit_spe(draw(random, shape, spe, width, 20000), options);
            INFO(fit.DebugString());
            REQUIRE(fit.fitted());
            const double pull = (fit.spe_charge_adc().value() - spe) / fit.spe_charge_adc().error();
            CHECK(std::abs(pull) < 5.5);
            CHECK(fit.spe_charge_adc().error() < 2);
            CHECK(fit.chi2() < 2.5 * fit.ndof());
            sum += pull;
            squares += pull * pull;
        }
        CHECK(std::abs(sum / toys) < 5 / std::sqrt(toys));
        // The sum of 24 squares of unit normals is less than this once in 100 000 times.
        CHECK(squares / toys > 0.2);
        CHECK(squares / toys < 4);
    }
}

TEST_CASE("pulses of one PE are not taken for several of a smaller charge, wherever the fit starts") {
    constexpr double spe = 120, sigma = 36;
    // As well 2 PE of half the charge, or 3 of a third: gaussians of the same mean and width.
    ChargeSpectrum expected;
    for (std::size_t bin = 0; bin < 400; ++bin) {
        const double z = (expected.centre(bin) - spe) / sigma;
        expected.counts.push_back(static_cast<std::uint64_t>(std::llround(444 * std::exp(-0.5 * z * z))));
    }
    for (const double start : {30.0, 36.0, 60.0, 120.0, 180.0}) {
        auto options = spe_fit_around(start);
        options.shape = SpeShape::GAUSSIAN;
        const auto fit = fit_spe(expected, options);
        INFO(start << fit.DebugString());
        REQUIRE(fit.fitted());
        CHECK(fit.spe_charge_adc().value() == Approx(spe).epsilon(0.01));
        CHECK(fit.spe_charge_adc().error() > 0.2);  // sigma / √20 000 = 0.25
        CHECK(fit.spe_charge_adc().error() < 3);
    }
}

TEST_CASE("a slice with too few pulses is not fitted and says why") {
    std::mt19937_64 random(1);
    const auto fit = fit_spe(draw(random, SpeShape::POLYA, 60, 3, 500), {});
    CHECK_FALSE(fit.fitted());
    CHECK_THAT(fit.problem(), Catch::Contains("needed: 1000"));
    CHECK_FALSE(fit_spe(ChargeSpectrum{}, {}).fitted());
}

TEST_CASE("only isolated peaks of good traces are counted, each in the slice of its slot") {
    auto config = test::beam_triggered_config();
    test::RecordBuilder builder;
    auto codes = test::flat(35000, 100);
    for (const std::size_t first :
         {5000, 9000, 9300, 34900})  // the second two too close, the last at the end
        for (std::size_t i = first; i < first + 3; ++i)
            codes[i] = 90;
    builder.add_trace(0, 0, codes);
    auto spectra = SpeSpectra::make(config, "pmt", {}).value();
    builder.record.utc_ns = 3'599'000'000'000;
    spectra.add(builder.record);
    builder.record.utc_ns = 3'600'000'000'000;
    spectra.add(builder.record);
    builder.record.samples[0] = static_cast<std::uint16_t>(-128);  // overflow
    spectra.add(builder.record);
    REQUIRE(spectra.spectra().size() == 2);
    const auto& first = spectra.spectra().at({"csi", 0});
    const auto& second = spectra.spectra().at({"csi", 3'600'000'000'000});
    for (const auto* spectrum : {&first, &second}) {
        CHECK(spectrum->counts[30 / 2] == 1);
        CHECK(std::accumulate(spectrum->counts.begin(), spectrum->counts.end(), std::uint64_t{0}) == 1);
    }
    CHECK_FALSE(SpeSpectra::make(config, "none", {}).has_value());
}

TEST_CASE("the SPE charges of partners are calibrated with their detector's, and put into its chain",
          "[partners]") {
    auto config = test::several_pmts_config(2);
    config.mutable_chain(0)->mutable_pmt()->set_linear_gate_check(false);
    test::SeveralPmtsRecord built;
    auto codes = test::flat(35000, 3000);
    for (std::size_t i = 20000; i < 20003; ++i)
        codes[i] = 2990;
    built.add_trace(1, 0, codes);
    auto spectra = SpeSpectra::make(config, "chain", {}).value();
    spectra.add(built.record);
    REQUIRE(spectra.spectra().size() == 1);
    CHECK(spectra.spectra().begin()->first.first == "pmt1");

    const auto shipped = proto::load_config(SPILLGATE_SOURCE_DIR "/config/csi-csns-two-pmt.txtpb").value();
    wire::SpeCalibration calibration;
    calibration.set_chain("csi");
    auto& fit = *calibration.add_slices();
    fit.set_channel("a-right");
    fit.set_valid_from_utc_ns(1000);
    fit.set_valid_to_utc_ns(2000);
    fit.set_fitted(true);
    fit.mutable_spe_charge_adc()->set_value(411.5);
    const auto applied = [&] {
        return with_calibrations(shipped, std::vector{NamedCalibration{"spe", calibration}});
    };
    const auto changed = applied();
    REQUIRE(changed.has_value());
    CHECK(changed->config.chain(0).pmt().spe_slice(0).channel() == "a-right");
    fit.set_channel("panel-a");
    CHECK_FALSE(applied().has_value());
}

TEST_CASE("a LAr chain's PMTs are calibrated by their single pulses, and its slices are put into it",
          "[lar]") {
    const auto shipped = proto::load_config(SPILLGATE_SOURCE_DIR "/config/lar-sns.txtpb").value();
    test::RecordBuilder built(250e6);
    built.add_trace(1, 0, test::flat(8000, 3600, {{4000, 3570}, {4001, 3560}, {4002, 3570}}), {12, false, 0});
    auto spectra = SpeSpectra::make(shipped.config, "lar", {}).value();
    spectra.add(built.record);
    REQUIRE(spectra.spectra().size() == 1);
    const auto& [key, spectrum] = *spectra.spectra().begin();
    CHECK(key.first == "bottom");
    CHECK(spectrum.counts[100 / spectrum.bin_adc] == 1);  // 30 + 40 + 30

    wire::SpeCalibration calibration;
    calibration.set_chain("lar");
    auto& fit = *calibration.add_slices();
    fit.set_channel("bottom");
    fit.set_valid_from_utc_ns(1000);
    fit.set_valid_to_utc_ns(2000);
    fit.set_fitted(true);
    fit.mutable_spe_charge_adc()->set_value(97.5);
    const auto changed = with_calibrations(shipped, std::vector{NamedCalibration{"spe", calibration}});
    REQUIRE(changed.has_value());
    REQUIRE(changed->config.chain(0).lar().spe_slice_size() == 1);
    CHECK(changed->config.chain(0).lar().spe_slice(0).spe_charge_adc() == 97.5);
}

TEST_CASE("the spectrum that was fitted goes with the fit") {
    std::mt19937_64 random(2);
    const auto spectrum = draw(random, SpeShape::POLYA, 60, 3, 5000);
    const auto fit = fit_spe(spectrum, {});
    CHECK(fit.bin_adc() == 2);
    CHECK(fit.first_bin() == 15);  // centre 30.5, the first at or above 30
    REQUIRE(fit.counts_size() == 135);
    std::uint64_t sum = 0;
    for (int i = 0; i < fit.counts_size(); ++i) {
        CHECK(fit.counts(i) == spectrum.counts[static_cast<std::size_t>(15 + i)]);
        sum += fit.counts(i);
    }
    CHECK(sum == fit.entries());
}

TEST_CASE("a calibration file of before spectra were kept is read") {
    const std::string text =
        "format_major: 1\nchain: \"pmt\"\nruns: 3\nruns: 4\n"
        "slices {\n  channel: \"csi\"\n  fitted: true\n  spe_charge_adc {\n    value: 61.25\n  }\n}\n";
    const auto hash = "sha256: \"" + proto::sha256_hex(text) + "\"\n";
    const auto old = parse_calibration(text + hash, "old");
    REQUIRE(old.has_value());
    const auto& spe = std::get<wire::SpeCalibration>(*old);
    CHECK(spe.runs_size() == 2);
    CHECK(spe.slices(0).counts().empty());
    auto changed = text;
    changed.replace(changed.find("61.25"), 5, "61.35");
    CHECK(parse_calibration(changed + hash, "old").error().kind == proto::ErrorKind::CORRUPT);
    CHECK(parse_calibration(text, "old").error().kind == proto::ErrorKind::CORRUPT);
    CHECK(parse_calibration(text + hash + "\n", "old").error().kind == proto::ErrorKind::CORRUPT);
}

TEST_CASE("the simulated detector's SPE charge is found from its records", "[integration]") {
    constexpr double spe = 66;
    auto board = hw::testing::simulated_board(2500);
    auto& pmt = *board.mutable_simulation()->mutable_pmt();
    pmt.set_spe_charge_adc(spe);
    pmt.set_spe_polya_m(8);
    pmt.set_dark_rate_hz(60000);
    pmt.set_steady_rate_hz(0);
    pmt.set_large_rate_hz(0);
    pmt.set_cherenkov_rate_hz(0);
    pmt.set_muon_rate_hz(0);
    pmt.set_baseline_wander_adc(0);
    pmt.set_linear_gate_fraction(0);
    auto config = test::beam_triggered_config();
    config.mutable_channel(0)->set_board(board.id());
    auto spectra = SpeSpectra::make(config, "pmt", {}).value();
    for (auto& batch : hw::testing::simulate(board)) {
        proto::SpillRecord record;
        record.samples = std::move(batch.samples);
        record.traces = std::move(batch.traces);
        for (const auto& trace : record.traces)
            record.clocks = {{trace.first.domain, 500e6, trace.first, 0}};
        spectra.add(record);
    }
    const auto fit = fit_spe(spectra.spectra().at({"csi", 0}), spe_fit_around(60));
    INFO(fit.DebugString());
    REQUIRE(fit.fitted());
    CHECK(fit.entries() > 5000);
    // Margins of the region cut the pulse's feet, a per cent or so; the rest is the fit's own error.
    CHECK(std::abs(fit.spe_charge_adc().value() - spe) < 3 * fit.spe_charge_adc().error() + 0.02 * spe);
}

TEST_CASE("a calibration file is what it was, and one that was changed is refused") {
    const TemporaryDirectory directory;
    wire::SpeCalibration calibration;
    calibration.set_format_major(1);
    calibration.set_chain("pmt");
    auto& fit = *calibration.add_slices();
    fit.set_channel("csi");
    fit.set_valid_from_utc_ns(1000);
    fit.set_valid_to_utc_ns(2000);
    fit.set_fitted(true);
    fit.mutable_spe_charge_adc()->set_value(61.25);
    const auto path = directory.path() + "/spe.txtpb";
    REQUIRE(save_calibration(calibration, path).has_value());
    const auto back = load_calibration(path);
    REQUIRE(back.has_value());
    CHECK(sha256_of(*back).size() == 64);
    CHECK(std::get<wire::SpeCalibration>(*back).slices(0).SerializeAsString() == fit.SerializeAsString());

    auto text = calibration_text(calibration);
    text.replace(text.find("61.25"), 5, "61.35");
    const auto changed = parse_calibration(text, "spe.txtpb");
    REQUIRE_FALSE(changed.has_value());
    CHECK_THAT(changed.error().message, Catch::Contains("spe.txtpb") && Catch::Contains("changed"));
    CHECK_FALSE(parse_calibration("garbage", "x").has_value());
    CHECK(load_calibration(directory.path() + "/none").error().kind == proto::ErrorKind::NOT_FOUND);
    CHECK_THAT(calibration_table(calibration), Catch::Contains("csi") && Catch::Contains("61.25"));
}
