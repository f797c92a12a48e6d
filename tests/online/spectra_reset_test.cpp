// The range "since the reset": what is in it, that the run does not notice, and what becomes of it when slots
// are taken back, the process is started again, or the run ends.
#include "online/spectra_reset.hpp"

#include <numeric>

#include <catch2/catch.hpp>

#include "offline/blinding/shown.hpp"
#include "online/recent_spectra.hpp"
#include "proto/unblinding_log.hpp"
#include "tests/online/followed_run.hpp"

using namespace spillgate;
using online::RecentSpectra;

namespace {

constexpr std::int64_t reset_utc_ns = 1'700'000'000'000'000'000;
using Messages = std::vector<proto::Message>;
using EnginePtr = std::shared_ptr<const offline::Engine>;

// A run that is followed, and what consoles are shown of it.
class Shown : public test::FollowedRun {
  public:
    explicit Shown(std::uint32_t number, const std::string& directory,
                   const EnginePtr& engine = test::demo_engine())
        : FollowedRun(number, directory, true, engine),
          config_(std::make_shared<const proto::LoadedConfig>(test::demo_config())) {}

    // Reads from the files what is known to be in them.
    void heal_to(std::uint64_t acknowledged) {
        run.acknowledge("daq", acknowledged);
        heal();
    }
    proto::Result<online::SpectraResetPtr> reset() { return run.reset("A. Shift", reset_utc_ns, spectra()); }

    std::shared_ptr<const offline::Spectra> spectra() const { return offline::shown(run.spectra(), key); }
    // The newest of a range.
    online::SnapshotPtr of(std::string_view range) {
        auto snapshot = std::make_shared<online::Snapshot>();
        snapshot->version = ++version_;
        snapshot->utc_ns = proto::utc_now_ns();
        snapshot->config = config_;
        snapshot->run = run.view();
        snapshot->spectra = spectra();
        snapshot->changed.assign(snapshot->spectra->size(), version_);
        recent_.take(snapshot, now_);
        return recent_.of(range);
    }
    std::string since_reset() { return of("reset")->spectra->serialise(); }

    std::optional<proto::Unsealing> key;

  private:
    std::shared_ptr<const proto::LoadedConfig> config_;
    RecentSpectra recent_{{1000}};
    RecentSpectra::Clock::time_point now_ = RecentSpectra::Clock::now();
    std::uint64_t version_ = 0;
};

// Spectra of these messages alone.
std::string filled_alone(std::span<const proto::Message> messages) {
    const test::ScratchDirectory nowhere;
    Shown alone(9, nowhere.path());
    alone.arrive(messages);
    return alone.run.spectra()->serialise();
}

// The first message after so many slots.
std::size_t after_slots(const Messages& messages, std::size_t slots) {
    std::size_t at = 0;
    for (; slots > 0; ++at)
        slots -= messages.at(at).topic == proto::Topic::VERDICT ? 1 : 0;
    return at;
}

struct Recorded {
    explicit Recorded(std::size_t slots, std::size_t on_disk = SIZE_MAX)
        : messages(test::synthetic_messages(9, slots, 7)) {
        const Messages kept(messages.begin(), messages.begin() + static_cast<std::ptrdiff_t>(
                                                                     std::min(on_disk, messages.size())));
        directory = test::write_synthetic_run(scratch.path(), 9, kept, on_disk == SIZE_MAX);
    }
    std::span<const proto::Message> part(std::size_t begin, std::size_t end = SIZE_MAX) const {
        return std::span(messages).subspan(begin, std::min(end, messages.size()) - begin);
    }
    test::ScratchDirectory scratch;
    Messages messages;
    std::string directory;
};

std::uint64_t sum(std::span<const std::uint64_t> counts) {
    return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

}  // namespace

TEST_CASE(
    "since the reset come counts, exposure and charge of the later slots, and the run does not notice") {
    const Recorded recorded(60);
    const std::size_t middle = after_slots(recorded.messages, 25);
    Shown shown(9, recorded.directory);
    shown.arrive(recorded.part(0, middle));
    CHECK(shown.since_reset() == shown.run.spectra()->serialise());  // nobody has
    CHECK(shown.of("reset")->range->person.empty());
    const std::string before = shown.run.spectra()->serialise();

    const auto reset = shown.reset();
    REQUIRE(reset.has_value());
    CHECK((*reset)->run == 9);
    CHECK(shown.run.spectra()->serialise() == before);
    const auto empty = shown.of("reset");
    CHECK(empty->spectra->slots() == 0);
    CHECK(empty->range->spills == 0);
    CHECK(empty->range->person == "A. Shift");
    CHECK(empty->range->begin_utc_ns == reset_utc_ns);
    const auto run = shown.of("run");
    CHECK(run->spectra->serialise() == before);
    CHECK_FALSE(run->range.has_value());
    CHECK(shown.of("spills:1000")->spectra->serialise() == before);

    shown.arrive(recorded.part(middle));
    CHECK(shown.since_reset() == filled_alone(recorded.part(middle)));
    CHECK(shown.of("reset")->range->spills + (*reset)->spills == shown.run.view().spills_filled);
    CHECK(sum(shown.of("reset")->spectra->histogram(0).in_time) > 3);

    // Another one: only what comes after it.
    const auto again = shown.of("reset");
    REQUIRE(shown.run.reset("B. Night", reset_utc_ns + 1, shown.spectra()).has_value());
    const auto anew = shown.of("reset");
    CHECK(anew->spectra->slots() == 0);
    CHECK(anew->range->person == "B. Night");
    for (std::size_t i = 0; i < anew->changed.size(); ++i)
        CHECK(anew->changed[i] > again->changed[i]);

    shown.run.end("daq", true, "requested");
    shown.close();
    CHECK(shown.run.complete());
    CHECK(shown.run.spectra()->serialise() == test::spectra_of_files(recorded.directory));
}

TEST_CASE("a run that is over keeps its reset, and has no other one") {
    const Recorded recorded(40);
    const std::size_t middle = after_slots(recorded.messages, 20);
    Shown shown(9, recorded.directory);
    shown.arrive(recorded.part(0, middle));
    REQUIRE(shown.reset().has_value());
    shown.arrive(recorded.part(middle));
    shown.run.acknowledge("daq", recorded.messages.size());
    shown.run.end("daq", true, "requested");
    const auto refused = shown.reset();
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().kind == proto::ErrorKind::REFUSED);
    CHECK(refused.error().message.find("run 9 is over") != std::string::npos);
    shown.close();
    CHECK(shown.since_reset() == filled_alone(recorded.part(middle)));
}

TEST_CASE("a reset outlives the process, and its range is empty until what came before is there again") {
    const Recorded recorded(60);
    const std::size_t middle = after_slots(recorded.messages, 30);
    wire::Checkpoint checkpoint;
    std::uint64_t spills = 0;
    {
        Shown before(9, recorded.directory);
        before.arrive(recorded.part(0, middle));
        before.run.acknowledge("daq", 21);
        REQUIRE(before.reset().has_value());
        before.arrive(recorded.part(middle, middle + 10));
        before.run.save(checkpoint);
        spills = before.run.view().reset->spills;
    }
    REQUIRE(checkpoint.stream(0).sequences(0).last() < middle);
    Shown after(9, recorded.directory);
    REQUIRE(after.run.restore(checkpoint).has_value());
    const auto& reset = after.run.view().reset;
    REQUIRE(reset);
    CHECK(reset->person == "A. Shift");
    CHECK(reset->spills == spills);
    // What comes live before the files have been read is no part of a difference yet.
    after.arrive(recorded.part(middle + 20));
    CHECK_FALSE(after.run.view().reset_reached);
    CHECK(after.of("reset")->spectra->slots() == 0);
    CHECK(after.of("reset")->range->spills == 0);
    CHECK(after.of("reset")->range->begin_utc_ns == reset_utc_ns);

    after.heal_to(recorded.messages.size());
    CHECK(after.run.view().reset_reached);
    CHECK(after.since_reset() == filled_alone(recorded.part(middle)));
    CHECK(after.of("reset")->range->spills + spills == after.run.view().spills_filled);
    CHECK(after.run.spectra()->serialise() == test::spectra_of_files(recorded.directory));

    checkpoint.mutable_reset()->set_spectra("no spectra");
    Shown other(9, recorded.directory);
    CHECK_FALSE(other.run.restore(checkpoint).has_value());
    CHECK(other.run.slots_filled() == 0);
}

TEST_CASE("slots that were taken back leave the range empty until they are read again") {
    const Recorded recorded(40);
    const std::size_t middle = after_slots(recorded.messages, 20);
    Shown shown(9, recorded.directory);
    shown.arrive(recorded.part(0, middle));
    REQUIRE(shown.reset().has_value());
    shown.arrive(recorded.part(middle));
    shown.run.end("daq", false, "daq fell silent");
    shown.run.reopen("daq");  // forgets all of its share
    CHECK(shown.of("reset")->spectra->slots() == 0);
    CHECK(shown.of("reset")->range->person == "A. Shift");
    shown.heal_to(recorded.messages.size());
    CHECK(shown.since_reset() == filled_alone(recorded.part(middle)));
}

TEST_CASE(
    "if a daemon died before it had written what was there at the reset, nothing is told of the range") {
    const Recorded recorded(40, 31);
    const std::size_t middle = after_slots(recorded.messages, 20);
    REQUIRE(middle > 31);
    Shown shown(9, recorded.directory);
    shown.arrive(recorded.part(0, middle));
    REQUIRE(shown.reset().has_value());
    shown.arrive(recorded.part(middle));
    shown.run.end("daq", false, "daq fell silent");
    shown.close();
    CHECK(shown.run.slots_filled() > 0);
    CHECK_FALSE(shown.run.view().reset_reached);
    CHECK(shown.of("reset")->spectra->slots() == 0);
    CHECK(shown.of("reset")->range->spills == 0);
}

TEST_CASE("no range of a blinded run, nor what is between two of them, has anything of the box") {
    const auto engine = offline::Engine::make(test::blinded_config()).value();
    const Recorded recorded(80);
    const std::size_t middle = after_slots(recorded.messages, 40);

    Shown before(9, recorded.directory, engine);
    before.arrive(recorded.part(0, middle));
    const auto at_reset = before.spectra();
    REQUIRE(before.reset().has_value());
    wire::Checkpoint checkpoint;
    before.run.save(checkpoint);
    Shown shown(9, recorded.directory,
                engine);  // the range comes from a checkpoint, which has what is sealed
    REQUIRE(shown.run.restore(checkpoint).has_value());
    shown.arrive(recorded.part(middle + 10));
    shown.heal_to(recorded.messages.size());
    REQUIRE(shown.run.view().reset_reached);

    const auto run = shown.of("run");
    const auto since = shown.of("reset");
    for (std::size_t i = 0; i < run->spectra->size(); ++i) {
        const auto all = run->spectra->histogram(i);
        const auto late = since->spectra->histogram(i);
        const auto early = at_reset->histogram(i);
        CHECK(late.sealed == all.sealed);
        CHECK(late.sealed != offline::Sealing::NONE);
        if (late.sealed != offline::Sealing::BOX) continue;
        // What two ranges differ by is what was open when the one began.
        for (std::size_t bin = 0; bin < all.in_time.size(); ++bin)
            REQUIRE(all.in_time[bin] - late.in_time[bin] == early.in_time[bin]);
        CHECK(sum(all.in_time) == all.in_time_outside);
        CHECK(sum(late.in_time) == late.in_time_outside);
        CHECK(sum(early.in_time) == early.in_time_outside);
    }
    CHECK(sum(since->spectra->histogram(0).in_time) > 0);

    // Once it is opened, all of the range is: also what was sealed at the reset.
    auto log = proto::UnblindingLog::open(recorded.scratch.path()).value();
    wire::Unblinding act;
    act.set_signed_by("A. Person");
    act.set_reason("the selection is frozen");
    act.set_first_run(9);
    act.set_last_run(9);
    log.append(act).value();
    const std::uint32_t number = 9;
    shown.key = offline::key_of({&number, 1}, recorded.scratch.path()).unsealing;
    REQUIRE(shown.key);
    const auto sealed = sum(since->spectra->histogram(0).in_time);
    const auto opened = shown.of("reset");
    CHECK(opened->spectra->histogram(0).sealed == offline::Sealing::NONE);
    CHECK(sum(opened->spectra->histogram(0).in_time) > sealed);
}
