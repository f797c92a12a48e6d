// SPE calibrations as they are drawn.
#include "offline/plot/spe_figure.hpp"

#include <cmath>
#include <random>

#include <catch2/catch.hpp>

#include "offline/calibration/spe_calibration.hpp"

using namespace spillgate;
using namespace spillgate::offline;
using namespace spillgate::offline::plot;
using Catch::Contains;

namespace {

// Two slices of one channel, drawn from known distributions.
wire::SpeCalibration calibration() {
    wire::SpeCalibration out;
    out.set_format_major(1);
    out.set_chain("csi");
    out.set_shape("polya");
    out.add_runs(12);
    out.set_fit_min_adc(20);
    out.set_fit_max_adc(300);
    out.set_simulated(true);
    std::mt19937_64 random(7);
    for (std::int64_t hour = 0; hour < 2; ++hour) {
        ChargeSpectrum spectrum;
        spectrum.counts.resize(200);
        for (int i = 0; i < 5000; ++i)
            spectrum.fill(std::llround(std::gamma_distribution<double>(4, 15)(random)));
        auto& slice = *out.add_slices();
        slice = fit_spe(spectrum, {});
        slice.set_channel("csi");
        slice.set_valid_from_utc_ns(hour * 3'600'000'000'000);
        slice.set_valid_to_utc_ns((hour + 1) * 3'600'000'000'000);
    }
    return out;
}

template <class S>
const S& series(const Panel& panel, const std::string& name) {
    for (const auto& one : panel.series)
        if (const auto* found = std::get_if<S>(&one); found != nullptr && found->name == name) return *found;
    FAIL("no series '" << name << "'");
    throw std::logic_error("unreachable");
}

}  // namespace

TEST_CASE("each slice is a page: data, fit, components, pulls, and the charge with its error") {
    const auto fits = calibration();
    REQUIRE(fits.slices(0).fitted());
    const auto pages = spe_figures(fits, {}).value();
    REQUIRE(pages.size() == 2);
    const auto& page = pages[0];
    CHECK(page.simulated);
    CHECK(page.title == "SPE calibration · csi");
    CHECK_THAT(page.lines[0],
               Contains("run 12") && Contains("1970-01-01 00:00:00") && Contains("1970-01-01 01:00:00"));
    REQUIRE(page.panels.size() == 2);
    const auto& counts = page.panels[0];
    CHECK_THAT(counts.text[0], Contains("SPE charge") && Contains("±") && Contains("ADC·samples"));
    const auto& data = series<Points>(counts, "data");
    CHECK(data.x.front() == 30.5);
    CHECK(data.x.back() == 298.5);
    double sum = 0;
    for (const double y : data.y)
        sum += y;
    CHECK(sum == static_cast<double>(fits.slices(0).entries()));

    // The components add up to the fit, and the pulls are small where there is much.
    const auto& fit = series<Curve>(counts, "fit");
    const auto& one_pe = series<Curve>(counts, "1 PE");
    REQUIRE(fit.y.size() == one_pe.y.size());
    std::vector<double> added(fit.y.size());
    for (const auto& one : counts.series)
        if (const auto* curve = std::get_if<Curve>(&one); curve != nullptr && curve->name != "fit")
            for (std::size_t i = 0; i < added.size(); ++i)
                added[i] += curve->y[i];
    for (std::size_t i = 0; i < added.size(); ++i)
        CHECK(added[i] == Approx(fit.y[i]).margin(0.05));
    const auto& pulls = series<Points>(page.panels[1], "");
    double squares = 0;
    for (std::size_t i = 0; i < 40; ++i)
        squares += pulls.y[i] * pulls.y[i];
    CHECK(squares > 10);
    CHECK(squares < 100);
}

TEST_CASE("a slice that was not fitted shows its data and why") {
    auto fits = calibration();
    auto& slice = *fits.mutable_slices(1);
    ChargeSpectrum few;
    few.counts.resize(200);
    few.fill(60);
    const auto channel = slice.channel();
    slice = fit_spe(few, {});
    slice.set_channel(channel);
    SpeFigureOptions options;
    options.slice = 2;
    const auto pages = spe_figures(fits, options).value();
    REQUIRE(pages.size() == 1);
    CHECK(pages[0].panels.size() == 1);
    CHECK_THAT(pages[0].lines[1], Contains("needed: 1000"));
    CHECK_THAT(pages[0].panels[0].text.back(), Contains("not fitted"));
}

TEST_CASE("slices and channels that are not there are refused with those that are") {
    const auto fits = calibration();
    SpeFigureOptions options;
    options.channel = "nai";
    CHECK_THAT(spe_figures(fits, options).error().message, Contains("'nai'") && Contains("csi"));
    options.channel = "csi";
    options.slice = 3;
    CHECK_THAT(spe_figures(fits, options).error().message, Contains("no slice 3") && Contains("there are 2"));
    CHECK(spe_figures({}, {}).error().kind == proto::ErrorKind::NOT_FOUND);
}

TEST_CASE("a file of before spectra were kept has a trend, but no fits to draw") {
    auto fits = calibration();
    for (auto& slice : *fits.mutable_slices()) {
        slice.clear_counts();
        slice.clear_bin_adc();
        slice.clear_first_bin();
    }
    const auto refused = spe_figures(fits, {});
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().kind == proto::ErrorKind::REFUSED);
    CHECK_THAT(refused.error().message, Contains("--trend"));
    const auto trend = spe_trend(fits, {}).value();
    const auto& charge = series<Points>(trend.panels[0], "csi");
    CHECK(charge.x == std::vector<double>{0.5, 1.5});
    CHECK(charge.y[0] == fits.slices(0).spe_charge_adc().value());
    CHECK(trend.panels[0].y.min < charge.low[0]);
    CHECK(trend.panels[0].y.max > charge.high[1]);
    CHECK_THAT(trend.panels[1].x.label, Contains("1970-01-01 00:00:00"));
}
