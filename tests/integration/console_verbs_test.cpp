// spillgate-ctl against a real console, verb by verb.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/data/raw_http.hpp"
#include "tests/integration/console_lab.hpp"
#include "tests/integration/console_verb_checks.hpp"

using namespace spillgate;
using test::await;
using test::ConsoleLab;

namespace {

namespace json = boost::json;

const std::string source = SPILLGATE_SOURCE_DIR;

std::string content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

void look_at_health_and_alarms(const ConsoleLab& lab) {
    REQUIRE(await([&] { return lab.ctl({"health"}).status == 0; }));
    const auto lights = lab.told({"health"});
    CHECK(lights.starts_with("light"));
    for (const char* light : {"daq", "online", "timing", "disk"})
        CHECK(contains(lights, fmt::format("\n{} ", light)));
    CHECK(lab.object({"health"}).at("lights").as_array().size() >= 6);

    REQUIRE(await([&] { return contains(lab.ctl({"alarms"}).out, "unacknowledged"); }));
    CHECK(contains(lab.told({"alarms"}), "above 1 Hz"));
    CHECK(contains(lab.told({"alarms", "--all"}), "normal"));
    const auto guest = lab.ctl({"alarms", "acknowledge", "marks"}, "", "guest");
    CHECK(guest.status == 1);
    CHECK(contains(guest.err, "refused: D. Guest lacks the role \"shift\""));
    CHECK(lab.told({"alarms", "acknowledge", "marks", "--comment", "it is a test"}) ==
          "marks: acknowledged\n");
    CHECK(contains(lab.told({"alarms", "log", "--limit", "1"}), "it is a test"));
    CHECK(lab.told({"alarms", "shelve", "marks", "--for", "2h", "--reason", "ramping"}) ==
          "marks: shelved\n");
    CHECK(contains(lab.told({"alarms", "unshelve", "marks"}), "marks: "));
    CHECK(lab.ctl({"alarms", "shelve", "marks", "--for", "soon", "--reason", "x"}).status == 2);
    CHECK(lab.ctl({"alarms", "acknowledge", "none"}).status == 1);
}

void write_logbook(const ConsoleLab& lab) {
    const auto written = lab.told({"logbook", "write", "HV of channel 3 lowered\nto 1200 V", "--picture",
                                   source + "/docs/console/view-run.png", "--run", "1"});
    REQUIRE(written.starts_with("entry #"));
    const auto number = written.substr(7, written.find('\n') - 7);
    const auto found = lab.told({"logbook", "--text", "channel low", "--kind", "person", "--run", "1"});
    CHECK(contains(found, fmt::format("#{}  ", number)));
    CHECK(contains(found, "  person  run 1  A. Shift\n    HV of channel 3 lowered\n    to 1200 V\n"));
    CHECK(contains(found, "    picture /api/pictures/"));
    const auto name =
        found.substr(found.find("/api/pictures/"), found.find(".png") + 4 - found.find("/api/pictures/"));
    CHECK(lab.told({"logbook", "picture", name}).starts_with("\x89PNG"));
    CHECK(lab.ctl({"logbook", "picture", "none.png"}).status == 1);
    CHECK(lab.told({"logbook", "write", "Channel 4, not 3", "--corrects", number}).starts_with("entry #"));
    CHECK(contains(lab.told({"logbook", "--kind", "person", "--limit", "1"}),
                   fmt::format("corrects #{}", number)));
    // The keeper looks at the run once a second.
    CHECK(await(
        [&] { return lab.object({"logbook", "--kind", "run-start"}).at("entries").as_array().size() == 2; }));
    CHECK(lab.told({"logbook", "--text", "nothing-of-it"}) == "no entries\n");
    const auto no_picture = lab.ctl({"logbook", "write", "x", "--picture", source + "/README.md"});
    CHECK(no_picture.status == 1);
    CHECK(contains(no_picture.err, "README.md: refused: "));
    CHECK(lab.ctl({"logbook", "write", "x", "--picture", "/nowhere.png"}).status == 2);
    CHECK(lab.ctl({"logbook", "--kind", "gossip"}).status == 1);
}

void look_at_runs(const ConsoleLab& lab) {
    const auto list = lab.told({"runs", "--text", "1300"});
    CHECK(list.starts_with("run  type"));
    CHECK(contains(list, "\n2    test  running"));
    CHECK(contains(list, "\n1    test  ended"));
    CHECK(contains(lab.told({"runs", "--limit", "1"}), "older ones: --before 2\n"));
    CHECK(lab.told({"runs", "--type", "physics"}) == "no runs\n");
    CHECK(lab.told({"runs", "note", "1", "HV was low at first"}) == "noted to run 1\n");
    const auto run = lab.told({"runs", "show", "1"});
    CHECK(contains(run, "run           1  test  ended  SIMULATED  blinded\n"));
    CHECK(contains(run, "A. Shift: HV was low at first\n"));
    CHECK(contains(run, "\nfile          spectra.csv\n"));
    CHECK(contains(run, " complete, "));
    CHECK(contains(lab.told({"runs", "config", "1"}), "blinded: true"));
    CHECK(lab.told({"runs", "file", "1", "spectra.h5"}) ==
          content(lab.runs() + "/online/run-000001/spectra.h5"));
    CHECK(lab.ctl({"runs", "show", "99"}).status == 1);
    CHECK(lab.ctl({"runs", "show", "first"}).status == 2);
}

void export_spectra(const ConsoleLab& lab) {
    const auto list = lab.told({"spectra"});
    CHECK(contains(list, "pe_t_rec"));
    CHECK(contains(list, "pe in 50 bins from 0 to 100 PE"));
    CHECK(contains(list, "ranges: run hour "));
    // Blinded: C outside the box, and no residual, from which C would follow.
    const auto sealed = lab.told({"spectra", "pe"});
    CHECK(contains(sealed, "# spectrum: pe\n"));
    CHECK(contains(sealed, "# run_type: test\n# simulated: true\n"));
    CHECK(contains(sealed, "# sealed: box\n"));
    CHECK(contains(sealed, "\nbin_0,low_0,high_0,in_time_outside_box,anti_coincident,"));
    CHECK(contains(sealed, ",scaled,scaled_sigma\n0,0,2,"));
    CHECK_FALSE(contains(sealed, "residual"));
    const auto uhi = json::parse(lab.told({"spectra", "pe_t_rec", "--format", "uhi", "--range", "run"}));
    const auto& map = uhi.at("pe_t_rec/in_time_outside_box");
    CHECK(map.at("uhi_schema") == 1);
    CHECK(map.at("metadata").at("run") == 2);
    CHECK(map.at("metadata").at("simulated") == true);
    CHECK(map.at("storage").at("values").as_array().size() == 30);
    CHECK(map.at("storage").at("values").at(0).as_array().size() == 24);
    const auto drawn = lab.told({"spectra", "pe", "--format", "plot", "--width", "60"});
    CHECK(contains(drawn, "sealed        box\n\nC outside the box: "));
    CHECK(contains(drawn, "\n\nAC: "));
    CHECK_FALSE(contains(drawn, "alpha AC"));
    const auto two_axes = lab.ctl({"spectra", "pe_t_rec", "--format", "plot"});
    CHECK(two_axes.status == 2);
    CHECK(contains(two_axes.err, "'pe_t_rec' has two axes"));
    CHECK(lab.object({"spectra", "pe"}).at("residual").is_null());
    lab.told({"controls", "take"});
    CHECK(contains(lab.told({"spectra", "reset"}), " spills of run 2\n"));
    CHECK(lab.object({"spectra", "pe", "--range", "reset"}).at("range").at("person") == "A. Shift");
    lab.told({"controls", "release"});
    CHECK(lab.ctl({"spectra", "none"}).status == 1);
    CHECK(lab.ctl({"spectra", "pe", "--range", "yesterday"}).status == 1);
    CHECK(lab.ctl({"spectra", "pe", "--format", "root"}).status == 2);

    CHECK(contains(lab.told({"references"}), "first      1"));
    CHECK(contains(lab.told({"references", "first", "pe"}), "# runs: 1\n"));
    CHECK(lab.ctl({"references", "first"}).status == 2);
    CHECK(lab.ctl({"references", "none", "pe"}).status == 1);
}

void change_controls(const ConsoleLab& lab) {
    CHECK(lab.told({"controls"}) == "free\n");
    CHECK(lab.told({"controls", "take"}).starts_with("held by A. Shift (session script: A. Shift) since "));
    const auto guest = lab.ctl({"controls", "take", "--force"}, "", "guest");
    CHECK(guest.status == 1);
    const auto nobody = lab.ctl({"controls", "offer", "B. Relief"});
    CHECK(nobody.status == 2);
    CHECK(contains(nobody.err, "no page of 'B. Relief' is open"));
    CHECK(lab.told({"controls", "release"}) == "free\n");
    for (const char* act : {"accept", "decline"})
        CHECK(lab.ctl({"controls", act}).status == 1);
    const auto again = lab.ctl({"--json", "controls", "release"});
    CHECK(again.status == 1);
    CHECK(json::parse(again.out).at("ok") == false);
}

void open_the_box(const ConsoleLab& lab) {
    CHECK(contains(lab.told({"unblinding"}), "nothing is unblinded\nrun 2 goes on, blinded\n"));
    const std::vector<std::string> open{"unblinding", "open", "1", "2", "--reason", "cuts are frozen"};
    const auto unsaid = lab.ctl(open);
    CHECK(unsaid.status == 2);
    CHECK(contains(unsaid.err, "nothing was typed"));
    const auto wrong = lab.ctl(open, "yes\n");
    CHECK(wrong.status == 1);
    CHECK(contains(wrong.err, "refused: "));
    const auto guest = lab.ctl(open, "UNBLIND 1-2\n", "guest");
    CHECK(guest.status == 1);
    CHECK(contains(lab.told({"unblinding"}), "nothing is unblinded"));
    const auto done = lab.ctl(open, "UNBLIND 1-2\n");
    CHECK(done.status == 0);
    CHECK(done.out == "runs 1-2 unblinded: act 1, signed by A. Shift\n");
    CHECK(contains(lab.told({"unblinding"}), "1-2   A. Shift   cuts are frozen"));
    REQUIRE(await([&] { return contains(lab.ctl({"spectra", "pe"}).out, ",in_time,"); }));
    CHECK(contains(lab.told({"spectra", "pe"}), ",residual,residual_sigma\n"));
    CHECK(contains(lab.told({"spectra", "pe", "--format", "plot"}), "\nC - alpha AC: "));
}

void read_history(const ConsoleLab& lab) {
    CHECK(contains(lab.told({"history"}), "disk.free_bytes"));
    std::string csv;
    REQUIRE(await([&] {
        csv = lab.ctl({"history", "disk.free_bytes", "beam.mark_rate_hz", "--last", "10min"}).out;
        return std::count(csv.begin(), csv.end(), '\n') > 1;
    }));
    CHECK(csv.starts_with(
        "utc,utc_s,\"disk.free_bytes mean [B]\",\"disk.free_bytes low [B]\",\"disk.free_bytes "
        "high [B]\",\"beam.mark_rate_hz mean [Hz]\""));
    CHECK(lab.object({"history", "disk.free_bytes"}).at("curves").at("disk.free_bytes").at("unit") == "B");
    const auto none = lab.ctl({"history", "disk.nothing"});
    CHECK(none.status == 1);
    CHECK(contains(none.err, "'disk.nothing' has had no value yet"));
    const auto long_ago =
        lab.told({"history", "disk.free_bytes", "--from", "2020-01-01T00:00", "--to", "2020-01-02 00:00:00"});
    CHECK(std::count(long_ago.begin(), long_ago.end(), '\n') == 1);
    CHECK(lab.ctl({"history", "disk.free_bytes", "--from", "yesterday"}).status == 2);
    CHECK(lab.ctl({"history", "disk.free_bytes", "--from", "2020-01-02", "--to", "2020-01-01"}).status == 2);
}

// What is written down is accounted for.
void read_metrics(const ConsoleLab& lab) {
    std::string metrics;
    // The keeper tells once a second.
    CHECK(await([&] {
        metrics = test::http(test::port_of(lab.url()), "GET", "/metrics");
        return contains(metrics, "spillgate_keeper_entries_total{kind=\"person\"} 3\n");
    }));
    CAPTURE(metrics);
    for (const char* line :
         {"spillgate_keeper_entries_total{kind=\"run-start\"} 2\n",
          "spillgate_keeper_store_off{store=\"desk\"} 0\n",
          "spillgate_keeper_store_off{store=\"history\"} 0\n",
          "spillgate_keeper_lost_total{loss=\"history-while-off\"} 0\n", "spillgate_keeper_queue_length ",
          "spillgate_keeper_last_write_age_seconds{store=\"desk\"} ", "spillgate_run_number 2\n"})
        CHECK(contains(metrics, line));
}

void refuse_tokens(const ConsoleLab& lab) {
    const auto bare = [&](const std::vector<std::string>& more) {
        std::vector<std::string> arguments{"--console", lab.url()};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return test::run_program(lab.path(), "spillgate-ctl", arguments);
    };
    // Without a token one may read on this machine, and do nothing.
    CHECK(bare({"runs"}).status == 0);
    const auto unsigned_in = bare({"logbook", "write", "x"});
    CHECK(unsigned_in.status == 1);
    CHECK(contains(unsigned_in.err, "refused: sign in first"));
    const auto token = content(lab.token("shift"));
    REQUIRE(::setenv("SPILLGATE_TOKEN", token.substr(0, token.find('\n')).c_str(), 1) == 0);
    CHECK(bare({"logbook", "write", "by the environment's token"}).status == 0);
    REQUIRE(::setenv("SPILLGATE_TOKEN", "two words", 1) == 0);
    CHECK(bare({"runs"}).status == 2);
    REQUIRE(::unsetenv("SPILLGATE_TOKEN") == 0);

    const std::string wrong = lab.token("wrong");
    std::ofstream(wrong) << std::string(64, 'a') << '\n';
    std::filesystem::permissions(wrong, std::filesystem::perms{0600});
    const auto unknown = bare({"--token-file", wrong, "runs"});
    CHECK(unknown.status == 1);
    CHECK(contains(unknown.err, "refused: this token is not known"));
    std::filesystem::permissions(wrong, std::filesystem::perms{0644});
    const auto open_file = bare({"--token-file", wrong, "runs"});
    CHECK(open_file.status == 2);
    CHECK(contains(open_file.err, "has mode 0644; allowed is 0600"));
}

}  // namespace

TEST_CASE("what the console's page shows and does, spillgate-ctl does by the same API", "[integration]") {
    const ConsoleLab lab;
    lab.take_run(120);
    REQUIRE(lab.control().stop().ok());
    REQUIRE(await([&] { return std::filesystem::exists(lab.runs() + "/online/run-000001/spectra.csv"); }));
    lab.take_run(120);
    look_at_health_and_alarms(lab);
    write_logbook(lab);
    look_at_runs(lab);
    export_spectra(lab);
    change_controls(lab);
    refuse_tokens(lab);
    read_metrics(lab);
    test::look_at_beam(lab);
    test::look_at_health_parts(lab);
    test::look_at_waveforms(lab);
    test::look_at_physics(lab);
    test::draw_trends(lab);
    test::work_a_shift(lab);
    test::judge_runs(lab);
    test::sign_good_runs(lab);
    test::compare_configs(lab);
    test::keep_layouts(lab);
    open_the_box(lab);
    read_history(lab);
}
