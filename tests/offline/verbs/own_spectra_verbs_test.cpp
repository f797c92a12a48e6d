// fit and predict on spillgate's own spectra, run as a person does.
#include <cmath>
#include <fstream>
#include <numeric>

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/offline/blinding_key.hpp"
#include "tests/offline/experiment/own_spectra.hpp"
#include "tests/offline/verbs/run_program.hpp"

using namespace spillgate::offline;
using testing::run_program;

namespace {

namespace json = boost::json;

// Counts that look like a steady state with CEvNS on it.
test::OwnSpectraOptions plausible() {
    test::OwnSpectraOptions options;
    for (std::size_t i = 0; i < 48; ++i) {
        const auto size_bin = i / 6, time_bin = i % 6;
        const auto pe = static_cast<double>(size_bin), t = static_cast<double>(time_bin);
        options.anti_coincident[i] = static_cast<std::uint64_t>(40 + 3 * pe);
        options.in_time[i] =
            options.anti_coincident[i] + static_cast<std::uint64_t>(60 * std::exp(-pe / 2 - t / 2));
    }
    return options;
}

class OwnRun {
  public:
    explicit OwnRun(const test::OwnSpectraOptions& options = plausible()) {
        save_spectra(test::own_spectra(options), directory_.path("spectra.saved")).value();
        write("own.txtpb", test::own_experiment());
    }
    std::string path(const std::string& name) const { return directory_.path(name); }
    void write(const std::string& name, const std::string& text) const { std::ofstream(path(name)) << text; }

    std::vector<std::string> arguments(const std::string& verb, const std::vector<std::string>& more) const {
        std::vector<std::string> all{verb,          "--experiment", path("own.txtpb"), "--spectra", path(""),
                                     "--histogram", "pe_t"};
        all.insert(all.end(), more.begin(), more.end());
        return all;
    }
    testing::Said ask(const std::string& verb, const std::vector<std::string>& more = {}) const {
        return run_program(arguments(verb, more));
    }
    json::object json_of(const std::string& verb, std::vector<std::string> more = {}) const {
        more.emplace_back("--json");
        const auto said = ask(verb, more);
        INFO(said.err);
        REQUIRE(said.status == 0);
        return json::parse(said.out).as_object();
    }

  private:
    testing::TestDirectory directory_;
};

void refuses(const testing::Said& said, int status, std::string_view why) {
    INFO(said.err);
    CHECK(said.status == status);
    CHECK(said.err.find(why) != std::string::npos);
    CHECK(said.out.empty());
}

double number(const json::value& value) {
    return value.to_number<double>();
}

}  // namespace

TEST_CASE("own spectra are fitted by the likelihood of released counts: equal counts give equal fits") {
    const auto options = plausible();
    const OwnRun own(options);
    std::string c, ac;
    for (std::size_t i = 0; i < 48; ++i) {
        const auto size_bin = i / 6, time_bin = i % 6;
        const auto row = [&](std::uint64_t n) {
            return fmt::format("{} {} {}\n", 2.5 + 5 * static_cast<double>(size_bin),
                               0.5 + static_cast<double>(time_bin), n);
        };
        c += row(options.in_time[i]);
        ac += row(options.anti_coincident[i]);
    }
    own.write("c.txt", c);
    own.write("ac.txt", ac);
    own.write("released.txtpb",
              "data { coincidence { file: \"c.txt\" } anti_coincidence { file: \"ac.txt\" } }" +
                  test::own_experiment());
    for (const auto* free : {"R_n", "cevns"}) {
        const auto fitted = own.json_of("fit", {"--free", free});
        // The same exposure by hand: POT, the neutrons that go with it, and σ_α = 0.02 on Σ AC.
        const double n = static_cast<double>(std::accumulate(
            options.anti_coincident.begin(), options.anti_coincident.end(), std::uint64_t{0}));
        const double pot = 20 / 1.602176634e-19;
        const auto said =
            run_program({"fit", "--json", "--experiment", own.path("released.txtpb"), "--data", own.path(""),
                         "--free", free, "--set", fmt::format("source.pot={:.17g}", pot), "--set",
                         fmt::format("background.brn.events={:.17g}", 10 * pot / 1e20), "--set",
                         fmt::format("background.ssb.sigma={:.17g}", std::hypot(1 / std::sqrt(n), 0.02))});
        INFO(said.err);
        REQUIRE(said.status == 0);
        const auto released = json::parse(said.out).as_object();
        CHECK(number(fitted.at("chi2")) == Approx(number(released.at("chi2"))).epsilon(1e-9));
        for (const auto& [name, parameter] : released.at("parameters").as_object()) {
            const auto& ours = fitted.at("parameters").at(name);
            CHECK(number(ours.at("value")) ==
                  Approx(number(parameter.at("value"))).epsilon(1e-5).margin(1e-6));
        }
    }
}

TEST_CASE(
    "a fit of own spectra cites runs, exposure, the POT that it takes, and the lack of a good-run list") {
    const OwnRun own;
    const auto fitted = own.json_of("fit", {"--free", "cevns"});
    const auto& spectra = fitted.at("experiment").at("spectra").as_object();
    CHECK(number(spectra.at("pot")) == Approx(20 / 1.602176634e-19));
    CHECK(number(spectra.at("pot_of_file")) == 1e20);
    CHECK(number(spectra.at("alpha")) == 1);
    CHECK(spectra.at("runs").as_array() == json::array{12});
    CHECK(spectra.at("run_type").as_string() == "physics");
    CHECK(spectra.at("good_runs").is_null());
    CHECK_FALSE(spectra.at("simulated").as_bool());
    const auto text = own.ask("fit", {"--free", "cevns"}).out;
    for (const auto* part :
         {"run 12 (physics), histogram pe_t, selection all", "no good-run list",
          "1.2483e+20 POT of the ledger instead of the file's 1.0000e+20", "E_C/E_AC = 1 ± 0.02"}) {
        INFO(text);
        CHECK(text.find(part) != std::string::npos);
    }
}

TEST_CASE("counts that nothing but CEvNS can be are a fit without a significance, which says so") {
    // No AC event has less than 10 PE, and a flat background is switched off.
    auto options = plausible();
    for (std::size_t i = 0; i < 12; ++i)
        options.anti_coincident[i] = 0;
    const OwnRun own(options);
    const auto fitted = own.json_of(
        "fit", {"--free", "cevns", "--set", "background.brn.events=0", "--set", "background.brn.sigma=0"});
    CHECK(number(fitted.at("parameters").at("cevns").at("value")) > 100);
    CHECK(fitted.at("significance_sigma").is_null());
    CHECK_FALSE(fitted.at("significance_problem").as_string().empty());
}

TEST_CASE("a longer AC exposure is scaled: the steady state is what it was, known better") {
    auto options = plausible();
    const auto once = OwnRun(options).json_of("predict");
    for (auto& n : options.anti_coincident)
        n *= 4;
    options.anti_coincident_live_s *= 4;
    const auto four = OwnRun(options).json_of("predict");
    CHECK(number(four.at("expected").at("ssb")) == Approx(number(once.at("expected").at("ssb"))));
    CHECK(number(four.at("expected").at("cevns")) == Approx(number(once.at("expected").at("cevns"))));
    CHECK(number(four.at("experiment").at("spectra").at("alpha")) == 0.25);
}

TEST_CASE("simulated spectra are refused without leave, and with it everything says SIMULATED") {
    auto options = plausible();
    options.simulated = true;
    const OwnRun own(options);
    refuses(own.ask("fit", {"--free", "cevns"}), 1, "SIMULATED");
    refuses(own.ask("predict"), 1, "--allow-simulated");
    for (const auto* verb : {"fit", "predict"}) {
        const auto picture = own.path("own.svg");
        const auto result = own.json_of(verb, {"--allow-simulated", "--plot", picture});
        CHECK(result.at("experiment").at("spectra").at("simulated").as_bool());
        CHECK(result.at("experiment").at("title").as_string() == "SIMULATED: Our CsI");
        CHECK(testing::content_of(picture).find("SIMULATED") != std::string::npos);
        CHECK(own.ask(verb, {"--allow-simulated"}).out.starts_with("SIMULATED: Our CsI\nSIMULATED:"));
    }
}

TEST_CASE("runs of another type are refused, test runs with beam may be asked for") {
    for (const auto* type : {"beam-off", "source", "spe", "pulser", "pedestal", "threshold-scan", "test"}) {
        auto options = plausible();
        options.run_type = type;
        const OwnRun own(options);
        refuses(own.ask("fit", {"--free", "cevns"}), 1,
                fmt::format("of the type {}; a fit takes physics", type));
        const auto asked = own.ask("fit", {"--free", "cevns", "--run-type", type});
        CHECK(asked.status == (options.run_type == "test" ? 0 : 2));
    }
    auto options = plausible();
    options.run_type = "mixed";
    refuses(OwnRun(options).ask("fit", {"--free", "cevns"}), 1, "runs of several types were merged");
}

TEST_CASE("blinded runs are predicted and not fitted") {
    auto options = plausible();
    options.blinded = true;
    const OwnRun own(options);
    refuses(own.ask("fit", {"--free", "cevns"}), 1, "blinded");
    CHECK(own.json_of("predict").at("experiment").at("spectra").at("blinded").as_bool());
    // What could be measured does not need what was.
    const auto asimov = own.json_of("fit", {"--free", "cevns", "--asimov"});
    const auto open = OwnRun(plausible()).json_of("fit", {"--free", "cevns", "--asimov"});
    CHECK(number(asimov.at("parameters").at("cevns").at("error_plus")) ==
          Approx(number(open.at("parameters").at("cevns").at("error_plus"))));
    CHECK(own.ask("predict").out.find("BLINDED") != std::string::npos);
}

TEST_CASE("a fit of runs that were unblinded is that of open ones, and cites who opened them") {
    auto options = plausible();
    const auto open = OwnRun(options).json_of("fit", {"--free", "cevns"});
    options.blinded = true;
    const OwnRun own(options);
    auto log = spillgate::proto::UnblindingLog::open(own.path("runs")).value();
    log.append(testing::unblinding_of(12, 12)).value();
    const auto fitted = own.json_of("fit", {"--free", "cevns", "--runs-dir", own.path("runs")});
    CHECK(fitted.at("chi2") == open.at("chi2"));
    CHECK(fitted.at("parameters") == open.at("parameters"));
    CHECK(fitted.at("experiment").at("spectra").at("unblinding").as_string().starts_with("unblinding 1 ("));
    CHECK(open.at("experiment").at("spectra").at("unblinding").is_null());
    const auto said = own.ask("fit", {"--free", "cevns", "--runs-dir", own.path("runs")});
    CHECK(said.out.find("UNBLINDED: unblinding 1 (") != std::string::npos);
    CHECK(said.out.find("signed by A. Person") != std::string::npos);
    // Others stay as they are, and so do these where nobody looks into the log.
    refuses(own.ask("fit", {"--free", "cevns"}), 1, "sealed");
    options.run = 13;
    const OwnRun other(options);
    refuses(other.ask("fit", {"--free", "cevns", "--runs-dir", own.path("runs")}), 1,
            "does not unblind run 13");
}

TEST_CASE("spectra of several configs, without exposure, with other axes or that are none are refused") {
    auto options = plausible();
    options.config_sha256 = "mixed";
    refuses(OwnRun(options).ask("fit"), 1, "different configs were merged");
    options = plausible();
    options.charge_c = 0;
    refuses(OwnRun(options).ask("fit"), 1, "no C window has a charge");
    const OwnRun own;
    refuses(own.ask("fit", {"--set", "axes.size={ equal { bins: 8 begin: 0 end: 60 } }"}), 2,
            "the experiment's axes are pe in 8 equal bins from 0 to 60");
    refuses(run_program({"fit", "--experiment", own.path("own.txtpb"), "--spectra", own.path("own.txtpb")}),
            1, "own.txtpb");
    refuses(run_program({"fit", "--experiment", own.path("own.txtpb"), "--histogram", "pe_t"}), 2,
            "go with --spectra");
    refuses(run_program({"fit", "--experiment", own.path("own.txtpb")}), 2, "--spectra");
    own.write("bare.txtpb", test::own_experiment().substr(0, test::own_experiment().find("background {")));
    refuses(run_program({"fit", "--experiment", own.path("bare.txtpb"), "--spectra", own.path(""),
                         "--histogram", "pe_t"}),
            2, "no background with a steady_state");
}

TEST_CASE("spectra must be in the good-run list that is named, and the list is cited") {
    const OwnRun own;
    own.write("good.txtpb",
              "name: \"csi\" version: 4 signed_by: \"A. Person\" good { first_run: 10 last_run: 20 }");
    const auto fitted = own.json_of("fit", {"--free", "cevns", "--good-runs", own.path("good.txtpb")});
    const auto& good = fitted.at("experiment").at("spectra").at("good_runs").as_object();
    CHECK(good.at("name").as_string() == "csi");
    CHECK(good.at("version").as_int64() == 4);
    CHECK(good.at("signed_by").as_string() == "A. Person");
    CHECK(good.at("sha256").as_string().size() == 64);
    CHECK(own.ask("fit", {"--good-runs", own.path("good.txtpb")})
              .out.find("good-run list csi, version 4, signed by A. Person") != std::string::npos);
    own.write("good.txtpb",
              "name: \"csi\" version: 5 signed_by: \"A. Person\" "
              "good { first_run: 12 first_slot: 0 last_slot: 500 }");
    refuses(own.ask("fit", {"--good-runs", own.path("good.txtpb")}), 1, "slot 501 of run 12");
    // One of several versions stands only with those that it was made from.
    own.write("0001.txtpb", "name: \"csi\" version: 1 signed_by: \"A. Person\"");
    own.write("0002.txtpb",
              "name: \"csi\" version: 2 signed_by: \"A. Person\" good { first_run: 12 } "
              "replaces_sha256: \"" +
                  std::string(64, '0') + "\"");
    refuses(own.ask("fit", {"--good-runs", own.path("0002.txtpb")}), 1, "0001.txtpb: version 2 was not made");
}

TEST_CASE("unphysical experiments are refused on the command line, with what is wrong") {
    const OwnRun own;
    const auto refused = [&](const std::string& change, std::string_view why) {
        for (const auto* verb : {"fit", "predict"})
            refuses(own.ask(verb, {"--set", change}), 2, why);
    };
    // Helm's surface alone has √3·0.9 fm.
    refused("nuclear.radius={ nuclide: \"Cs\" neutron_rms_fm: 1.5 }",
            "an rms radius of 1.5000 fm is not above the 1.5588 fm");
    refused("target.mass_kg=-1", "mass_kg is -1; allowed is above 0");
    refused("response.efficiency={ threshold { above: 1.1 } }", "above is 1.1; allowed is 0 to 1");
    refused("response.efficiency={ logistic { nominal { a: 1.2 b: 1 c: 5 } } }",
            "it reaches 1.2; it must be between 0 and 1");
    own.write("curve.txt", "0 0.5\n20 1.01\n40 1\n");
    refused("response.efficiency={ table { file: \"curve.txt\" } }", "it is 1.01 at 20");
}
