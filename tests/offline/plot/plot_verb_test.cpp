// `spillgate-offline plot` from outside.
#include <cstdlib>
#include <filesystem>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "tests/offline/verbs/recorded_run.hpp"
#include "tests/offline/verbs/run_program.hpp"

using namespace spillgate::offline::testing;
using Catch::Contains;
namespace json = boost::json;

namespace {

// Sets an environment variable and puts back what was there.
class Environment {
  public:
    Environment(std::string name, const std::string& value)
        : name_(std::move(name)), before_(std::getenv(name_.c_str())) {
        ::setenv(name_.c_str(), value.c_str(), 1);
    }
    ~Environment() { ::setenv(name_.c_str(), before_.c_str(), 1); }
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;

  private:
    std::string name_, before_;
};

}  // namespace

TEST_CASE("each form of plot has help with an example", "[integration]") {
    for (const std::string form : {"spectra", "waveform", "calibration"}) {
        const auto help = run_program({"plot", form, "--help"});
        CHECK(help.status == 0);
        CHECK_THAT(help.out, Contains("spillgate-offline plot " + form) && Contains("--out"));
        CHECK(run_program({"plot", form}).status == 2);
    }
    CHECK(run_program({"plot"}).status == 2);
    CHECK(run_program({"plot", "nothing"}).status == 2);
}

TEST_CASE("a spectrum is drawn the same from a run and from its saved spectra", "[integration]") {
    const TestDirectory directory;
    const auto run = write_run(directory.path("runs"), {});
    REQUIRE(run_program({"reprocess", run, "--out", directory.path("out")}).status == 0);
    const auto a = directory.path("a.svg");
    const auto b = directory.path("b.svg");
    const auto said = run_program({"plot", "spectra", run, "--spectrum", "pe", "--out", a, "--json"});
    INFO(said.err);
    REQUIRE(said.status == 0);
    REQUIRE(run_program({"plot", "spectra", directory.path("out"), "--spectrum", "pe", "--out", b}).status ==
            0);
    CHECK(content_of(a) == content_of(b));
    CHECK_THAT(content_of(a), Contains("SIMULATED") && Contains("run 12") && Contains("Counts per 0.5 PE"));
    const auto report = json::parse(said.out).as_object();
    CHECK(report.at("out").as_array() == json::array{json::string(a)});
    CHECK(report.at("runs").as_array() == json::array{12});
    CHECK(report.at("simulated").as_bool());
    CHECK(report.at("spectra").as_array().size() == 1);
    CHECK(report.at("figures").at(0).at("panels").as_array().size() == 2);
}

TEST_CASE("without a name every spectrum is a page", "[integration]") {
    const TestDirectory directory;
    const auto run = write_run(directory.path("runs"), {});
    const auto pdf = directory.path("all.pdf");
    const auto said = run_program({"plot", "spectra", run, "--out", pdf, "--log", "--json"});
    REQUIRE(said.status == 0);
    CHECK(json::parse(said.out).at("figures").as_array().size() == 2);
    CHECK(content_of(pdf).starts_with("%PDF-"));
}

TEST_CASE("wrong names end plot with what there is", "[integration]") {
    const TestDirectory directory;
    const auto run = write_run(directory.path("runs"), {});
    const auto unknown =
        run_program({"plot", "spectra", run, "--spectrum", "energy", "--out", directory.path("a.png")});
    CHECK(unknown.status == 1);
    CHECK_THAT(unknown.err, Contains("'energy'") && Contains("pe, pe_t"));
    const auto no_picture =
        run_program({"plot", "spectra", run, "--spectrum", "pe", "--out", directory.path("a.jpg")});
    CHECK(no_picture.status == 2);
    CHECK_THAT(no_picture.err, Contains("a.jpg") && Contains(".png"));
    const auto no_slot =
        run_program({"plot", "waveform", run, "--slot", "999", "--out", directory.path("a.png")});
    CHECK(no_slot.status == 1);
    CHECK_THAT(no_slot.err, Contains("slot 999"));
    CHECK(run_program({"plot", "calibration", run + "/run.txtpb", "--out", directory.path("a.png")}).status ==
          1);
    CHECK_FALSE(std::filesystem::exists(directory.path("a.png")));
}

TEST_CASE("a waveform is drawn with its channels and candidates", "[integration]") {
    const TestDirectory directory;
    const auto run = write_run(directory.path("runs"), {});
    const auto svg = directory.path("w.svg");
    const auto said = run_program({"plot", "waveform", run, "--slot", "42", "--channel", "csi", "--channel",
                                   "muon", "--out", svg, "--width", "900", "--height", "700", "--json"});
    INFO(said.err);
    REQUIRE(said.status == 0);
    const auto report = json::parse(said.out).as_object();
    CHECK(report.at("candidates").as_array().size() == 2);
    CHECK(report.at("candidates").at(0).at("variables").as_object().contains("baseline_adc"));
    const auto picture = content_of(svg);
    CHECK_THAT(picture, Contains("ADC code") && Contains("pretrace") && Contains("roi") &&
                            Contains("baseline") && Contains("muon") && Contains("width=\"900\""));
}

TEST_CASE("a calibration is drawn as it is made, and later from its file", "[integration]") {
    const TestDirectory directory;
    RunOptions options;
    options.slots = 600;
    const auto run = write_run(directory.path("runs"), options);
    const auto file = directory.path("spe.txtpb");
    const auto now = directory.path("now.svg");
    const auto later = directory.path("later.svg");
    const auto made = run_program({"calibrate", "spe", run, "--out", file, "--plot", now, "--isolation-ns",
                                   "20", "--min-entries", "300"});
    INFO(made.err << made.out);
    REQUIRE(std::filesystem::exists(file));
    REQUIRE(std::filesystem::exists(now));
    CHECK_THAT(made.out, Contains(now));
    const auto drawn = run_program({"plot", "calibration", file, "--out", later});
    INFO(drawn.err);
    CHECK(drawn.status == 0);
    CHECK(content_of(now) == content_of(later));
    CHECK_THAT(content_of(now), Contains("ADC·samples") && Contains("SIMULATED") && Contains("pulses"));
}

TEST_CASE("a machine without gnuplot is told which package has it", "[integration]") {
    const TestDirectory directory;
    const auto run = write_run(directory.path("runs"), {});
    const Environment nowhere("PATH", directory.path());
    const auto said =
        run_program({"plot", "spectra", run, "--spectrum", "pe", "--out", directory.path("a.png")});
    CHECK(said.status == 1);
    CHECK_THAT(said.err, Contains("gnuplot-nox"));
    CHECK_FALSE(std::filesystem::exists(directory.path("a.png")));
}
