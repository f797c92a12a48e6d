// What the scope shows of a slot, and what it does not show of a blinded one.
#include "online/scope/scope_picture.hpp"

#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>
#include <openssl/evp.h>

#include "offline/plot/pulse_marks.hpp"
#include "offline/plot/slot_view.hpp"
#include "online/scope/scope_choice.hpp"
#include "online/scope/scope_list.hpp"
#include "tests/online/scope_slots.hpp"

using namespace spillgate;
using online::ScopeFilter;
using online::ScopeRing;
using online::ScopeWish;
using test::ScopeSlotPlan;
namespace json = boost::json;

namespace {

constexpr std::size_t csi = 0;
constexpr std::size_t c_roi_begin = 27'475;

std::vector<int> samples_of(const json::value& trace) {
    const std::string text(trace.at("data").as_string());
    std::string bytes(text.size(), '\0');
    const int count =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    const auto padding = static_cast<int>(std::ranges::count(text, '='));
    REQUIRE(trace.at("type").as_string() == "int16");
    std::vector<int> samples;
    for (int i = 0; i + 1 < count - padding + 1; i += 2)
        samples.push_back(
            static_cast<std::int16_t>(static_cast<unsigned char>(bytes[static_cast<std::size_t>(i)]) |
                                      bytes[static_cast<std::size_t>(i + 1)] << 8));
    return samples;
}

struct Shown {
    explicit Shown(bool blinded) : feeder(ring, blinded) {}
    json::value picture(const ScopeSlotPlan& plan, const ScopeWish& wish = {}) {
        feeder.add(plan);
        ring.publish();
        return picture(wish);
    }
    json::value picture(const ScopeWish& wish) const {
        const auto view = ring.newest();
        return online::scope_picture(*view, *view->slots.back(), wish);
    }
    std::size_t passing(ScopeFilter filter) const {
        return online::chosen_slots(*ring.newest(), csi, filter).size();
    }
    ScopeRing ring{{}};
    test::ScopeFeeder feeder;
};

ScopeSlotPlan two_pulses(int depth_in_c = 40) {
    return {3, 7, {{test::sample_in_ac, 20}, {test::sample_in_c, depth_in_c}}};
}

ScopeWish whole() {
    ScopeWish wish;
    wish.points = 0;
    return wish;
}

// Without what differs from slot to slot.
std::string without_number(json::value picture) {
    picture.as_object().erase("number");
    return json::serialize(picture);
}

}  // namespace

TEST_CASE("a picture has windows, samples, pulses and candidates as the engine has them") {
    Shown shown(false);
    const auto picture = shown.picture(two_pulses(), whole());
    CHECK(picture.at("run") == 7);
    CHECK(picture.at("slot") == 3);
    CHECK(picture.at("disposition") == "complete");
    CHECK(picture.at("charge_uc").as_double() == Approx(23.3));
    CHECK(picture.at("sealed").is_null());
    const auto& windows = picture.at("windows");
    CHECK(windows.at(0).at("kind") == "anti_coincident");
    CHECK(windows.at(1).at("kind") == "in_time");
    CHECK(windows.at(1).at("roi_us").at(0).as_double() == Approx(0));
    CHECK(windows.at(1).at("roi_us").at(1).as_double() == Approx(15.05));
    CHECK(windows.at(0).at("roi_us").at(0).as_double() == Approx((19'950 - 27'475) * 0.002));

    const auto& channel = picture.at("channels").at(0);
    CHECK(channel.at("name") == "csi");
    const auto& trace = channel.at("traces").at(0);
    CHECK(trace.at("first_us").as_double() == Approx(-54.95));
    CHECK(trace.at("period_us").as_double() == Approx(0.002));
    const auto record = shown.feeder.record(two_pulses());
    const auto samples = samples_of(trace);
    REQUIRE(samples.size() == record.traces[0].count);
    for (std::size_t i = 0; i < samples.size(); ++i)
        REQUIRE(samples[i] == static_cast<std::int16_t>(record.samples[i]));

    const auto marks = offline::plot::find_pulses(shown.feeder.config(), shown.feeder.config().channel(0),
                                                  record, record.traces[0]);
    CHECK(trace.at("baseline") == marks->baseline);
    const auto& pulses = trace.at("pulses").as_array();
    REQUIRE(pulses.size() == 2);
    CHECK(pulses[1].at("begin") == test::sample_in_c - 2);
    CHECK(pulses[1].at("onset_us").as_double() == Approx((28'498 - 27'475) * 0.002));
    CHECK(pulses[1].at("area_pe").as_double() == Approx(50.0 * 40 / 60));

    const auto& candidates = channel.at("candidates").as_array();
    REQUIRE(candidates.size() == 2);
    CHECK(candidates[1].at("found") == true);
    CHECK(candidates[1].at("arrival_us").as_double() == Approx(2.046));
    CHECK(candidates[1].at("variables").at("pe").as_double() == Approx(50.0 * 40 / 60));
}

TEST_CASE("a wish says which channels and which stretch, and how many points") {
    Shown shown(false);
    ScopeWish wish;
    wish.channels = {"muon", "csi", "nobody"};
    wish.from_us = -1.0005;
    wish.to_us = 1.0005;
    wish.points = 100;
    const auto picture = shown.picture(two_pulses(), wish);
    const auto& channels = picture.at("channels").as_array();
    REQUIRE(channels.size() == 3);
    CHECK(channels[0].at("name") == "muon");
    CHECK(channels[0].at("traces").at(0).at("pulses").is_null());
    CHECK(channels[0].at("candidates").as_array().empty());
    const auto& trace = channels[1].at("traces").at(0);
    CHECK(trace.at("from") == 27'475 - 501);
    CHECK(trace.at("step") == 11);
    CHECK(trace.at("count") == 1003);
    CHECK(channels[2].at("traces").as_array().empty());
}

TEST_CASE("a blinded slot looks the same whatever its C window holds") {
    Shown shown(true);
    const auto first = shown.picture(two_pulses(10), whole());
    for (const int depth : {0, 40, 300})
        CHECK(without_number(shown.picture(two_pulses(depth), whole())) == without_number(first));
    CHECK(first.at("windows").at(1).at("sealed") == true);
    CHECK(first.at("windows").at(0).at("sealed") == false);
    CHECK(first.at("sealed").is_string());
    const auto& channel = first.at("channels").at(0);
    const auto& trace = channel.at("traces").at(0);
    CHECK(trace.at("open_samples") == c_roi_begin);
    CHECK(samples_of(trace).size() == c_roi_begin);
    CHECK(trace.at("pulses").as_array().size() == 1);
    REQUIRE(channel.at("candidates").as_array().size() == 1);
    CHECK(channel.at("candidates").at(0).at("window") == 0);
    // A stretch of the sealed part is empty, and the veto panel is seen whole.
    ScopeWish sealed = whole();
    sealed.channels = {"csi", "muon"};
    sealed.from_us = 1;
    const auto part = shown.picture(sealed);
    CHECK(part.at("channels").at(0).at("traces").at(0).at("count") == 0);
    CHECK(part.at("channels").at(1).at("traces").at(0).at("count").to_number<int>() > 7000);
}

TEST_CASE("no filter tells of a blinded slot what its C window holds") {
    using enum ScopeFilter::Which;
    Shown shown(true);
    // The largest and the saturated one by C alone; AC has the same in all.
    for (std::uint64_t slot = 0; slot < 4; ++slot)
        shown.feeder.add({slot, 7, {{test::sample_in_ac, 20}, {test::sample_in_c, slot == 1 ? 300 : 5}}});
    for (std::uint64_t slot = 4; slot < 6; ++slot)
        shown.feeder.add({slot, 7, {{test::sample_in_c, slot == 4 ? 300 : 5}}});
    shown.ring.publish();
    const auto view = shown.ring.newest();
    CHECK(shown.passing({SATURATED, {}}) == 0);
    CHECK(shown.passing({PULSE, offline::WindowClass::IN_TIME}) == 0);
    CHECK(shown.passing({PULSE, {}}) == 4);
    const auto largest = online::chosen_slots(*view, csi, {LARGEST, {}});
    REQUIRE(largest.size() == 4);
    const auto size = online::summary_of(*view, *largest[0], csi, {}).size;
    for (const auto& slot : largest)
        CHECK(online::summary_of(*view, *slot, csi, {}).size == size);
    CHECK(view->largest[csi].size() == 4);
    for (const auto& slot : view->slots) {
        const auto entry = online::scope_entry(*view, *slot, csi);
        CHECK(entry.at("saturated") == false);
        CHECK(entry.at("pulse") == (slot->slot < 4));
    }
}

TEST_CASE("a slot without beam is open in a blinded run, an unblinded run is open from then on") {
    Shown shown(true);
    auto plan = two_pulses();
    plan.beam = false;
    const auto open = shown.picture(plan, whole());
    CHECK(open.at("sealed").is_null());
    CHECK(open.at("windows").at(1).at("kind") == "no_beam");
    CHECK(samples_of(open.at("channels").at(0).at("traces").at(0)).size() == 35'000);
    CHECK(shown.passing({ScopeFilter::Which::PULSE, offline::WindowClass::NO_BEAM}) == 1);

    CHECK(shown.picture(two_pulses(), whole()).at("sealed").is_string());
    shown.ring.open(8);
    shown.ring.publish();
    CHECK(shown.picture(whole()).at("sealed").is_string());
    shown.ring.open(7);
    shown.ring.publish();
    const auto unblinded = shown.picture(whole());
    CHECK(unblinded.at("sealed").is_null());
    CHECK(unblinded.at("channels").at(0).at("candidates").as_array().size() == 2);
    shown.feeder.add(two_pulses());
    shown.ring.publish();
    CHECK(shown.passing({ScopeFilter::Which::PULSE, offline::WindowClass::IN_TIME}) == 1);
}
