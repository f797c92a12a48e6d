// spillgate-offline from outside: exit statuses, help, garbage, and that what it says is true.
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <tuple>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "proto/run_file/run_reader.hpp"
#include "proto/wire.hpp"
#include "tests/offline/verbs/recorded_run.hpp"
#include "tests/offline/verbs/run_program.hpp"

using namespace spillgate;
using namespace spillgate::offline::testing;
using Catch::Contains;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

json::object json_of(const Said& said) {
    INFO(said.err);
    REQUIRE_FALSE(said.out.empty());
    return json::parse(said.out).as_object();
}

void require_same_file(const std::string& a, const std::string& b) {
    INFO(a << " and " << b);
    REQUIRE(content_of(a) == content_of(b));
}

}  // namespace

TEST_CASE("every verb has help with an example, and refuses what it does not know", "[integration]") {
    const auto all = run_program({"--help"});
    CHECK(all.status == 0);
    for (const std::string verb : {"inspect", "verify", "reprocess", "merge", "export", "plot"}) {
        CHECK_THAT(all.out, Contains(verb));
        const auto help = run_program({verb, "--help"});
        CHECK(help.status == 0);
        CHECK_THAT(help.out,
                   Contains("Example:") && Contains("spillgate-offline " + verb) && Contains("--json"));
        CHECK(run_program({verb}).status == 2);
        const auto odd = run_program({verb, "--no-such-option"});
        CHECK(odd.status == 2);
        CHECK(odd.out.empty());
        CHECK_FALSE(odd.err.empty());
    }
    CHECK(run_program({}).status == 2);
    CHECK(run_program({"juggle"}).status == 2);
    CHECK(run_program({"inspect", "\x01\xff'; rm"}).status == 1);
    CHECK(run_program({"reprocess", "x", "--out", "y", "--threads", "0"}).status == 2);
    CHECK(run_program({"reprocess", "x", "--out", "y", "--threads", "many"}).status == 2);
    CHECK(run_program({"export", "x", "--out", "y", "--format", "root"}).status == 2);
    CHECK(run_program({"--version"}).status == 0);
}

TEST_CASE("a run that is missing or is no run ends each verb with one message", "[integration]") {
    const TestDirectory dir;
    const std::string missing = dir.path("run-000099");
    std::ofstream(dir.path("file")) << "not a run";
    for (const auto& input : {missing, dir.path("file"), dir.path()}) {
        for (const std::vector<std::string>& command :
             {std::vector<std::string>{"inspect", input},
              {"verify", input},
              {"verify", "--repair", input},
              {"reprocess", input, "--out", dir.path("out")},
              {"merge", input, "--out", dir.path("out")},
              {"export", input, "--out", dir.path("out.h5")},
              {"export", input, "--candidates", "--out", dir.path("out.h5")}}) {
            const auto said = run_program(command);
            INFO(command[0] << " " << input << ": " << said.err);
            CHECK(said.status == 1);
            CHECK(said.out.empty());
            CHECK_THAT(said.err, Contains("spillgate-offline " + command[0] + ": "));
        }
    }
    CHECK_FALSE(fs::exists(dir.path("out")));
    CHECK_FALSE(fs::exists(dir.path("out.h5")));
    CHECK_FALSE(fs::exists(dir.path("out.h5.part")));
}

TEST_CASE("inspect gives each stream's sums and the ledger", "[integration]") {
    const TestDirectory dir;
    const auto run = write_run(dir.path(), {});
    const auto said = run_program({"inspect", "--json", run});
    CHECK(said.status == 0);
    CHECK(said.err.empty());
    const auto out = json_of(said);

    // The same sums, straight from the blocks.
    std::map<std::tuple<std::uint32_t, std::string>, std::array<std::int64_t, 5>> expected;
    const auto reader = proto::RunReader::open(run).value();
    const auto damage = reader.for_each([&](const proto::BlockView& block) {
        proto::SpillRecord record;
        if (block.topic != proto::Topic::SPILL) return true;
        proto::decode_spill(block.header, block.samples, record).value();
        for (const auto& trace : record.traces) {
            auto& e = expected[{trace.channel, trace.stream == wire::RAW ? "raw" : "averaged"}];
            if (e[0] == 0) e[3] = trace.first.ticks;
            e[4] = trace.first.ticks;
            ++e[0];
            for (const auto word : record.samples_of(trace)) {
                ++e[1];
                e[2] += static_cast<std::int16_t>(word);
            }
        }
        return true;
    });
    REQUIRE(damage.value().empty());
    const auto& streams = out.at("streams").as_array();
    REQUIRE(streams.size() == 3);
    REQUIRE(expected.size() == 3);
    for (const auto& entry : streams) {
        const auto& s = entry.as_object();
        const auto& e = expected.at(
            {json::value_to<std::uint32_t>(s.at("channel")), json::value_to<std::string>(s.at("stream"))});
        CHECK(json::value_to<std::uint32_t>(s.at("board")) == 0);
        const char* const names[] = {"waveforms", "samples", "sample_sum", "first_ticks", "last_ticks"};
        for (std::size_t i = 0; i < 5; ++i)
            CHECK(json::value_to<std::int64_t>(s.at(names[i])) == e[i]);
    }
    CHECK(out.at("run").to_number<int>() == 12);
    CHECK(out.at("type").as_string() == "physics");
    CHECK(out.at("simulated").as_bool());
    const auto& ledger = out.at("ledger").as_object();
    CHECK(ledger.at("slots").to_number<int>() == 60);
    const auto& recorded = reader.description().ledger();
    CHECK(ledger.at("complete").to_number<std::uint64_t>() == recorded.complete());
    CHECK(ledger.at("truncated").to_number<std::uint64_t>() == recorded.truncated());
    CHECK(ledger.at("charge_measured_pc").to_number<std::int64_t>() == recorded.charge_measured_pc());
    CHECK(ledger.at("quality").as_object().at("no-beam").to_number<int>() == 3);
    CHECK_THAT(run_program({"inspect", run}).out, Contains("SIMULATED") && Contains("averaged"));
}

TEST_CASE("reprocess gives the same bytes with any number of threads, and export those of reprocess",
          "[integration]") {
    const TestDirectory dir;
    RunOptions options;
    options.slots = 200;
    const auto run = write_run(dir.path(), options);
    for (const std::string threads : {"1", "2", "5"}) {
        const auto said =
            run_program({"reprocess", run, "--threads", threads, "--out", dir.path(threads), "--json"});
        INFO(said.err);
        REQUIRE(said.status == 0);
        CHECK(said.err.empty());  // no progress where there is no terminal
        const auto out = json_of(said);
        CHECK(out.at("slots").to_number<int>() == 200);
        CHECK(out.at("join").as_object().at("joined").to_number<int>() == 193);
        CHECK(out.at("join").as_object().at("without_record").to_number<int>() == 7);
        const auto& pe = out.at("spectra").as_array().at(0).as_object();
        CHECK(pe.at("kinds").as_object().at("in_time").as_object().at("entries").to_number<int>() > 50);
        CHECK(pe.at("alpha").is_double());
    }
    for (const std::string name :
         {"spectra.h5", "spectra.json", "spectra.csv", "spectra.saved", "candidates.h5"}) {
        require_same_file(dir.path("1/" + name), dir.path("2/" + name));
        require_same_file(dir.path("1/" + name), dir.path("5/" + name));
    }
    for (const std::string format : {"hdf5", "json", "csv"}) {
        const std::string extension = format == "hdf5" ? "h5" : format;
        REQUIRE(run_program({"export", run, "--format", format, "--out", dir.path("a")}).status == 0);
        REQUIRE(run_program({"export", dir.path("1"), "--format", format, "--out", dir.path("b")}).status ==
                0);
        require_same_file(dir.path("a"), dir.path("1/spectra." + extension));
        require_same_file(dir.path("b"), dir.path("1/spectra." + extension));
    }
    REQUIRE(run_program({"export", run, "--candidates", "--out", dir.path("c")}).status == 0);
    require_same_file(dir.path("c"), dir.path("1/candidates.h5"));

    const auto again = run_program({"reprocess", run, "--out", dir.path("1")});
    CHECK(again.status == 1);
    CHECK_THAT(again.err, Contains("not empty"));
    CHECK(run_program({"reprocess", run, "--overwrite", "--out", dir.path("1")}).status == 0);
    require_same_file(dir.path("1/spectra.h5"), dir.path("2/spectra.h5"));
}

TEST_CASE("parts of a run merge to the bytes of the whole, and no slot counts twice", "[integration]") {
    const TestDirectory dir;
    const auto run = write_run(dir.path(), {});
    REQUIRE(run_program({"reprocess", run, "--out", dir.path("whole")}).status == 0);
    REQUIRE(run_program({"reprocess", run, "--last-slot", "20", "--out", dir.path("a")}).status == 0);
    REQUIRE(run_program({"reprocess", run, "--first-slot", "21", "--out", dir.path("b")}).status == 0);
    REQUIRE(
        run_program({"merge", dir.path("b"), dir.path("a/spectra.saved"), "--out", dir.path("sum")}).status ==
        0);
    for (const std::string name : {"spectra.h5", "spectra.json", "spectra.csv", "spectra.saved"})
        require_same_file(dir.path("sum/" + name), dir.path("whole/" + name));

    const auto twice = run_program({"merge", dir.path("a"), dir.path("whole"), "--out", dir.path("no")});
    CHECK(twice.status == 1);
    CHECK_THAT(twice.err, Contains("slot 0 of run 12") && Contains("each slot counts once"));
    CHECK_FALSE(fs::exists(dir.path("no")));

    RunOptions next;
    next.number = 13;
    next.seed = 5;
    const auto other = write_run(dir.path(), next);
    REQUIRE(run_program({"reprocess", other, "--out", dir.path("other")}).status == 0);
    const auto two =
        run_program({"merge", dir.path("whole"), dir.path("other"), "--out", dir.path("two"), "--json"});
    REQUIRE(two.status == 0);
    CHECK(json_of(two).at("runs") == json::array({12, 13}));
    CHECK(json_of(two).at("slots").to_number<int>() == 120);
    const auto mixed = run_program({"reprocess", run, other, "--out", dir.path("no")});
    CHECK(mixed.status == 2);
    CHECK_THAT(mixed.err, Contains("run 12") && Contains("run 13") && Contains("merge"));
}

TEST_CASE("another config makes a new processing, a wrong one ends with status 2", "[integration]") {
    const TestDirectory dir;
    const auto run = write_run(dir.path(), {});
    auto text = run_config();
    const auto at = text.find("bins: 40");
    REQUIRE(at != std::string::npos);
    std::ofstream(dir.path("new.txtpb")) << text.replace(at, 8, "bins: 20");
    std::ofstream(dir.path("bad.txtpb")) << text.replace(text.find("\"pe\" bins"), 4, "\"pq\"");
    REQUIRE(run_program({"reprocess", run, "--out", dir.path("old")}).status == 0);
    const auto said = run_program(
        {"reprocess", run, "--config", dir.path("new.txtpb"), "--out", dir.path("new"), "--json"});
    REQUIRE(said.status == 0);
    CHECK(content_of(dir.path("old/spectra.json")) != content_of(dir.path("new/spectra.json")));
    const auto refused = run_program({"merge", dir.path("old"), dir.path("new"), "--out", dir.path("no")});
    CHECK(refused.status == 1);
    CHECK_THAT(refused.err, Contains("different engines or configs"));

    const auto all = run_config();
    std::ofstream(dir.path("bare.txtpb")) << all.substr(0, all.find("spectrum {"));
    const auto bare =
        run_program({"reprocess", run, "--config", dir.path("bare.txtpb"), "--out", dir.path("bare")});
    CHECK(bare.status == 0);
    CHECK_THAT(bare.out, Contains("no spectra in the configuration") && !Contains("windows"));

    const auto bad =
        run_program({"reprocess", run, "--config", dir.path("bad.txtpb"), "--out", dir.path("no")});
    CHECK(bad.status == 2);
    CHECK_THAT(bad.err, Contains("\"pq\"") && Contains("allowed: ") && Contains("t_rec_us"));
    CHECK(run_program({"reprocess", run, "--config", dir.path("none.txtpb"), "--out", dir.path("no2")})
              .status != 0);
}

TEST_CASE("an aborted run is inspected, processed and repaired, and says what it is", "[integration]") {
    const TestDirectory dir;
    RunOptions options;
    options.end_record = false;
    const auto run = write_run(dir.path(), options);
    const auto verify = run_program({"verify", "--json", run});
    CHECK(verify.status == 1);
    CHECK(json_of(verify).at("aborted").as_bool());
    const auto inspect = run_program({"inspect", "--json", run});
    CHECK(json_of(inspect).at("aborted").as_bool());
    const auto reprocess = run_program({"reprocess", run, "--out", dir.path("out"), "--json"});
    CHECK(json_of(reprocess).at("aborted").as_bool());
    CHECK(json_of(reprocess).at("slots").to_number<int>() == 60);

    const auto repair = run_program({"verify", "--repair", "--json", run});
    CHECK(repair.status == 0);
    const auto repaired = json::value_to<std::string>(json_of(repair).at("repaired_directory"));
    const auto again = run_program({"verify", "--json", repaired});
    CHECK(again.status == 0);
    CHECK(json_of(again).at("valid").as_bool());
    CHECK(json_of(again).at("repaired").as_bool());
    REQUIRE(run_program({"reprocess", repaired, "--out", dir.path("out2")}).status == 0);
    require_same_file(dir.path("out/spectra.h5"), dir.path("out2/spectra.h5"));
}

TEST_CASE("a damaged run or saved file is reported and never believed", "[integration]") {
    const TestDirectory dir;
    const auto run = write_run(dir.path(), {});
    REQUIRE(run_program({"reprocess", run, "--out", dir.path("out")}).status == 0);
    std::string segment;
    for (const auto& entry : fs::directory_iterator(run))
        if (entry.path().filename() != "run.txtpb") segment = entry.path();
    REQUIRE_FALSE(segment.empty());
    auto bytes = content_of(segment);
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    fs::remove(segment);
    std::ofstream(segment, std::ios::binary) << bytes;
    for (const std::string verb : {"inspect", "verify"}) {
        const auto said = run_program({verb, "--json", run});
        CHECK(said.status == 1);
        CHECK(json_of(said).at("damage").as_array().size() == 1);
    }
    CHECK(run_program({"reprocess", run, "--out", dir.path("damaged")}).status == 1);

    auto saved = content_of(dir.path("out/spectra.saved"));
    saved[saved.size() / 2] = static_cast<char>(saved[saved.size() / 2] ^ 1);
    std::ofstream(dir.path("bad.saved"), std::ios::binary) << saved;
    const auto said = run_program({"export", dir.path("bad.saved"), "--out", dir.path("x.h5")});
    CHECK(said.status == 1);
    CHECK_THAT(said.err, Contains("checksum"));
}

TEST_CASE("the directories of several daemons of one run make one set of spectra", "[integration]") {
    const TestDirectory dir;
    RunOptions second;
    second.daemon = "second";
    second.lead = false;
    second.seed = 9;
    const auto one = write_run(dir.path("one"), {});
    const auto two = write_run(dir.path("two"), second);
    const auto said = run_program({"reprocess", one, two, "--out", dir.path("both"), "--json"});
    INFO(said.err);
    REQUIRE(said.status == 0);
    CHECK(json_of(said).at("slots").to_number<int>() == 120);
    REQUIRE(run_program({"reprocess", one, "--out", dir.path("a")}).status == 0);
    REQUIRE(run_program({"reprocess", two, "--out", dir.path("b")}).status == 0);
    REQUIRE(run_program({"merge", dir.path("a"), dir.path("b"), "--out", dir.path("sum")}).status == 0);
    require_same_file(dir.path("sum/spectra.h5"), dir.path("both/spectra.h5"));
    const auto same_twice = run_program({"reprocess", one, one, "--out", dir.path("c"), "--json"});
    CHECK(json_of(same_twice).at("slots").to_number<int>() == 60);
    require_same_file(dir.path("a/spectra.h5"), dir.path("c/spectra.h5"));
}
