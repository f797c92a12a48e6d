// What is shown of channels, against sums made the slow way.
#include "online/channels/channel_levels.hpp"

#include <cmath>
#include <cstddef>
#include <numeric>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "online/channels/channel_watch.hpp"
#include "online/channels/channels_json.hpp"
#include "online/keeper/quantities.hpp"
#include "online/metrics.hpp"
#include "online/reconstruction_crew.hpp"
#include "tests/online/synthetic_run.hpp"

using namespace spillgate;
using namespace std::chrono_literals;
using online::ChannelLevels;
using online::ChannelTallies;
using online::WatchedChannel;

namespace {

constexpr std::int64_t utc_ns = 1'700'000'000'000'000'000;
constexpr std::int64_t later_utc_ns = utc_ns + 1'000'000'000;

// "csi" is to have 120 ADC·samples per PE, and 150 at later_utc_ns; "ge" is channel 2.
std::vector<WatchedChannel> two_channels_of_a_config() {
    config::Config config;
    auto& channel = *config.add_channel();
    channel.set_name("csi");
    channel.set_chain("pmt");
    auto& chain = *config.add_chain();
    chain.set_name("pmt");
    chain.mutable_pmt()->set_spe_charge_adc(120);
    auto& slice = *chain.mutable_pmt()->add_spe_slice();
    slice.set_valid_from_utc_ns(later_utc_ns);
    slice.set_valid_to_utc_ns(later_utc_ns + 1);
    slice.set_spe_charge_adc(150);
    config.add_channel()->set_name("of no chain");
    auto& germanium = *config.add_channel();
    germanium.set_name("ge");
    germanium.set_chain("hpge");
    auto& hpge = *config.add_chain();
    hpge.set_name("hpge");
    hpge.mutable_hpge();
    return online::watched_channels(config);
}
const std::vector<WatchedChannel>& two_channels() {
    static const auto channels = two_channels_of_a_config();
    return channels;
}
const ChannelLevels::Clock::time_point begin{1000h};

offline::ChannelFacts levels(std::uint16_t channel, const std::vector<double>& means, double rms) {
    offline::ChannelFacts facts;
    for (const double mean : means)
        facts.levels.push_back({channel, mean, rms});
    return facts;
}

// Charges of single photoelectrons: gamma distributed about `spe`, as the simulation draws them, without
// those that a threshold of the peaks takes away: all below 36 ADC·samples, ever fewer up to 56.
offline::ChannelFacts singles(double spe, std::size_t pulses, std::mt19937_64& random) {
    constexpr double m = 3;
    std::gamma_distribution<double> charge(m + 1, spe / (m + 1));
    offline::ChannelFacts facts;
    std::uniform_real_distribution<double> threshold(36, 56);
    while (facts.singles.size() < pulses)
        if (const double drawn = charge(random); drawn > threshold(random))
            facts.singles.push_back({0, std::llround(drawn)});
    return facts;
}

ChannelTallies tallies_of(std::uint32_t run, const offline::ChannelFacts& facts) {
    ChannelTallies tallies(two_channels());
    tallies.add(run, facts);
    return tallies;
}

}  // namespace

TEST_CASE("mean and error are those of all numbers, however they were divided", "[property]") {
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    for (int round = 0; round < 100; ++round) {
        std::normal_distribution<double> number(15000, 2);
        std::vector<double> all(2 + random() % 200);
        std::vector<online::Moments> parts(1 + random() % 5);
        for (double& one : all) {
            one = number(random);
            parts[random() % parts.size()].add(one);
        }
        online::Moments whole;
        for (const auto& part : parts)
            whole.add(part);
        const auto n = static_cast<double>(all.size());
        const double mean = std::accumulate(all.begin(), all.end(), 0.0) / n;
        double squares = 0;
        for (const double one : all)
            squares += (one - mean) * (one - mean);
        CHECK(whole.entries == all.size());
        CHECK(whole.mean == Approx(mean).epsilon(1e-13));
        CHECK(whole.error() == Approx(std::sqrt(squares / (n - 1) / n)).epsilon(1e-8));
    }
    online::Moments one;
    one.add(5);
    CHECK(std::isnan(one.error()));
}

TEST_CASE("a run is added up from its begin, the newest stretch goes by time") {
    ChannelLevels shown(two_channels());
    shown.add(tallies_of(7, levels(0, {100, 102}, 3)), begin, utc_ns);
    shown.add(tallies_of(7, levels(2, {50}, 1)), begin + 20s, utc_ns + 1);
    auto view = shown.view(begin + 21s, utc_ns);
    REQUIRE(view.channels.size() == 2);
    CHECK(view.run == 7);
    CHECK(view.since_utc_ns == utc_ns);
    CHECK(view.channels[0].name == "csi");
    CHECK(view.channels[0].recent.baseline_adc->value == 101);
    CHECK(view.channels[0].recent.baseline_adc->error == Approx(1));
    CHECK(view.channels[0].recent.baseline_adc->entries == 2);
    CHECK(view.channels[0].recent.noise_adc->value == 3);
    CHECK(view.channels[0].age_s == 21);
    CHECK_FALSE(view.channels[0].fresh());
    CHECK(view.channels[1].fresh());
    CHECK(view.channels[1].name == "ge");
    CHECK_FALSE(view.channels[1].spe_expected_adc.has_value());
    CHECK(view.channels[0].spe_expected_adc == 120.0);
    CHECK(shown.view(begin + 21s, later_utc_ns).channels[0].spe_expected_adc == 150.0);

    // A minute later the first slice is no part of the newest stretch, and still one of the run.
    shown.add(tallies_of(7, levels(0, {110}, 5)), begin + 75s, utc_ns + 2);
    view = shown.view(begin + 76s, utc_ns);
    CHECK(view.channels[0].recent.baseline_adc->value == 110);
    CHECK(view.channels[0].run.baseline_adc->value == Approx(104));
    CHECK(view.channels[0].run.noise_adc->entries == 3);
    CHECK(view.channels[1].recent.baseline_adc->entries == 1);
    // Of another run only that, and what comes late of the old one is left out.
    shown.add(tallies_of(8, levels(0, {90}, 5)), begin + 80s, utc_ns + 3);
    shown.add(tallies_of(7, levels(0, {0}, 5)), begin + 81s, utc_ns + 4);
    view = shown.view(begin + 82s, utc_ns);
    CHECK(view.run == 8);
    CHECK(view.since_utc_ns == utc_ns + 3);
    CHECK(view.channels[0].run.baseline_adc->value == 90);
    CHECK_FALSE(view.channels[1].run.baseline_adc.has_value());
    // Nothing for so long: no data, not zero.
    view = shown.view(begin + 300s, utc_ns);
    CHECK_FALSE(view.channels[0].recent.baseline_adc.has_value());
    CHECK(view.channels[0].run.baseline_adc.has_value());
}

TEST_CASE("an SPE charge is fitted from the pulses of ten minutes and of the run, with an honest error",
          "[property]") {
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    constexpr int toys = 12;
    double squares = 0;
    for (int toy = 0; toy < toys; ++toy) {
        const double spe = 100 + 40 * std::uniform_real_distribution<double>()(random);
        ChannelLevels shown(two_channels());
        shown.add(tallies_of(7, singles(spe, 499, random)), begin, utc_ns);
        auto view = shown.view(begin + 1s, utc_ns);
        CHECK(view.channels[0].recent.singles == 499);
        CHECK_FALSE(view.channels[0].recent.spe_adc.has_value());
        CHECK_FALSE(view.channels[0].run.spe_adc.has_value());
        shown.add(tallies_of(7, singles(spe, 1500, random)), begin + 100s, utc_ns);
        view = shown.view(begin + 101s, utc_ns);
        CHECK_FALSE(view.channels[1].run.spe_adc.has_value());
        const auto& measured = view.channels[0].recent.spe_adc;
        REQUIRE(measured.has_value());
        CHECK(measured->value == Approx(view.channels[0].run.spe_adc.value().value));
        const double pull = (measured->value - spe) / measured->error;
        CAPTURE(spe, measured->value, measured->error);
        CHECK(std::abs(measured->value - spe) < 0.35 * spe);
        CHECK(measured->error < 0.2 * spe);
        // A fluctuation may make a few pulses of 2 PE the best fit, 10 % lower with the error of that place.
        CHECK(std::abs(measured->value - spe) < 5 * measured->error + 0.12 * spe);
        squares += pull * pull;
        // After ten minutes the pulses are the run's alone.
        view = shown.view(begin + 800s, utc_ns);
        CHECK(view.channels[0].recent.singles == 0);
        CHECK_FALSE(view.channels[0].recent.spe_adc.has_value());
        CHECK(view.channels[0].run.spe_adc.has_value());
    }
    CHECK(squares / toys < 8);
}

TEST_CASE(
    "the SPE charge of a run is fitted again when its pulses have grown by a tenth, and at its end of all") {
    std::mt19937_64 random(7);
    ChannelLevels shown(two_channels());
    const auto fitted_of = [&](std::chrono::seconds at) {
        return shown.view(begin + at, utc_ns).channels[0].run.spe_adc.value().entries;
    };
    shown.add(tallies_of(7, singles(120, 2000, random)), begin, utc_ns);
    const auto first = fitted_of(1s);
    shown.add(tallies_of(7, singles(120, 190, random)), begin + 2s, utc_ns);
    CHECK(fitted_of(900s) == first);
    shown.add(tallies_of(7, singles(120, 20, random)), begin + 901s, utc_ns);
    CHECK(fitted_of(902s) > first);

    const auto run = tallies_of(7, singles(120, 2210, random));
    const auto over = online::levels_of(two_channels(), run, utc_ns);
    CHECK(over.run == 7);
    REQUIRE(over.channels.size() == 2);
    CHECK(over.channels[0].name == "csi");
    CHECK(over.channels[0].run.singles == 2210);
    CHECK(over.channels[0].run.spe_adc.has_value());
    CHECK_FALSE(over.channels[1].run.spe_adc.has_value());
    CHECK_FALSE(over.channels[0].recent.spe_adc.has_value());
}

TEST_CASE("API and metrics and history have what is known of a channel, and nothing where nothing is") {
    ChannelLevels levels_of_two(two_channels());
    levels_of_two.add(tallies_of(7, levels(0, {100, 102}, 3)), begin, utc_ns);
    online::Snapshot snapshot;
    snapshot.spectra = test::demo_engine()->make_spectra();
    const auto show = [&](ChannelLevels::Clock::time_point now) {
        snapshot.channels = std::make_shared<const online::ChannelsView>(levels_of_two.view(now, utc_ns));
    };
    show(begin + 2s);
    const auto json = online::channels_json(*snapshot.channels);
    const auto& csi = json.at(0);
    CHECK(csi.at("name") == "csi");
    CHECK(csi.at("age_s") == 2.0);
    CHECK(csi.at("spe_expected_adc") == 120.0);
    CHECK(csi.at("recent").at("baseline_adc").at("value") == 101.0);
    CHECK(csi.at("recent").at("baseline_adc").at("entries") == 2);
    CHECK(csi.at("recent").at("spe_adc").is_null());
    CHECK(csi.at("run").at("run") == 7);
    CHECK(json.at(1).at("age_s").is_null());
    CHECK(json.at(1).at("spe_expected_adc").is_null());
    CHECK(json.at(1).at("recent").at("noise_adc").is_null());

    const auto value = [&](const std::string& name) -> std::optional<std::optional<double>> {
        for (const auto& quantity : online::quantities_of(snapshot, 0))
            if (quantity.name == name) return quantity.value;
        return std::nullopt;
    };
    using Known = std::optional<std::optional<double>>;
    CHECK(value("channel.csi.baseline_adc") == Known(101.0));
    CHECK(value("channel.csi.noise_adc") == Known(3.0));
    CHECK(value("channel.csi.spe_adc") == Known(std::optional<double>()));
    CHECK(value("channel.ge.baseline_adc") == Known(std::optional<double>()));
    CHECK_FALSE(value("channel.ge.spe_adc").has_value());
    auto metrics = online::metrics_text(snapshot, {});
    CHECK(metrics.find("spillgate_channel_baseline_adc{channel=\"csi\"} 101\n") != std::string::npos);
    CHECK(metrics.find("spillgate_channel_noise_adc{channel=\"csi\"} 3\n") != std::string::npos);
    CHECK(metrics.find("channel=\"ge\"") == std::string::npos);
    CHECK(metrics.find("spillgate_channel_spe") == std::string::npos);
    show(begin + 20s);  // too old to be what is now, and still shown with its age
    CHECK(value("channel.csi.baseline_adc") == Known(std::optional<double>()));
    CHECK(online::metrics_text(snapshot, {}).find("spillgate_channel") == std::string::npos);
    CHECK(online::channels_json(*snapshot.channels).at(0).at("fresh") == false);
    CHECK(online::channels_json(*snapshot.channels).at(0).at("recent").at("baseline_adc").is_object());
}

TEST_CASE("live records are tallied once, the same with any number of threads, and those of files are not") {
    const auto engine = test::demo_engine();
    const auto watched = online::watched_channels(engine->config());
    REQUIRE(watched.size() == 1);
    CHECK(watched[0].name == "csi");
    CHECK(watched[0].expected_spe_adc(0).has_value());
    const auto messages = test::synthetic_messages(7, 60, 11);
    const auto told_by = [&](unsigned threads, bool live) {
        online::ReconstructionCrew crew(*engine, threads);
        std::vector<online::SpillJob> jobs;
        for (const auto& message : messages) {
            if (message.topic == proto::Topic::VERDICT) continue;
            auto& job = jobs.emplace_back();
            job.header = std::as_bytes(std::span(message.header));
            job.samples = message.payload();
            job.live = live;
        }
        crew.run(jobs);
        ChannelTallies told(watched);
        crew.hand_over(told);
        ChannelTallies again(watched);
        crew.hand_over(again);
        CHECK(again.run() == 0);
        return told;
    };
    const auto one = told_by(1, true);
    const auto three = told_by(3, true);
    CHECK(told_by(2, false).run() == 0);
    CHECK(one.run() == 7);
    CHECK(one[0].mean_adc.entries == 51);  // slots with a record, one trace each
    CHECK(one[0].mean_adc.mean == 100);
    CHECK(one[0].rms_adc.mean == 0);
    CHECK(three[0].mean_adc.entries == one[0].mean_adc.entries);
    CHECK(three[0].singles == one[0].singles);
    CHECK(three[0].charges.counts == one[0].charges.counts);
}

TEST_CASE("the watch shows every channel from the beginning, and what it was given soon after") {
    online::ChannelWatch watch(test::demo_engine()->config());
    REQUIRE(watch.newest()->channels.size() == 1);
    CHECK_FALSE(watch.newest()->channels[0].recent.baseline_adc.has_value());
    auto told = watch.tallies();
    told.add(7, levels(0, {100, 104}, 3));
    watch.take(told);
    const auto end = std::chrono::steady_clock::now() + 60s;
    while (watch.newest()->run == 0 && std::chrono::steady_clock::now() < end)
        std::this_thread::yield();
    REQUIRE(watch.newest()->run == 7);
    CHECK(watch.newest()->channels[0].recent.baseline_adc->value == 102);
    // The next run begins anew, and what was known in the one before is still at hand.
    CHECK(watch.newest_of(7) == watch.newest());
    CHECK(watch.newest_of(8) == nullptr);
    told.clear();
    told.add(8, levels(0, {50, 54}, 3));
    while (!watch.ready() && std::chrono::steady_clock::now() < end)
        std::this_thread::yield();
    watch.take(told);
    while (watch.newest()->run == 7 && std::chrono::steady_clock::now() < end)
        std::this_thread::yield();
    REQUIRE(watch.newest_of(8) != nullptr);
    CHECK(watch.newest_of(8)->channels[0].run.baseline_adc->value == 52);
    REQUIRE(watch.newest_of(7) != nullptr);
    CHECK(watch.newest_of(7)->channels[0].run.baseline_adc->value == 102);
}
