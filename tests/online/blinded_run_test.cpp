// A blinded run as it is followed: what is sealed is taken back and healed like all else, and is shown when
// it has been unblinded, not before.
#include <random>

#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>

#include "online/channels/channel_tallies.hpp"
#include "online/metrics.hpp"
#include "online/opened_runs.hpp"
#include "online/snapshot_json.hpp"
#include "proto/unblinding_log.hpp"
#include "tests/online/followed_run.hpp"

using namespace spillgate;

namespace {

std::shared_ptr<const offline::Engine> blinded_engine(bool with_box) {
    return offline::Engine::make(test::blinded_config(with_box)).value();
}

online::Snapshot snapshot_of(std::shared_ptr<const offline::Spectra> spectra) {
    online::Snapshot snapshot;
    snapshot.version = 1;
    snapshot.changed.assign(spectra->size(), 1);
    snapshot.spectra = std::move(spectra);
    return snapshot;
}

std::string text_of(const online::Snapshot& snapshot, std::size_t spectrum) {
    return boost::json::serialize(online::spectrum_json(snapshot, spectrum));
}

wire::Unblinding unblinding_of(std::uint32_t run) {
    wire::Unblinding act;
    act.set_signed_by("A. Person");
    act.set_reason("the selection is frozen");
    act.set_first_run(run);
    act.set_last_run(run);
    return act;
}

}  // namespace

TEST_CASE("sealed counts of a run are healed and taken back like all others") {
    const auto engine = blinded_engine(true);
    const auto messages = test::synthetic_messages(7, 40, 3);
    const std::vector<proto::Message> kept(messages.begin(), messages.begin() + 61);
    const test::ScratchDirectory scratch;
    const auto directory = test::write_synthetic_run(scratch.path(), 7, kept, false);
    test::FollowedRun followed(7, directory, true, engine);
    for (const auto& message : messages)
        if (message.sequence < 20 || message.sequence > 30) followed.arrive(message);
    followed.run.acknowledge("daq", 40);
    followed.run.end("daq", false, "daq fell silent");
    followed.close();
    CHECK(followed.run.complete());
    CHECK(followed.run.spectra()->serialise() == test::spectra_of_files(directory, *engine));

    // A checkpoint has them, too.
    wire::Checkpoint checkpoint;
    followed.run.save(checkpoint);
    test::FollowedRun again(7, directory, true, engine);
    REQUIRE(again.run.restore(checkpoint).has_value());
    CHECK(again.run.spectra()->serialise() == test::spectra_of_files(directory, *engine));
}

TEST_CASE("the console has of a blinded run what is outside the box, until it is unblinded") {
    const auto engine = blinded_engine(true);
    const test::ScratchDirectory scratch;
    const auto directory =
        test::write_synthetic_run(scratch.path(), 7, test::synthetic_messages(7, 60, 5), true);
    std::shared_ptr<offline::Spectra> spectra = engine->make_spectra();
    REQUIRE(spectra->restore(test::spectra_of_files(directory, *engine)).has_value());

    online::OpenedRuns runs(scratch.path());
    CHECK_FALSE(runs.look(7));
    const auto sealed = snapshot_of(runs.shown(7, spectra));
    const auto json = online::spectrum_json(sealed, 0);
    const auto outside = spectra->histogram(0).in_time_outside;
    REQUIRE(outside > 3);
    CHECK(json.at("in_time").at("inside").to_number<std::uint64_t>() +
              json.at("in_time").at("outside").to_number<std::uint64_t>() ==
          outside);
    CHECK(json.at("residual").is_null());
    CHECK(json.at("alpha").at("value").to_number<double>() > 0);
    CHECK(json.at("sealed").at("what").as_string() == "box");
    CHECK(json.at("sealed").at("box").at(0).at("variable").as_string() == "n_peaks");
    CHECK(json.at("sideband").at("ratio").to_number<double>() > 0);
    CHECK(online::metrics_text(sealed, {}).find("spillgate_spectrum_sideband_ratio{spectrum=\"pe\"}") !=
          std::string::npos);

    auto log = proto::UnblindingLog::open(scratch.path()).value();
    log.append(unblinding_of(8)).value();
    CHECK_FALSE(runs.look(7));
    log.append(unblinding_of(7)).value();
    CHECK(runs.look(7));
    CHECK_FALSE(runs.look(7));
    const auto opened = snapshot_of(runs.shown(7, spectra));
    const auto whole = online::spectrum_json(opened, 0);
    CHECK(whole.at("sealed").is_null());
    CHECK(whole.at("residual").is_object());
    CHECK(whole.at("in_time").at("inside").to_number<std::uint64_t>() > outside);
    // Another run is as sealed as it was.
    CHECK(text_of(snapshot_of(runs.shown(9, spectra)), 0) == text_of(sealed, 0));
}

TEST_CASE("without a box the console knows what was live in time, and not what was seen") {
    const auto engine = blinded_engine(false);
    const test::ScratchDirectory scratch;
    const auto directory =
        test::write_synthetic_run(scratch.path(), 7, test::synthetic_messages(7, 30, 5), true);
    std::shared_ptr<offline::Spectra> spectra = engine->make_spectra();
    REQUIRE(spectra->restore(test::spectra_of_files(directory, *engine)).has_value());
    const auto json = online::spectrum_json(snapshot_of(spectra), 0);
    CHECK(json.at("in_time").at("counts").is_null());
    CHECK(json.at("in_time").at("inside").is_null());
    CHECK(json.at("in_time").at("windows").to_number<int>() > 5);
    CHECK(json.at("anti_coincident").at("inside").to_number<int>() > 3);
    CHECK(json.at("sealed").at("what").as_string() == "all");
    CHECK(json.at("sideband").is_null());
    CHECK(json.at("residual").is_null());
}

TEST_CASE("what a blinded run tells of its channels is the same whatever its in-time windows hold",
          "[property]") {
    const auto engine = blinded_engine(true);
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    const auto worker = engine->make_worker();
    const auto told_of = [&](const proto::SpillRecord& record) {
        offline::SlotCandidates candidates;
        offline::ChannelFacts facts;
        worker->reconstruct(record, candidates, facts);
        online::ChannelTallies tallies(online::watched_channels(engine->config()));
        tallies.add(record.run, facts);
        return tallies;
    };
    for (const auto& message : test::synthetic_messages(7, 60, seed)) {
        if (message.topic == proto::Topic::VERDICT) continue;
        proto::SpillRecord record;
        REQUIRE(proto::decode_spill(std::as_bytes(std::span(message.header)), message.payload(), record)
                    .has_value());
        const auto before = told_of(record);
        const auto& window = record.windows[1];
        REQUIRE(window.kind == wire::IN_TIME);
        for (const auto& trace : record.traces)
            for (auto i = proto::sample_position(record, trace, window.roi_begin);
                 i < static_cast<std::int64_t>(trace.count); ++i)
                record.samples[trace.offset + static_cast<std::size_t>(i)] =
                    static_cast<std::uint16_t>(random());
        const auto after = told_of(record);
        CHECK(before[0].mean_adc.entries == 1);
        CHECK(after[0].mean_adc.entries == 1);
        CHECK(after[0].mean_adc.mean == before[0].mean_adc.mean);
        CHECK(after[0].rms_adc.mean == before[0].rms_adc.mean);
        CHECK(after[0].singles == before[0].singles);
        CHECK(after[0].charges.counts == before[0].charges.counts);
    }
}

TEST_CASE("the status says of a run whether it is blinded") {
    online::Snapshot snapshot;
    snapshot.config = std::make_shared<proto::LoadedConfig>(test::demo_config());
    for (const bool blinded : {false, true}) {
        auto description = std::make_shared<wire::RunDescription>();
        description->set_blinded(blinded);
        snapshot.run.description = std::move(description);
        CHECK(online::status_json(snapshot).at("run").at("blinded").as_bool() == blinded);
    }
}
