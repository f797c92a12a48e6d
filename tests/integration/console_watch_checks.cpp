#include <algorithm>
#include <fstream>
#include <string>

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "tests/integration/console_verb_checks.hpp"

namespace spillgate::test {

namespace {

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

auto lines_in(const std::string& text) {
    return std::ranges::count(text, '\n');
}

}  // namespace

void look_at_beam(const ConsoleLab& lab) {
    REQUIRE(await([&] { return contains(lab.ctl({"beam"}).out, "beam          beam: "); }));
    const auto beam = lab.told({"beam"});
    CAPTURE(beam);
    for (const char* part : {"run           2  SIMULATED\n", "\nmarks         ", " Hz, period 16",
                             "\nlast slots    ", "\njitter        rms ", "\ncharge        mean ", " measured",
                             "\nPOT           ", "\nlive time     C   ", "\nlive time     AC  "})
        CHECK(contains(beam, part));
    CHECK(lab.object({"beam"}).at("ledger").at("slots").to_number<int>() > 0);

    const auto slots = lab.told({"beam", "slots"});
    CHECK(slots.starts_with("slot,deviation_ns,charge_uc,charge_state,quality\n"));
    CHECK(contains(slots, ",measured,simulated\n"));

    const auto times = lab.told({"beam", "times", "--last", "10min"});
    CHECK(contains(times, "\nbeam          "));
    CHECK(contains(times, "\nnot-recorded  "));
    const auto unknown = lab.ctl({"beam", "weather"});
    CHECK(unknown.status == 2);
    CHECK(contains(unknown.err, "'weather' is no action of beam; there are: slots, times"));
    CHECK_FALSE(contains(lab.ctl({"beam", "--weather", "fine"}).err, "is no action"));
    CHECK(lab.ctl({"beam", "times", "--last", "long"}).status == 2);
    CHECK(lab.ctl({"beam", "times", "--from", "2020-01-02", "--to", "2020-01-01"}).status == 2);
}

void look_at_health_parts(const ConsoleLab& lab) {
    CHECK(contains(lab.told({"health", "slow"}), "hv     1300 V  ok "));
    std::ofstream(lab.path() + "/hv.csv", std::ios::app) << "1150\n";
    Outcome slow;
    REQUIRE(await([&] {
        slow = lab.ctl({"health", "slow"});
        return slow.status == 1;
    }));
    CHECK(contains(slow.err, "beyond an alarm limit: hv"));
    CHECK(contains(slow.out, "hv     1150 V  alarm"));
    CHECK(contains(slow.out, "alarm below 1200"));

    REQUIRE(await([&] { return contains(lab.ctl({"health", "channels"}).out, " ± "); }));
    const auto channels = lab.told({"health", "channels"});
    CHECK(contains(channels, "\ncsi "));
    CHECK(contains(channels, "  run  "));
    CHECK(contains(lab.told({"health", "losses"}), "verdict to histogram"));

    const auto log = lab.told({"health", "log", "--limit", "200"});
    CHECK(contains(log, "  daq: run 2 starts"));
    CHECK(contains(log, "  online: following run 2"));
    const auto found = lab.object({"health", "log", "--text", "run 2 starts"}).at("log").as_array();
    REQUIRE(found.size() == 1);
    CHECK(found[0].at("where") == "daq");
    CHECK_FALSE(contains(lab.told({"health", "log", "--level", "warn"}), "  info   "));
    CHECK(lines_in(lab.told({"health", "log", "--limit", "1"})) == 1);
    CHECK(lab.ctl({"health", "log", "--level", "loud"}).status == 2);
}

void look_at_waveforms(const ConsoleLab& lab) {
    const auto list = lab.told({"scope", "--limit", "3"});
    CHECK(list.starts_with("channel  role"));
    CHECK(contains(list, "\ncsi      detector  csi    PE\n"));
    CHECK(lines_in(list) == 3 + 1 + 1 + 3);
    CHECK(lab.ctl({"scope", "--which", "nicest"}).status == 2);

    // Blinded: nothing from the begin of the C roi on, but in slots without beam.
    std::string picture;
    REQUIRE(await([&] {
        picture = lab.told({"scope", "show", "--channel", "csi", "--width", "60", "--height", "5"});
        return contains(picture, "\nsealed        BLINDED: ");
    }));
    CAPTURE(picture);
    for (const char* part : {" of run 2 (number ", "SIMULATED", "\ndisposition   ",
                             "\nchannel csi\ntrace 1: ", " of them open", "━", " us\n", "\ncsi in AC: "})
        CHECK(contains(picture, part));
    std::string csv;
    REQUIRE(await([&] {
        csv = lab.told({"scope", "show", "latest", "--channel", "csi", "--from-us", "-5", "--to-us", "5",
                        "--format", "csv"});
        return contains(csv, "SIMULATED BLINDED: ");
    }));
    CHECK(contains(csv, "\nchannel,trace,sample,time_after_t0_us,adc\ncsi,1,"));
    CHECK(contains(csv, ",-4."));
    CHECK_FALSE(contains(csv, ",4."));
    CHECK(lab.object({"scope", "show", "latest"}).at("run") == 2);
    CHECK(lab.ctl({"scope", "show", "1", "--run", "99"}).status == 1);
    const auto wrong = lab.ctl({"scope", "show", "--channel", "none"});
    CHECK(wrong.status == 1);
    CHECK(contains(wrong.err, "there is no channel \"none\""));
}

void look_at_physics(const ConsoleLab& lab) {
    REQUIRE(await([&] { return contains(lab.ctl({"physics"}).out, "plan          SIMULATED CsI[Na]"); }));
    const auto physics = lab.told({"physics"});
    CHECK(contains(physics, "planned       1e+23 POT, "));
    CHECK(contains(physics, "exposure      none yet\n"));
    CHECK(contains(physics, "\nmeasured      "));
    CHECK(lab.object({"physics"}).at("plan").at("spectrum") == "pe_t_rec");
    std::string prediction;
    REQUIRE(await([&] {
        prediction = lab.ctl({"physics", "prediction", "pe_t_rec"}).out;
        return !prediction.empty();
    }));
    CHECK(contains(prediction, "# spectrum: pe_t_rec\n"));
    CHECK(contains(prediction, "# prediction_pot: "));
    CHECK(contains(prediction, "\nbin_0,low_0,high_0,bin_1,low_1,high_1,prediction\n0,"));
    CHECK(lab.ctl({"physics", "prediction", "none"}).status == 1);
}

void draw_trends(const ConsoleLab& lab) {
    const auto last = lab.told({"trend", "--width", "60"});
    CHECK(last.starts_with("marks [Hz]: newest "));
    CHECK(contains(last, "\ndata [MB/s]: newest "));
    REQUIRE(await(
        [&] { return contains(lab.ctl({"trend", "disk.free_bytes"}).out, "disk.free_bytes [B]: newest "); }));
    const auto drawn =
        lab.told({"trend", "disk.free_bytes", "--last", "10min", "--width", "60", "--height", "4"});
    CHECK(lines_in(drawn) == 1 + 4 + 1);
    CHECK(lab.object({"trend"}).at("trend").as_array().size() > 1);
    CHECK(lab.ctl({"trend", "disk.nothing"}).status == 1);
    CHECK(lab.ctl({"trend", "--width", "7"}).status == 2);
}

}  // namespace spillgate::test
