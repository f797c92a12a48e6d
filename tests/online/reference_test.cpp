#include <filesystem>
#include <fstream>
#include <numeric>
#include <sstream>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "offline/blinding/sideband.hpp"
#include "offline/export/saved_spectra.hpp"
#include "offline/export/uhi.hpp"
#include "online/references/reference_routes.hpp"
#include "online/run_exports.hpp"
#include "proto/console_loader.hpp"
#include "proto/strict_text.hpp"
#include "proto/unblinding_log.hpp"
#include "tests/online/synthetic_run.hpp"

using namespace spillgate;
using online::ReferenceList;
using online::ReferenceSpectra;
using proto::ErrorKind;

namespace {

enum class Blinded { NO, BOX, ALL };

std::shared_ptr<const offline::Engine> engine_of(Blinded blinded) {
    if (blinded == Blinded::NO) return offline::Engine::make(test::demo_config().config).value();
    return offline::Engine::make(test::blinded_config(blinded == Blinded::BOX)).value();
}

// A run that has ended, with what online writes of it.
class Ended {
  public:
    explicit Ended(Blinded blinded, std::uint32_t run = 7)
        : engine(engine_of(blinded)), description(test::synthetic_description(run)) {
        const auto directory =
            test::write_synthetic_run(scratch.path(), run, test::synthetic_messages(run, 60, 5), true);
        spectra = engine->make_spectra();
        REQUIRE(spectra->restore(test::spectra_of_files(directory, *engine)).has_value());
        description.set_blinded(blinded != Blinded::NO);
        exports =
            online::export_run_spectra(*engine, *spectra, description, "abc", online_directory()).value();
    }
    std::string online_directory() const { return scratch.path() + "/online"; }
    std::string selection(const offline::HistogramView& view) const {
        return offline::selection_sha256(engine->config(), view.selection);
    }
    ReferenceList list(const std::string& console = "") const {
        return {proto::parse_console(console, "test").value().console,
                {scratch.path(), online_directory(), scratch.path() + "/reprocessed"}};
    }

    test::ScratchDirectory scratch;
    std::shared_ptr<const offline::Engine> engine;
    wire::RunDescription description;
    std::unique_ptr<offline::Spectra> spectra;
    std::string exports;
};

void check_same(const offline::HistogramView& read, const offline::HistogramView& written) {
    CHECK(std::ranges::equal(read.in_time, written.in_time));
    CHECK(std::ranges::equal(read.anti_coincident, written.anti_coincident));
    CHECK(std::ranges::equal(read.no_beam, written.no_beam));
    CHECK(*read.exposure == *written.exposure);
    CHECK(read.channels == written.channels);
    CHECK(read.sealed == written.sealed);
    CHECK(read.axes.size() == written.axes.size());
}

std::string text_of(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

}  // namespace

TEST_CASE("what online exports at a run's end is read back as it was, sealed or not") {
    for (const auto blinded : {Blinded::NO, Blinded::BOX, Blinded::ALL}) {
        const Ended run(blinded);
        const auto reference =
            online::read_reference(run.exports + "/spectra.json", run.scratch.path()).value();
        CHECK(reference.runs == "7");
        CHECK(reference.run_type == "test");
        CHECK(reference.simulated);
        REQUIRE(reference.spectra.size() == run.spectra->size());
        for (std::size_t i = 0; i < run.spectra->size(); ++i) {
            const auto live = run.spectra->histogram(i);
            check_same(reference.spectra[i].view(), live);
            CHECK_FALSE(online::incomparable(reference, reference.spectra[i], live, run.selection(live)));
        }
        const auto live = run.spectra->histogram(0);
        const auto json = online::reference_json("run-7", reference, reference.spectra[0], live);
        CHECK(json.at("withheld").is_null());
        CHECK(json.at("in_time").at("counts").is_null() == (blinded == Blinded::ALL));
        CHECK(json.at("residual").is_null() == (blinded != Blinded::NO));
        CHECK(json.at("anti_coincident").at("inside").to_number<int>() > 3);
        CHECK(json.at("live_pot").at("measured").to_number<double>() > 1e14);
    }
}

TEST_CASE("C of a reference is told only if both seal the same") {
    const Ended open(Blinded::NO);
    const Ended boxed(Blinded::BOX);
    const Ended sealed(Blinded::ALL);
    const auto told = [](const Ended& of, const Ended& over) {
        const auto reference =
            online::read_reference(of.exports + "/spectra.json", of.scratch.path()).value();
        return online::reference_json("run-7", reference, reference.spectra[0], over.spectra->histogram(0));
    };
    for (const auto* one : {&open, &boxed, &sealed}) {
        for (const auto* other : {&open, &boxed, &sealed}) {
            const auto json = told(*one, *other);
            CHECK(json.at("withheld").is_null() == (one == other));
            if (one != other) CHECK(json.at("in_time").at("counts").is_null());
            CHECK(json.at("anti_coincident").at("counts").is_array());
        }
    }
    CHECK(told(boxed, open).at("withheld").as_string() == "C of run 7 is sealed, and not as the live one is");
    CHECK(told(open, boxed).at("withheld").as_string() == "C is sealed in the live run, and whole in run 7");
}

TEST_CASE("a blinded run's file that neither seals nor names who opened it shows no C") {
    const Ended run(Blinded::NO);
    std::string text = text_of(run.exports + "/spectra.json");
    for (std::size_t at = 0; (at = text.find("\"blinded\":false", at)) != std::string::npos;)
        text.replace(at, 15, "\"blinded\":true");
    const auto reference = online::parse_reference(text, "edited").value();
    CHECK(reference.spectra[0].sealed == offline::Sealing::ALL);
    CHECK(std::ranges::count(reference.spectra[0].in_time, 0) == std::ssize(reference.spectra[0].in_time));
}

TEST_CASE("saved spectra of a blinded run are as open as the log of unblindings says") {
    const Ended run(Blinded::BOX);
    offline::SavedSpectra saved;
    saved.engine = run.engine;
    saved.spectra = run.spectra->clone();
    saved.provenance = offline::provenance_of(run.description, "abc");
    saved.effective_config = proto::printed(run.engine->config());
    saved.filled[{7, "daq"}].add_range(0, 59);
    const std::string path = run.scratch.path() + "/spectra.saved";
    REQUIRE(offline::save_spectra(saved, path).has_value());
    const auto before = online::read_reference(path, run.scratch.path()).value();
    check_same(before.spectra[0].view(), run.spectra->histogram(0));
    CHECK(before.spectra[0].box == offline::box_text(run.spectra->histogram(0)));

    auto log = proto::UnblindingLog::open(run.scratch.path()).value();
    wire::Unblinding act;
    act.set_signed_by("A. Person");
    act.set_reason("the selection is frozen");
    act.set_first_run(7);
    act.set_last_run(7);
    log.append(act).value();
    const auto after = online::read_reference(path, run.scratch.path()).value();
    CHECK(after.spectra[0].sealed == offline::Sealing::NONE);
    const auto sum = [](const auto& counts) {
        return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
    };
    CHECK(sum(after.spectra[0].in_time) > sum(before.spectra[0].in_time));
}

TEST_CASE("what cannot be compared is refused in words") {
    const Ended run(Blinded::NO);
    const auto reference = online::read_reference(run.exports + "/spectra.json", "").value();
    const auto live = run.spectra->histogram(0);
    auto other = reference.spectra[0];
    other.axes[0].bins += 10;
    CHECK(online::incomparable(reference, other, live, run.selection(live)).value() ==
          fmt::format("run 7 has pe in {} bins from 0 to 100 PE; now it is pe in {} bins from 0 to 100 PE",
                      live.axes[0].bins + 10, live.axes[0].bins));
    CHECK(
        online::incomparable(reference, reference.spectra[0], live, "0123").value().find("its cuts differ") !=
        std::string::npos);
    other = reference.spectra[0];
    other.channels = 9;
    CHECK(online::incomparable(reference, other, live, run.selection(live)).value() ==
          "run 7 sums 9 channels; now there are 1");
}

TEST_CASE("references are those of the configuration, and every run that has spectra") {
    const Ended run(Blinded::NO);
    namespace fs = std::filesystem;
    const std::string copy = run.scratch.path() + "/kept.json";
    fs::copy_file(run.exports + "/spectra.json", copy);
    auto list = run.list(
        fmt::format("reference {{ name: \"golden\" run: 7 }} reference {{ name: \"kept\" file: \"{}\" }} "
                    "reference {{ name: \"never\" run: 8 }} reference {{ name: \"text\" file: \"{}\" }}",
                    copy, run.exports + "/spectra.csv"));
    const auto json = list.json();
    const auto& references = json.at("references").as_array();
    REQUIRE(references.size() == 4);
    CHECK(references[0].at("run") == 7);
    CHECK(references[0].at("trouble").is_null());
    CHECK(references[1].at("file") == "kept.json");
    CHECK(references[2].at("trouble") ==
          "run 8 has no spectra: it has neither been exported at its end nor reprocessed");
    for (const char* name : {"golden", "kept", "run-7"})
        CHECK(list.load(name).value()->runs == "7");
    CHECK(list.load("golden").value() == list.load("run-7").value());  // read once
    for (const char* name : {"never", "run-8", "run-0", "run-x", "../online/run-7", ""})
        CHECK(list.load(name).error().kind == ErrorKind::NOT_FOUND);
    CHECK(list.load("text").error().kind == ErrorKind::CONFIG);

    // Where online wrote nothing, the newest reprocessing; a run whose number only begins alike is another.
    for (const char* name : {"run-000008-first", "run-000008-second", "run-0000089"}) {
        fs::create_directories(run.scratch.path() + "/reprocessed/" + name);
        fs::copy_file(copy, run.scratch.path() + "/reprocessed/" + name + "/spectra.json");
    }
    CHECK(list.load("run-8").has_value());
    CHECK(list.load("never").has_value());
}

TEST_CASE("files that are none of ours are named with what is wrong") {
    const auto refused = [](const std::string& text) {
        const auto read = online::parse_reference(text, "some.json");
        REQUIRE_FALSE(read.has_value());
        CHECK(read.error().message.starts_with("some.json"));
        return read.error().kind;
    };
    CHECK(refused("") == ErrorKind::CORRUPT);
    CHECK(refused("[1]") == ErrorKind::CORRUPT);
    CHECK(refused(R"({"pe/in_time": 3})") == ErrorKind::CORRUPT);
    CHECK(refused(R"({"pe/in_time": {"uhi_schema": 2, "metadata": {"spectrum": "pe"}}})") ==
          ErrorKind::UNSUPPORTED);
    const Ended run(Blinded::NO);
    const std::string good = text_of(run.exports + "/spectra.json");
    const auto with = [&](std::string_view from, std::string_view to) {
        std::string text = good;
        const auto at = text.find(from);
        REQUIRE(at != std::string::npos);
        return text.replace(at, from.size(), to);
    };
    CHECK(online::parse_reference(good, "good").has_value());
    CHECK(refused(with("\"bins\":50", "\"bins\":49")) == ErrorKind::CORRUPT);
    CHECK(refused(with("\"bins\":50", "\"bins\":4000000000")) == ErrorKind::CORRUPT);
    CHECK(refused(with("\"live_ps\":", "\"live_ps\":-")) == ErrorKind::CORRUPT);
    CHECK(refused(with("\"channels\":1", "\"channels\":\"1\"")) == ErrorKind::CORRUPT);
    CHECK(refused(with("\"regular\"", "\"variable\"")) == ErrorKind::UNSUPPORTED);
    CHECK(refused(with("\"type\":\"int\"", "\"type\":\"double\"")) == ErrorKind::UNSUPPORTED);
    for (std::size_t cut = 0; cut < good.size(); cut += good.size() / 50 + 1)
        CHECK_FALSE(online::parse_reference(good.substr(0, cut), "cut").has_value());
}
