// What of a spectrum is drawn, and what is not.
#include "offline/plot/spectrum_figure.hpp"

#include <cmath>

#include <catch2/catch.hpp>

#include "offline/plot/heat_map.hpp"
#include "offline/plot/origin_text.hpp"
#include "offline/plot/spectrum_contents.hpp"
#include "offline/verbs/process_runs.hpp"
#include "tests/offline/verbs/recorded_run.hpp"
#include "tests/offline/verbs/run_program.hpp"

using namespace spillgate;
using namespace spillgate::offline;
using namespace spillgate::offline::plot;
using Catch::Contains;

namespace {

// Two bins of pe, under- and overflow beside them.
struct SmallSpectrum {
    std::vector<AxisView> axes{{"pe", "pe", "PE", 2, 0, 4}};
    std::vector<std::uint64_t> in_time{100, 9, 4, 100}, anti_coincident{100, 2, 8, 100};
    std::vector<std::uint64_t> free{0, 16, 0, 0}, no_beam{0, 1, 25, 0};
    ExposureSums exposure;
    HistogramView view() const {
        HistogramView v;
        v.name = "pe";
        v.axes = axes;
        v.in_time = in_time;
        v.anti_coincident = anti_coincident;
        v.free = free;
        v.no_beam = no_beam;
        v.exposure = &exposure;
        v.channels = 1;
        return v;
    }
};

const Points& points_of(const Panel& panel, const std::string& name) {
    for (const auto& series : panel.series)
        if (const auto* points = std::get_if<Points>(&series); points != nullptr && points->name == name)
            return *points;
    FAIL("no points '" << name << "'");
    throw std::logic_error("unreachable");
}

SavedSpectra processed(const offline::testing::TestDirectory& directory,
                       const offline::testing::RunOptions& options = {}) {
    ProcessOptions process;
    process.directories = {offline::testing::write_run(directory.path("runs"), options)};
    return std::move(process_runs(process).value().saved);
}

}  // namespace

TEST_CASE("C, α·AC and the residual are drawn with the errors of their formula, without flow bins") {
    SmallSpectrum spectrum;
    spectrum.exposure.in_time.live_ps = 500;
    spectrum.exposure.anti_coincident.live_ps = 1000;
    const auto contents = contents_of(spectrum.view());
    CHECK(contents.windows->name == "C");
    CHECK(contents.windows->value == std::vector<double>{9, 4});
    CHECK(contents.windows->error == std::vector<double>{3, 2});
    CHECK(contents.background->value == std::vector<double>{1, 4});
    CHECK(contents.background->error[0] == Approx(0.5 * std::sqrt(2)));
    CHECK(contents.residual->value == std::vector<double>{8, 0});
    CHECK(contents.residual->error[1] == Approx(std::sqrt(4 + 0.25 * 8)));
}

TEST_CASE("a kind of window without live time is not drawn, and never as zero") {
    SmallSpectrum spectrum;
    CHECK_FALSE(contents_of(spectrum.view()).windows);
    CHECK_FALSE(contents_of(spectrum.view()).background);

    spectrum.exposure.in_time.live_ps = 500;
    CHECK(contents_of(spectrum.view()).windows->name == "C");
    CHECK_FALSE(contents_of(spectrum.view()).background);
    CHECK_FALSE(contents_of(spectrum.view()).residual);

    spectrum.exposure = {};
    spectrum.exposure.anti_coincident.live_ps = 500;
    CHECK(contents_of(spectrum.view()).background->name == "AC");
    CHECK(contents_of(spectrum.view()).background->value == std::vector<double>{2, 8});
    CHECK_FALSE(contents_of(spectrum.view()).windows);

    spectrum.exposure = {};
    spectrum.exposure.free.live_ps = 500;
    CHECK(contents_of(spectrum.view()).windows->value == std::vector<double>{16, 0});
}

TEST_CASE("a beam-off run shows its no-beam windows, AC scaled to their live time, and no residual") {
    SmallSpectrum spectrum;
    spectrum.exposure.no_beam.live_ps = 1000;
    spectrum.exposure.anti_coincident.live_ps = 500;
    const auto contents = contents_of(spectrum.view());
    CHECK(contents.windows->name == "no beam");
    CHECK(contents.windows->value == std::vector<double>{1, 25});
    CHECK(contents.background->value == std::vector<double>{4, 16});
    CHECK_FALSE(contents.residual);
}

TEST_CASE(
    "a spectrum of a run has its counts over its residual, with run, exposure, selection and SIMULATED") {
    const offline::testing::TestDirectory directory;
    const auto saved = processed(directory);
    const auto figure = spectrum_figure(saved, "pe", false).value();
    CHECK(figure.title == "Photoelectrons");
    CHECK(figure.simulated);
    REQUIRE(figure.lines.size() == 2);
    CHECK_THAT(figure.lines[0], Contains("run 12") && Contains("small"));
    CHECK_THAT(figure.lines[1], Contains("live") && Contains("α = ") && Contains("POT"));
    CHECK_THAT(figure.footer, Contains("csi-2017") && Contains(saved.provenance.software_version));
    REQUIRE(figure.panels.size() == 2);
    CHECK(figure.panels[0].y.label == "Counts per 0.5 PE");
    CHECK(figure.panels[1].x.label == "photoelectrons");
    CHECK(figure.panels[1].x.unit == "PE");

    const auto view = saved.spectra->histogram(0);
    const auto& c = points_of(figure.panels[0], "C");
    REQUIRE(c.y.size() == 40);
    double sum = 0;
    for (std::size_t i = 0; i < 40; ++i) {
        CHECK(c.y[i] == static_cast<double>(view.in_time[i + 1]));
        CHECK(c.x[i] == Approx(0.25 + 0.5 * static_cast<double>(i)));
        sum += c.y[i];
    }
    CHECK(sum > 0);
    const auto& residual = points_of(figure.panels[1], "C − α·AC");
    for (std::size_t i = 0; i < 40; ++i) {
        CHECK(figure.panels[1].y.min <= residual.low[i]);
        CHECK(figure.panels[1].y.max >= residual.high[i]);
    }
}

TEST_CASE("a spectrum of two axes is three maps: C and α·AC on one scale, the residual around zero") {
    const offline::testing::TestDirectory directory;
    const auto saved = processed(directory);
    const auto figure = spectrum_figure(saved, "pe_t", false).value();
    REQUIRE(figure.panels.size() == 3);
    CHECK(figure.side_by_side);
    std::vector<HeatMap> maps;
    for (const auto& panel : figure.panels) {
        CHECK(panel.y.label == "t_rec");
        CHECK(panel.y.unit == "μs");
        maps.push_back(std::get<HeatMap>(panel.series.at(0)));
    }
    CHECK(figure.panels[0].title == "C");
    CHECK(figure.panels[2].title == "C − α·AC");
    CHECK(maps[0].scale.min == 0);
    CHECK(maps[0].scale.max == maps[1].scale.max);
    CHECK(maps[2].palette == Palette::RESIDUAL);
    CHECK(maps[2].scale.min == -maps[2].scale.max);
    // The first axis is slowest in the spectrum, and along x in the map.
    const auto view = saved.spectra->histogram(1);
    for (std::size_t pe = 0; pe < 10; ++pe)
        for (std::size_t t = 0; t < 6; ++t)
            CHECK(maps[0].value[t * 10 + pe] == static_cast<double>(view.in_time[(pe + 1) * 8 + t + 1]));
}

TEST_CASE("empty cells of a logarithmic map stay white") {
    const std::vector<double> values{0, 1, 20, 300};
    auto map = heat_map(values, 2, 2);
    scale_counts_logarithmic(map, 1, 300);
    CHECK(std::isnan(map.value[0]));
    CHECK(map.value[1] == 20);
    CHECK(map.value[2] == 1);
    CHECK(map.scale.min == 1);
    CHECK(map.scale.max == 300);
}

TEST_CASE("an unknown spectrum's refusal lists those that there are") {
    const offline::testing::TestDirectory directory;
    const auto saved = processed(directory);
    const auto refused = spectrum_figure(saved, "nothing", false);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().kind == proto::ErrorKind::NOT_FOUND);
    CHECK_THAT(refused.error().message, Contains("'nothing'") && Contains("pe, pe_t"));
}

TEST_CASE("a run without live time has nothing to draw, and says so") {
    const offline::testing::TestDirectory directory;
    offline::testing::RunOptions options;
    options.slots = 0;
    const auto saved = processed(directory, options);
    const auto refused = spectrum_figure(saved, "pe", false);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().kind == proto::ErrorKind::REFUSED);
    CHECK_THAT(refused.error().message, Contains("no live time"));
}

TEST_CASE("exposure is said in protons, and charge that is not known apart") {
    ExposureSums exposure;
    CHECK(charge_text(exposure, 1) == "no charge measured");
    exposure.live_charge_measured_pc = 2'000'000'000'000;  // 2 C in two channels: 1 C each
    CHECK(charge_text(exposure, 2) == "6.24×10¹⁸ POT (1 C)");
    exposure.live_charge_estimated_pc = 20'000'000'000;
    exposure.live_charge_missing_slots = 2;
    CHECK(charge_text(exposure, 2) ==
          "6.30×10¹⁸ POT (1 C measured, 10 mC estimated), charge missing in 1 slot");
}

TEST_CASE("runs are named one by one, or as a range") {
    CHECK(runs_text(std::vector<std::uint32_t>{7}) == "run 7");
    CHECK(runs_text(std::vector<std::uint32_t>{7, 8, 9}) == "runs 7 to 9");
    CHECK(runs_text(std::vector<std::uint32_t>{7, 9, 12}) == "runs 7, 9 and 12");
}
