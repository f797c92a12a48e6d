#include "online/run/config_list.hpp"

#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

#include "online/run/config_follower.hpp"
#include "tests/online/fake_spectra.hpp"
#include "tests/online/scratch_directory.hpp"
#include "tests/online/synthetic_config.hpp"

using namespace spillgate;
using proto::ErrorKind;

namespace {

// A directory with the demo's configuration, another of the same daemons, and what else lies about.
struct Directory {
    Directory() {
        write("ours.txtpb", test::demo_config().effective);
        auto other = test::demo_config().config;
        other.set_description("other cuts");
        other.mutable_online()->set_pending_slots(other.online().pending_slots() + 1);
        write("other.txtpb", other.DebugString());
        write("broken.txtpb", "name: \"x\"\nnonsense: 3\n");
        write("ours-console.txtpb", "push_hz: 5\n");
        write("ours-emulator.txtpb", "");
        write("ours-people.txtpb", "");
        write("people.txtpb", "");
        write("notes.md", "text");
    }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(scratch.path() + "/" + name) << text;
    }
    std::string path(const std::string& name) const { return scratch.path() + "/" + name; }
    test::ScratchDirectory scratch;
};

std::string change_of(const std::vector<online::ConfigChange>& changes, const std::string& path) {
    for (const auto& change : changes) {
        if (change.path == path) return change.was + " → " + change.is;
    }
    return "none";
}

std::shared_ptr<online::Snapshot> snapshot_of(const proto::LoadedConfig& config,
                                              const std::string& lead_hash) {
    auto snapshot = test::fake_snapshot(1, {});
    snapshot->config = std::make_shared<const proto::LoadedConfig>(config);
    auto status = std::make_shared<wire::DaemonStatus>();
    status->set_config_sha256(lead_hash);
    snapshot->daemons = {{"daq", true, 1, status}};
    return snapshot;
}

}  // namespace

TEST_CASE("configurations of a directory are listed, with what is wrong with one that cannot be read") {
    const Directory directory;
    online::ConfigList list(directory.path("ours.txtpb"));
    const auto listed = list.list();
    REQUIRE(listed.size() == 3);
    CHECK(listed[0].name == "broken.txtpb");
    CHECK(listed[0].sha256.empty());
    CHECK(listed[0].trouble.find("broken.txtpb:2:1") != std::string::npos);
    CHECK(listed[1].name == "other.txtpb");
    CHECK(listed[1].title == "other cuts");
    CHECK(listed[2].sha256 == test::demo_config().sha256);
    directory.write("broken.txtpb", test::demo_config().effective + "# mended\n");
    CHECK(list.list()[0].sha256 == test::demo_config().sha256);
    for (const char* name : {"", "../ours.txtpb", "/etc/passwd", ".hidden.txtpb", "ours", "none.txtpb"})
        CHECK(list.load(name).error().kind == ErrorKind::NOT_FOUND);
    CHECK(list.with_hash(listed[1].sha256)->config.description() == "other cuts");
    CHECK(list.with_hash("0").error().kind == ErrorKind::NOT_FOUND);
}

TEST_CASE("differences are told by the paths of fields, entries with names by their names") {
    const auto& was = test::demo_config().config;
    auto is = was;
    CHECK(online::differences(was, is).empty());
    is.mutable_online()->set_snapshot_hz(7);
    is.set_description("new");
    const auto plain = online::differences(was, is);
    CHECK(plain.size() == 2);
    CHECK(change_of(plain, "online.snapshot_hz").ends_with("→ 7"));

    is = was;
    REQUIRE(is.spectrum_size() >= 2);
    is.mutable_spectrum()->SwapElements(0, 1);
    CHECK(online::differences(was, is).empty());  // the same spectra, in another order
    is.mutable_spectrum(0)->mutable_axis(0)->set_bins(is.spectrum(0).axis(0).bins() + 1);
    const auto deep = online::differences(was, is);
    REQUIRE(deep.size() == 1);
    CHECK(deep[0].path == "spectrum[1].axis[0].bins");
    is = was;
    is.add_spectrum()->set_name("one more");
    const auto added = online::differences(was, is);
    REQUIRE(added.size() == 1);
    CHECK(added[0].was.empty());
    CHECK(added[0].is.find("one more") != std::string::npos);
}

TEST_CASE("the lead's configuration is followed if its file lies beside ours and no run is being followed") {
    const Directory directory;
    const auto ours = proto::load_config(directory.path("ours.txtpb")).value();
    const auto other = proto::load_config(directory.path("other.txtpb")).value();
    online::LocalPlaces places;
    places.runs_dir = "/elsewhere";
    online::ConfigFollower follower(ours.path, places);
    CHECK_FALSE(follower.next(*snapshot_of(ours, ours.sha256)));
    CHECK_FALSE(follower.next(*snapshot_of(ours, "")));
    CHECK_FALSE(follower.next(*snapshot_of(ours, std::string(64, '0'))));
    auto running = snapshot_of(ours, other.sha256);
    running->run.phase = online::RunPhase::FOLLOWING;
    CHECK_FALSE(follower.next(*running));
    const auto next = follower.next(*snapshot_of(ours, other.sha256));
    REQUIRE(next);
    CHECK(next->sha256 == other.sha256);
    CHECK(next->config.storage().runs_dir() == "/elsewhere");
    // A daemon that does not say what it has loaded has begun a run with it.
    auto refused = snapshot_of(ours, "");
    refused->run.phase = online::RunPhase::REFUSED;
    auto description = std::make_shared<wire::RunDescription>();
    description->set_config_sha256(other.sha256);
    refused->run.description = description;
    CHECK(follower.next(*refused));
    follower.give_up(other.sha256);
    CHECK_FALSE(follower.next(*refused));
}

TEST_CASE("a configuration of other daemons is not followed") {
    const Directory directory;
    const auto ours = proto::load_config(directory.path("ours.txtpb")).value();
    auto elsewhere = ours.config;
    elsewhere.mutable_network()->set_runtime_dir("/run/other");
    directory.write("elsewhere.txtpb", elsewhere.DebugString());
    const auto other = proto::load_config(directory.path("elsewhere.txtpb")).value();
    online::ConfigFollower follower(ours.path, {});
    CHECK_FALSE(follower.next(*snapshot_of(ours, other.sha256)));
}
