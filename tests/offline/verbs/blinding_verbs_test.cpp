// A blinded run through the command line: nothing that is written or said depends on what is in the box.
#include <filesystem>
#include <fstream>

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/offline/verbs/blinded_twins.hpp"

using namespace spillgate;
using namespace spillgate::offline::testing;
using Catch::Contains;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

const std::vector<std::string> shown_files{"spectra.h5", "spectra.json", "spectra.csv", "candidates.h5"};

// Lines of the table, by spectrum.
std::size_t lines_with(const std::string& csv, const std::string& begin) {
    std::size_t found = 0;
    for (auto at = csv.find("\n" + begin); at != std::string::npos; at = csv.find("\n" + begin, at + 1))
        ++found;
    return found;
}

const std::string experiment = R"(name: "own" title: "Our CsI"
source { pot: 1e20 neutrinos_per_flavour_per_pot: 0.08 distance_m: 20 gaussian_pulse { mean_ns: 400 sigma_ns: 160 } }
target { mass_kg: 14.6 material: "CsI" }
quenching { constant: 0.09 }
response { gamma_pe { rate_kevee: 0.0749 shape_per_kevee: 9.56 } efficiency { threshold { threshold: 0 } } }
axes { size_unit: PE size { equal { bins: 8 begin: 0 end: 40 } } t_rec_us { edge: [0, 1, 2, 3, 4, 5, 6] } }
background { name: "ssb" steady_state { exponential_per_us: 0 } }
)";

}  // namespace

TEST_CASE("no file, picture or word of a blinded run depends on what is in the box", "[integration]") {
    const Twins twins(blinded + box);
    const auto said = twins.ask_both({"reprocess", "@/runs/run-000012", "--out", "@/out", "--json"});
    INFO(said.err);
    REQUIRE(said.status == 0);
    for (const auto& name : shown_files)
        CHECK(twins.same_file("out/" + name));
    // They do differ, in what is sealed.
    CHECK_FALSE(twins.same_file("out/spectra.saved"));
    twins.ask_both({"reprocess", "@/runs/run-000012", "--out", "@/out", "--overwrite"});
    twins.ask_both({"merge", "@/out", "--out", "@/merged"});
    twins.ask_both({"export", "@/out", "--format", "csv", "--out", "@/again.csv", "--json"});
    twins.ask_both({"export", "@/runs/run-000012", "--format", "json", "--out", "@/again.json"});
    twins.ask_both({"export", "@/runs/run-000012", "--candidates", "--out", "@/again.h5"});
    CHECK(twins.ask_both({"plot", "spectra", "@/out", "--out", "@/spectra.svg", "--json"}).status == 0);
    for (const std::string name : {"pe", "pe_t", "rise", "roi_peaks"}) {
        const auto picture = fmt::format("{}.svg", name);
        CHECK(twins.ask_both({"plot", "spectra", "@/out", "--spectrum", name, "--out", "@/" + picture})
                  .status == 0);
        CHECK(twins.same_file(picture));
        CHECK_THAT(content_of(twins.path("one/" + picture)), Contains("BLINDED"));
    }
    for (const auto* name :
         {"merged/spectra.h5", "merged/spectra.csv", "again.csv", "again.json", "again.h5"})
        CHECK(twins.same_file(name));
    twins.ask_both(
        {"calibrate", "spe", "@/runs/run-000012", "--out", "@/spe.txtpb", "--min-entries", "10", "--json"});
    CHECK((fs::status(twins.path("one/out/spectra.saved")).permissions() & fs::perms::others_all) ==
          fs::perms::none);
}

TEST_CASE("the AC window of a trace does not tell that its C roi overflows", "[integration]") {
    auto config = twin_config(blinded + box);
    const std::string rejection = "reject_quality: \"overflow\" ";  // costs exposure, which is open
    config.erase(config.find(rejection), rejection.size());
    const auto twins = Twins::overflowing(config);
    REQUIRE(twins.ask_both({"export", "@/runs/run-000012", "--candidates", "--out", "@/all.h5"}).status == 0);
    CHECK(twins.same_file("all.h5"));
    for (int slot = 200; slot < 240; ++slot)
        twins.ask_both({"plot", "waveform", "@/runs/run-000012", "--slot", std::to_string(slot), "--out",
                        "@/slot.svg", "--json"});
    twins.unblind();
    // It is there to be told.
    const auto opened = twins.ask(
        "one", {"plot", "waveform", "@/runs/run-000012", "--slot", "201", "--out", "@/slot.svg", "--json"});
    CHECK_THAT(opened.out, Contains("overflow"));
}

TEST_CASE("what a blinded run shows says what it is: C outside the box, its sideband, and no residual",
          "[integration]") {
    const Twins twins(blinded + box);
    const auto report =
        json::parse(twins.ask("one", {"reprocess", "@/runs/run-000012", "--out", "@/out", "--json"}).out);
    for (const auto& spectrum : report.at("spectra").as_array()) {
        const auto& kinds = spectrum.at("kinds").as_object();
        INFO(json::serialize(spectrum));
        if (spectrum.at("name") == "roi_peaks") {
            CHECK(spectrum.at("sealed") == "all");
            CHECK(kinds.at("in_time").at("entries").is_null());
            CHECK(kinds.at("in_time").at("windows").to_number<int>() > 50);
            continue;
        }
        CHECK(spectrum.at("sealed") == "box");
        CHECK_FALSE(kinds.contains("in_time"));
        CHECK(kinds.at("in_time_outside_box").at("entries").to_number<int>() > 10);
        CHECK(spectrum.at("sideband").at("ratio").to_number<double>() > 0);
        CHECK(spectrum.at("alpha").is_double());
    }
    const auto csv = content_of(twins.path("one/out/spectra.csv"));
    CHECK_THAT(csv, Contains(",in_time_outside_box,anti_coincident,") && !Contains("/residual:") &&
                        Contains("sealed=in_time inside the box") && Contains("sideband_ratio=") &&
                        Contains("# blinded: true") && Contains("alpha="));
    CHECK(lines_with(csv, "pe,") == 42);
    const auto spectra = json::parse(content_of(twins.path("one/out/spectra.json"))).as_object();
    CHECK(spectra.contains("pe/in_time_outside_box"));
    CHECK_FALSE(spectra.contains("pe/in_time"));
    CHECK_FALSE(spectra.contains("pe/residual"));
    CHECK_FALSE(spectra.contains("roi_peaks/in_time"));
    const auto& metadata = spectra.at("roi_peaks/anti_coincident").at("metadata").as_object();
    CHECK(metadata.at("sealed") == "in_time");
    CHECK(metadata.at("in_time_windows").to_number<int>() > 50);
    const auto text = twins.ask("one", {"merge", "@/out", "--out", "@/merged"}).out;
    CHECK_THAT(text, Contains("BLINDED") && Contains("sealed") && Contains("outside it C/(alpha AC) ="));
}

TEST_CASE("another config or calibration leaves a blinded run as blind as it was", "[integration]") {
    const Twins twins(blinded + box);
    const auto another = [&](const std::string& name, const std::string& text) {
        twins.write(name, text);
        const auto said = twins.ask_both({"reprocess", "@/runs/run-000012", "--config", "#/" + name, "--out",
                                          "@/out", "--overwrite", "--json"});
        INFO(said.err);
        REQUIRE(said.status == 0);
        for (const auto& file : shown_files)
            CHECK(twins.same_file("out/" + file));
        return json::parse(said.out).at("spectra").at(0);
    };
    // The same box, other spectra: sealed as before.
    auto other_bins = twin_config(blinded + box);
    other_bins.replace(other_bins.find("bins: 40"), 8, "bins: 80");
    CHECK(another("bins.txtpb", other_bins).at("sealed") == "box");
    // No blinding, no box or a box elsewhere: everything is sealed.
    const auto elsewhere = "box { chain: \"csi\" range { variable: \"pe\" min: 500 max: 600 } }\n";
    for (const auto& more : {std::string(), box, blinded, blinded + elsewhere, std::string(elsewhere)}) {
        const auto pe = another("more.txtpb", twin_config(more));
        CAPTURE(more, json::serialize(pe));
        CHECK(pe.at("sealed") == (more == box ? "box" : "all"));
        CHECK(pe.at("alpha").is_double());
    }
    // Other constants of a chain move candidates out of the box: then C is not looked at.
    auto other_chain = twin_config(blinded + box);
    other_chain.replace(other_chain.find("integration_ns: 400"), 19,
                        "integration_ns: 400 beam_delay_ns: 300");
    const auto pe = another("chain.txtpb", other_chain);
    CHECK(pe.at("kinds").at("in_time").at("windows").to_number<int>() == 0);
    CHECK(pe.at("kinds").at("anti_coincident").at("entries").to_number<int>() > 10);
    CHECK(pe.at("alpha").is_null());
    // Spectra of two kinds are not added.
    REQUIRE(twins.ask("one", {"reprocess", "@/runs/run-000012", "--out", "@/own"}).status == 0);
    CHECK(twins.ask("one", {"merge", "@/own", "@/out", "--out", "@/no"}).status == 1);
}

TEST_CASE("live time that would tell what is in the windows is refused in blinded configs", "[integration]") {
    const Twins twins(blinded + box);
    auto text = twin_config(blinded + box);
    text.replace(text.find("\"pretrace_peaks\" max: 6"), 23, "\"roi_peaks\" max: 6");
    twins.write("roi.txtpb", text);
    const auto said =
        twins.ask_both({"reprocess", "@/runs/run-000012", "--config", "#/roi.txtpb", "--out", "@/no"});
    CHECK(said.status == 2);
    CHECK_THAT(said.err, Contains("\"roi_peaks\" cannot cost EXPOSURE"));
    // A run that is blinded asks so of a config that is not.
    text.replace(text.find(blinded), blinded.size(), "");
    twins.write("roi.txtpb", text);
    CHECK(twins.ask_both({"reprocess", "@/runs/run-000012", "--config", "#/roi.txtpb", "--out", "@/no"})
              .status == 2);
}

TEST_CASE("fits of blinded runs say nothing of the box, what is expected may be asked", "[integration]") {
    const Twins twins(blinded + box);
    twins.write("own.txtpb", experiment);
    twins.ask_both({"reprocess", "@/runs/run-000012", "--out", "@/out"});
    const std::vector<std::string> about{"--experiment", "#/own.txtpb", "--spectra",        "@/out",
                                         "--histogram",  "for_fit",     "--allow-simulated"};
    const auto ask = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin() + 1, about.begin(), about.end());
        return twins.ask_both(arguments);
    };
    for (const auto& verb : {std::vector<std::string>{"fit", "--free", "cevns"},
                             {"fit", "--free", "cevns", "--json"},
                             {"scan", "--parameter", "cevns"}}) {
        const auto said = ask(verb);
        CHECK(said.status == 1);
        CHECK_THAT(said.err, Contains("sealed"));
        CHECK(said.out.empty());
    }
    CHECK(ask({"predict", "--json"}).status == 0);
    CHECK_THAT(ask({"predict"}).out, Contains("BLINDED"));
    ask({"fit", "--free", "cevns", "--asimov", "--json"});
}

TEST_CASE("without a box all of C is sealed", "[integration]") {
    const Twins twins(blinded);
    const auto said = twins.ask_both({"reprocess", "@/runs/run-000012", "--out", "@/out", "--json"});
    REQUIRE(said.status == 0);
    for (const auto& name : shown_files)
        CHECK(twins.same_file("out/" + name));
    const auto told = json::parse(said.out);
    for (const auto& spectrum : told.at("spectra").as_array()) {
        CHECK(spectrum.at("sealed") == "all");
        CHECK_FALSE(spectrum.as_object().contains("sideband"));
    }
    CHECK(twins.ask_both({"plot", "spectra", "@/out", "--spectrum", "pe", "--out", "@/pe.svg"}).status == 0);
    CHECK(twins.same_file("pe.svg"));
    CHECK_THAT(content_of(twins.path("one/pe.svg")), Contains("BLINDED: C is sealed"));
}
