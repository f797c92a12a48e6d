#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/integration/console_verb_checks.hpp"

namespace spillgate::test {

namespace {

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

void work_a_shift(const ConsoleLab& lab) {
    const auto nobody = lab.told({"shift"});
    CHECK(contains(nobody, "no shift goes on\n"));
    CHECK(contains(nobody, "instructions  Call before HV\n"));
    CHECK(contains(lab.ctl({"shift", "tick", "1"}).err, "no shift goes on; `shift begin` begins one"));
    const auto guest = lab.ctl({"shift", "begin"}, "", "guest");
    CHECK(guest.status == 1);
    CHECK(contains(guest.err, "lacks the role \"shift\""));
    CHECK(lab.told({"shift", "begin"}) == "shift 1 begins\n");
    CHECK(lab.ctl({"shift", "begin"}).status == 1);

    CHECK(lab.told({"shift", "tick", "1", "--remark", "80 cm"}) == "  1 [x] Disk has room\n");
    CHECK(lab.ctl({"shift", "tick", "2"}, "", "guest").out == "  2 [x] No alarm stands\n");
    // What is not said again stays.
    CHECK(lab.told({"shift", "untick", "1"}) == "  1 [ ] Disk has room\n");
    CHECK(lab.told({"shift", "remark", "2", "one is shelved"}) == "  2 [x] No alarm stands\n");
    const auto wrong = lab.ctl({"shift", "tick", "3"});
    CHECK(wrong.status == 2);
    CHECK(contains(wrong.err, "there is no line 3 in the checklist; allowed are 1 to 2"));
    const auto shift = lab.told({"shift"});
    CAPTURE(shift);
    CHECK(contains(shift, "shift         1, begun by A. Shift\n"));
    CHECK(contains(shift, "on shift      A. Shift from "));
    CHECK(contains(shift, "checklist     1 of 2 done\n  1 [ ] Disk has room\n        A. Shift, "));
    CHECK(contains(shift, " UTC: 80 cm\n  2 [x] No alarm stands\n        A. Shift, "));
    CHECK(contains(shift, " UTC: one is shelved\n"));
    CHECK(contains(shift, "\ncalibration   spe: "));

    const auto call = lab.told({"shift", "on-call", "B. Expert", "--contact", "+1 555 0100", "--for", "8h"});
    CHECK(call.starts_with("#1  B. Expert is on call, "));
    CHECK(contains(lab.told({"shift"}), "on call now   #1  B. Expert, +1 555 0100; "));
    CHECK(lab.ctl({"shift", "on-call", "B. Expert", "--contact", "x", "--for", "1h"}, "", "guest").status ==
          1);
    CHECK(lab.ctl({"shift", "on-call", "B. Expert", "--contact", "x"}).status == 2);
    CHECK(lab.ctl({"shift", "on-call", "B. Expert", "--contact", "x", "--to", "soon"}).status == 2);
    CHECK(lab.told({"shift", "off-call", "1"}) == "#1: off call\n");
    CHECK(lab.ctl({"shift", "off-call", "1"}).status == 1);

    CHECK(lab.told({"shift", "handover", "All quiet.\nFill LN2 at 18:00"}) == "shift 1 is handed over\n");
    CHECK(lab.told({"shift", "begin"}) == "shift 2 begins\n");
    CHECK(contains(lab.told({"shift"}), "handover of shift 1 by A. Shift, "));
    CHECK(contains(lab.told({"shift"}), "    All quiet.\n    Fill LN2 at 18:00\n"));
    CHECK(lab.told({"shift", "acknowledge", "1"}) == "handover of shift 1: read\n");
    CHECK(contains(lab.told({"shift", "show", "1"}), ", read by A. Shift\n    All quiet.\n"));
    CHECK(contains(lab.ctl({"shift", "show", "9"}).err, "there is no shift 9; `shift list` lists them"));
    CHECK(lab.told({"shift", "leave"}) == "off shift\n");
    CHECK(lab.told({"shift", "join"}) == "on shift\n");
    CHECK(lab.told({"shift", "begin", "--over", "2"}) == "shift 3 begins\n");
    const auto list = lab.told({"shift", "list"});
    CHECK(contains(list, "\n1      "));
    CHECK(contains(list, "A. Shift  complete      by A. Shift\n"));
    CHECK(lab.object({"shift", "list", "--before", "3", "--limit", "1"}).at("shifts").at(0).at("number") ==
          2);
    CHECK(contains(lab.told({"logbook", "--kind", "shift", "--text", "LN2"}), "  shift  "));

    CHECK(contains(lab.told({"whoami"}),
                   "person        A. Shift\nsession       script: A. Shift\n"
                   "roles         shift, expert, unblind\n"));
    CHECK(contains(lab.ctl({"whoami"}, "", "guest").out, "roles         none\n"));
}

void judge_runs(const ConsoleLab& lab) {
    const auto quality = lab.told({"quality"});
    CAPTURE(quality);
    CHECK(contains(quality, "run 2, so far"));
    CHECK(contains(quality, "\nrun.complete_fraction "));
    CHECK(contains(quality, "run.complete_fraction  at least 0.5    all\n"));
    REQUIRE(await([&] { return contains(lab.ctl({"quality", "run", "1"}).out, "run 1: bad\n"); }));
    const auto bad = lab.ctl({"quality", "run", "1"});
    CHECK(bad.status == 1);
    CHECK(contains(bad.err, "run 1 is bad"));
    CHECK(contains(bad.out, "\nrun.duration_s         bad      "));
    CHECK(lab.ctl({"quality", "run", "99"}).status == 1);
    CHECK(contains(lab.told({"quality", "calibrations"}), "energy        not-used"));
    CHECK(contains(lab.told({"logbook", "--kind", "quality"}), "  quality  run 1"));
}

void sign_good_runs(const ConsoleLab& lab) {
    CHECK(contains(lab.told({"good-runs"}), "no version is signed yet\n"));
    const std::vector<std::string> first{"good-runs",        "sign",       "good=1", "--reason",
                                         "all lights green", "--replaces", "0"};
    const auto guest = lab.ctl(first, "", "guest");
    CHECK(guest.status == 1);
    CHECK(contains(guest.err, "lacks the role \"expert\""));
    const auto version = lab.told(first);
    CHECK(version.starts_with("version 1  "));
    CHECK(contains(version, "  A. Shift  "));
    CHECK(contains(version, "\n    + run 1\n"));
    CHECK(contains(version, "all lights green\n"));
    const auto late = lab.ctl(first);
    CHECK(late.status == 1);
    CHECK(contains(late.err, "refused: "));
    const auto goes_on = lab.ctl({"good-runs", "sign", "good=2", "--reason", "x", "--replaces", "1"});
    CHECK(goes_on.status == 1);
    CHECK(contains(goes_on.err, "run 2 still goes on"));
    CHECK(lab.ctl({"good-runs", "sign", "fine=1", "--reason", "x", "--replaces", "1"}).status == 2);
    CHECK(lab.ctl({"good-runs", "sign", "good=1", "--replaces", "1"}).status == 2);
    CHECK(lab.ctl({"good-runs", "sign", "good=1", "--reason", "x"}).status == 2);
    CHECK(contains(
        lab.ctl({"good-runs", "sign", "good=1", "--reason", "x", "--reason", "y", "--replaces", "1"}).err,
        "2 reasons for 1 flags"));

    CHECK(contains(lab.told({"good-runs", "sign", "good=1", "bad=1:0-9", "--reason", "green", "--reason",
                             "HV trip", "--replaces", "1", "--note", "first ten were bad"}),
                   "\n    - run 1, slots up to 9\n"));
    const auto list = lab.told({"good-runs"});
    CAPTURE(list);
    CHECK(contains(list, "good          run 1, slots from 10\nversion 2  "));
    CHECK(contains(list, "first ten were bad\n"));
    CHECK(contains(list, "\nversion 1  "));
    CHECK(contains(lab.told({"good-runs", "--limit", "1"}), "older ones: --before 2\n"));
    CHECK(contains(lab.told({"good-runs", "show", "1", "--against", "2"}), "\n    + run 1, slots "));
    CHECK(contains(lab.told({"good-runs", "file", "2"}), "version: 2\n"));
    CHECK(lab.ctl({"good-runs", "show", "9"}).status == 1);
    CHECK(contains(lab.told({"good-runs", "slots", "1@1970-01-01T00:00:01/"}), "run 1"));
    CHECK(lab.told({"good-runs", "slots", "1@1/2"}) == "no slot lies in it\n");
    CHECK(lab.ctl({"good-runs", "slots", "1"}).status == 2);
    CHECK(contains(lab.told({"logbook", "--kind", "good-runs"}), "  good-runs  run 1  A. Shift\n"));
}

void compare_configs(const ConsoleLab& lab) {
    const auto list = lab.told({"configs"});
    CHECK(list.starts_with("configuration  sha256"));
    CHECK(contains(list, "\nlab.txtpb "));
    CHECK(lab.told({"configs", "difference", "lab.txtpb"}) == "as in run 2\n");
    CHECK(lab.told({"configs", "difference", "lab.txtpb", "--from", "1"}) == "as in run 1\n");
    std::ostringstream text;
    text << std::ifstream(lab.path() + "/lab.txtpb").rdbuf();
    auto other = text.str();
    const std::string box = "min: 4 max: 60";
    REQUIRE(contains(other, box));
    other.replace(other.rfind(box), box.size(), "min: 4 max: 70");
    std::ofstream(lab.path() + "/other.txtpb") << other;
    std::ofstream(lab.path() + "/wrong.txtpb") << "nonsense: 1\n";
    const auto changed = lab.told({"configs", "difference", "other.txtpb"});
    CAPTURE(changed);
    CHECK(contains(changed, "  run 2  now\nbox[0].range[0].max  60     70\n"));
    const auto both = lab.told({"configs"});
    CHECK(contains(both, "\nwrong.txtpb    not valid"));
    CHECK(contains(both, "wrong.txtpb:1:"));
    CHECK(lab.object({"configs", "difference", "other.txtpb"}).at("same") == false);
    CHECK(lab.ctl({"configs", "difference", "none.txtpb"}).status == 1);
    std::filesystem::remove(lab.path() + "/other.txtpb");
    std::filesystem::remove(lab.path() + "/wrong.txtpb");
}

void keep_layouts(const ConsoleLab& lab) {
    CHECK(lab.told({"layouts"}) == "no layouts\n");
    const std::string file = lab.path() + "/night.json";
    std::ofstream(file) << R"({"pads": "all", "search": "", "range": "hour"})";
    CHECK(lab.told({"layouts", "save", "night", file}) == "layout 'night' is kept\n");
    CHECK(lab.ctl({"layouts", "save", "day", "-"}, R"({"pads": "shift"})").out == "layout 'day' is kept\n");
    CHECK(lab.told({"layouts"}) == "day\nnight\n");
    CHECK(boost::json::parse(lab.told({"layouts", "show", "night"})).at("range") == "hour");
    CHECK(lab.told({"layouts", "delete", "day"}) == "layout 'day' is deleted\n");
    CHECK(lab.ctl({"layouts", "show", "day"}).status == 1);
    CHECK(lab.ctl({"layouts"}, "", "guest").out == "no layouts\n");
    std::ofstream(file) << "[1]";
    const auto wrong = lab.ctl({"layouts", "save", "night", file});
    CHECK(wrong.status == 2);
    CHECK(contains(wrong.err, "holds no layout: one JSON object"));
    CHECK(lab.ctl({"layouts", "save", "night", "/nowhere.json"}).status == 2);
}

}  // namespace spillgate::test
