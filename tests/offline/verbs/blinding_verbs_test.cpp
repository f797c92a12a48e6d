// A blinded run through the command line: nothing that is written or said depends on what is in the box,
// until somebody has unblinded it, and signed for that.
#include <fstream>
#include <filesystem>

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "proto/unblinding_log.hpp"
#include "tests/offline/verbs/recorded_run.hpp"
#include "tests/offline/verbs/run_program.hpp"

using namespace spillgate;
using namespace spillgate::offline::testing;
using Catch::Contains;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

const std::string blinded = "blinded: true\n";
const std::string box =
    "box { chain: \"csi\" range { variable: \"t_rec_us\" min: 0.3 max: 1.2 }\n"
    "  range { variable: \"pe\" min: 0 max: 1000 } }\n";

// Spectra along the box, beside it, of windows, and one for a fit.
std::string config_text(const std::string& more) {
    return run_config() + R"(
selection { name: "roi" cut { variable: "roi_peaks" min: 1 cost: EFFICIENCY } }
spectrum { name: "rise" selection: "csi-2017" axis { variable: "t10_90_ns" bins: 20 min: 0 max: 400 } }
spectrum { name: "roi_peaks" selection: "roi" axis { variable: "roi_peaks" bins: 10 min: 0 max: 10 } }
spectrum { name: "for_fit" selection: "csi-2017"
  axis { variable: "pe" bins: 8 min: 0 max: 40 } axis { variable: "t_rec_us" bins: 6 min: 0 max: 6 } }
)" + more;
}

// Two runs of one number that differ in what is in the box, and in nothing else.
class Twins {
  public:
    explicit Twins(const std::string& more) {
        RunOptions options;
        options.slots = 240;
        options.config = config_text(more);
        for (const std::string name : {"one", "other"}) {
            options.signal_seed = name == "one" ? 1 : 2;
            fs::create_directories(path(name));
            write_run(path(name) + "/runs", options);
        }
    }
    std::string path(const std::string& name) const { return directory_.path(name); }
    void write(const std::string& name, const std::string& text) const { std::ofstream(path(name)) << text; }

    // What the program says and writes of one of them; @ stands for its directory, # for both of them.
    Said ask(const std::string& name, std::vector<std::string> arguments) const {
        for (auto& argument : arguments) {
            replace(argument, "@", path(name));
            replace(argument, "#", directory_.path());
        }
        auto said = run_program(arguments);
        replace(said.out, path(name), "@");
        replace(said.err, path(name), "@");
        return said;
    }
    // Of both it says the same, and what is returned is that.
    Said ask_both(const std::vector<std::string>& arguments) const {
        const auto one = ask("one", arguments), other = ask("other", arguments);
        CAPTURE(arguments);
        CHECK(one.status == other.status);
        CHECK(one.out == other.out);
        CHECK(one.err == other.err);
        return one;
    }
    bool same_file(const std::string& name) const {
        const auto one = content_of(path("one/" + name)), other = content_of(path("other/" + name));
        INFO(name);
        CHECK_FALSE(one.empty());
        return one == other;
    }

  private:
    static void replace(std::string& text, const std::string& from, const std::string& to) {
        for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
            text.replace(at, from.size(), to);
    }
    TestDirectory directory_;
};

const std::vector<std::string> shown_files{"spectra.h5", "spectra.json", "spectra.csv", "candidates.h5"};

void unblind_both(const Twins& twins) {
    for (const std::string name : {"one", "other"}) {
        const auto said = twins.ask(
            name, {"unblind", "--runs-dir", "@/runs", "--first-run", "12", "--last-run", "12", "--signed-by",
                   "A. Person", "--reason", "all is frozen", "--confirm", "UNBLIND 12-12"});
        INFO(said.err);
        REQUIRE(said.status == 0);
        CHECK_THAT(said.out, Contains("unblinding 1 (") && Contains("signed by A. Person") &&
                                 Contains("runs 12 to 12: all is frozen"));
    }
}

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

TEST_CASE("waveforms of a blinded run end where the C roi begins, in every spill slot", "[integration]") {
    const Twins twins(blinded + box);
    bool differ = false;
    for (const std::string slot : {"21", "23", "25", "27", "30"}) {
        const auto said = twins.ask_both(
            {"plot", "waveform", "@/runs/run-000012", "--slot", slot, "--out", "@/slot.svg", "--json"});
        INFO(said.err);
        REQUIRE(said.status == 0);
        CHECK(twins.same_file("slot.svg"));
        CHECK_THAT(content_of(twins.path("one/slot.svg")), Contains("BLINDED"));
        for (const auto& candidate : json::parse(said.out).at("candidates").as_array())
            CHECK(candidate.at("kind").as_string() != "C");
    }
    // Slot 26 had no beam: nothing is sealed in it.
    const auto no_beam = twins.ask_both(
        {"plot", "waveform", "@/runs/run-000012", "--slot", "26", "--out", "@/slot.svg", "--json"});
    CHECK(json::parse(no_beam.out).at("candidates").as_array().size() == 2);
    unblind_both(twins);
    for (const std::string slot : {"21", "23", "25", "27"}) {
        for (const std::string name : {"one", "other"})
            REQUIRE(twins
                        .ask(name,
                             {"plot", "waveform", "@/runs/run-000012", "--slot", slot, "--out", "@/slot.svg"})
                        .status == 0);
        differ = differ || !twins.same_file("slot.svg");
    }
    CHECK(differ);
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
    auto other_bins = config_text(blinded + box);
    other_bins.replace(other_bins.find("bins: 40"), 8, "bins: 80");
    CHECK(another("bins.txtpb", other_bins).at("sealed") == "box");
    // No blinding, no box or a box elsewhere: everything is sealed.
    const auto elsewhere = "box { chain: \"csi\" range { variable: \"pe\" min: 500 max: 600 } }\n";
    for (const auto& more : {std::string(), box, blinded, blinded + elsewhere, std::string(elsewhere)}) {
        const auto pe = another("more.txtpb", config_text(more));
        CAPTURE(more, json::serialize(pe));
        CHECK(pe.at("sealed") == (more == box ? "box" : "all"));
        CHECK(pe.at("alpha").is_double());
    }
    // Other constants of a chain move candidates out of the box: then C is not looked at.
    auto other_chain = config_text(blinded + box);
    other_chain.replace(other_chain.find("integration_ns: 400"), 19, "beam_delay_ns: 9000");
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
    auto text = config_text(blinded + box);
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

TEST_CASE("fits of blinded runs say nothing of the box; what is expected may be asked", "[integration]") {
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
    CHECK(ask({"fit", "--free", "cevns", "--asimov", "--json"}).status == 0);
}

TEST_CASE("an unblinding needs a signature, a reason, the phrase and runs that are there", "[integration]") {
    const Twins twins(blinded + box);
    const auto ask = [&](const std::string& first, const std::string& last, const std::string& phrase,
                         const std::string& person = "A. Person", const std::string& reason = "frozen") {
        return twins.ask("one", {"unblind", "--runs-dir", "@/runs", "--first-run", first, "--last-run", last,
                                 "--signed-by", person, "--reason", reason, "--confirm", phrase});
    };
    CHECK(ask("12", "12", "").status == 2);
    CHECK_THAT(ask("12", "12", "UNBLIND 12").err, Contains("\"UNBLIND 12-12\""));
    CHECK(ask("12", "12", "UNBLIND 12-12", "").status == 2);
    CHECK(ask("12", "12", "UNBLIND 12-12", "A. Person", "").status == 2);
    CHECK(ask("13", "12", "UNBLIND 13-12").status == 2);
    CHECK_THAT(ask("12", "13", "UNBLIND 12-13").err, Contains("the newest run is 12"));
    CHECK_THAT(ask("1", "11", "UNBLIND 1-11").err, Contains("none of the runs 1 to 11 is blinded"));
    CHECK_FALSE(fs::exists(twins.path("one/runs/unblindings")));
    CHECK_THAT(twins.ask("one", {"unblind", "--runs-dir", "@/runs", "--list"}).out,
               Contains("nothing has been unblinded"));
    CHECK(ask("12", "12", "UNBLIND 12-12").status == 0);
    const auto list = twins.ask("one", {"unblind", "--runs-dir", "@/runs", "--list", "--json"});
    const auto act = json::parse(list.out).at("unblindings").at(0);
    CHECK(act.at("signed_by") == "A. Person");
    CHECK_THAT(std::string(act.at("box").at(0).as_string()), Contains("t_rec_us") && Contains("csi"));
}

TEST_CASE("once unblinded, a run shows what a run that was never blinded does, and who opened it",
          "[integration]") {
    const Twins twins(blinded + box);
    REQUIRE(twins.ask("one", {"reprocess", "@/runs/run-000012", "--out", "@/before"}).status == 0);
    unblind_both(twins);
    for (const std::string name : {"one", "other"}) {
        const auto said = twins.ask(name, {"reprocess", "@/runs/run-000012", "--out", "@/out"});
        REQUIRE(said.status == 0);
        CHECK_THAT(said.out, Contains("UNBLINDED: unblinding 1 ("));
    }
    for (const auto& name : shown_files)
        CHECK_FALSE(twins.same_file("out/" + name));
    const auto opened = json::parse(content_of(twins.path("one/out/spectra.json"))).as_object();
    CHECK(opened.at("pe/in_time").at("metadata").at("unblinding").as_string().starts_with("unblinding 1 ("));
    // What was saved before is as sealed as it was, and is opened by the same key.
    CHECK(content_of(twins.path("one/before/spectra.saved")) ==
          content_of(twins.path("one/out/spectra.saved")));
    REQUIRE(twins
                .ask("one", {"export", "@/before", "--runs-dir", "@/runs", "--format", "json", "--out",
                             "@/exported.json"})
                .status == 0);
    CHECK(content_of(twins.path("one/exported.json")) == content_of(twins.path("one/out/spectra.json")));

    // The same run, never blinded.
    RunOptions options;
    options.slots = 240;
    options.config = config_text("");
    options.signal_seed = 1;
    write_run(twins.path("open"), options);
    REQUIRE(
        run_program({"reprocess", twins.path("open/run-000012"), "--out", twins.path("open/out")}).status ==
        0);
    const auto open = json::parse(content_of(twins.path("open/out/spectra.json"))).as_object();
    REQUIRE(open.size() == opened.size());
    for (const auto& [name, histogram] : open) {
        INFO(std::string(name));
        CHECK(histogram.at("storage") == opened.at(name).at("storage"));
    }

    // Somebody changes who signed: nothing is open any more.
    const auto file = twins.path("one/runs/unblindings/0001.txtpb");
    auto text = content_of(file);
    text.replace(text.find("number: 1"), 9, "number: 2");
    fs::remove(file);
    std::ofstream(file) << text;
    const auto broken = twins.ask("one", {"reprocess", "@/runs/run-000012", "--out", "@/out", "--overwrite"});
    CHECK(broken.status == 0);
    CHECK_THAT(broken.out, Contains("BLINDED") && Contains("the chain of unblindings is broken"));
    CHECK(content_of(twins.path("one/out/spectra.json")) ==
          content_of(twins.path("one/before/spectra.json")));
}

TEST_CASE("without a box all of C is sealed", "[integration]") {
    const Twins twins(blinded);
    const auto said = twins.ask_both({"reprocess", "@/runs/run-000012", "--out", "@/out", "--json"});
    REQUIRE(said.status == 0);
    for (const auto& name : shown_files)
        CHECK(twins.same_file("out/" + name));
    for (const auto& spectrum : json::parse(said.out).at("spectra").as_array()) {
        CHECK(spectrum.at("sealed") == "all");
        CHECK_FALSE(spectrum.as_object().contains("sideband"));
    }
    CHECK(twins.ask_both({"plot", "spectra", "@/out", "--spectrum", "pe", "--out", "@/pe.svg"}).status == 0);
    CHECK(twins.same_file("pe.svg"));
    CHECK_THAT(content_of(twins.path("one/pe.svg")), Contains("BLINDED: C is sealed"));
}
