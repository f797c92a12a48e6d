// Who opens a blinded run, and what is then shown of it.
#include <filesystem>
#include <fstream>

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/offline/verbs/blinded_twins.hpp"
#include "tests/offline/verbs/recorded_run.hpp"

using namespace spillgate;
using namespace spillgate::offline::testing;
using Catch::Contains;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

const std::vector<std::string> shown_files{"spectra.h5", "spectra.json", "spectra.csv", "candidates.h5"};

}  // namespace

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
        const auto told = json::parse(said.out);
        for (const auto& candidate : told.at("candidates").as_array())
            CHECK(candidate.at("kind").as_string() != "C");
    }
    // Slot 26 had no beam: nothing is sealed in it.
    const auto no_beam = twins.ask_both(
        {"plot", "waveform", "@/runs/run-000012", "--slot", "26", "--out", "@/slot.svg", "--json"});
    CHECK(json::parse(no_beam.out).at("candidates").as_array().size() == 2);
    twins.unblind();
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
    twins.unblind();
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
    options.config = twin_config("");
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
