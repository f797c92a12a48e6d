// Versions of a good-run list: what a flag does to it, and that nobody can change what was signed.
#include "offline/exposure/good_run_log.hpp"

#include <filesystem>
#include <fstream>
#include <random>
#include <set>

#include <catch2/catch.hpp>

#include "proto/strict_text.hpp"
#include "tests/offline/verbs/run_program.hpp"

using namespace spillgate;
using namespace spillgate::offline;
using proto::ErrorKind;

namespace {

Stretch runs(std::uint32_t first, std::uint32_t last, std::string note) {
    return {{first, 0}, {last, last_slot_of_run}, std::move(note)};
}

Stretch slots(std::uint32_t run, std::uint64_t first, std::uint64_t last, std::string note) {
    return {{run, first}, {run, last}, std::move(note)};
}

std::string words(const std::vector<Stretch>& stretches) {
    std::string text;
    for (const auto& one : stretches)
        text += (text.empty() ? "" : " | ") + words_of(one);
    return text;
}

GoodRunSigning signing(std::uint32_t replaces, std::vector<GoodRunFlag> flags) {
    return {replaces, "csi", "A. Person", 1'700'000'000'000'000'000, std::move(flags), ""};
}

struct Signed {
    GoodRunLog log() const { return GoodRunLog::open(directory.path("good-runs")).value(); }
    std::string file(std::uint32_t version) const {
        return directory.path("good-runs") + "/" + proto::numbered_name(version);
    }
    void three() const {
        auto all = log();
        all.sign(signing(0, {{true, runs(1, 9, "stable")}})).value();
        all.sign(signing(1, {{false, slots(4, 100, 199, "HV trip")}})).value();
        all.sign(signing(2, {{false, runs(7, 7, "no beam")}, {true, runs(10, 10, "stable")}})).value();
    }
    void rewrite(std::uint32_t version, const std::string& text) const {
        std::filesystem::remove(file(version));
        std::ofstream(file(version)) << text;
    }
    testing::TestDirectory directory;
};

}  // namespace

TEST_CASE("what is flagged is added to and taken from stretches of slots, over runs and within them") {
    GoodStretches good;
    good.add(runs(3, 8, "a"));
    CHECK(words(good.all()) == "runs 3 to 8");
    good.remove({5, 100}, {5, 199});
    CHECK(words(good.all()) == "runs 3 to 4; run 5, slots up to 99 | run 5, slots from 200; runs 6 to 8");
    good.add(slots(5, 100, 199, "a"));
    CHECK(words(good.all()) == "runs 3 to 8");
    good.remove({3, 0}, {3, last_slot_of_run});
    good.remove({8, 10}, {8, last_slot_of_run});
    CHECK(words(good.all()) == "runs 4 to 7; run 8, slots up to 9");
    good.add(slots(6, 5, 6, "looked at again"));
    REQUIRE(good.all().size() == 3);
    CHECK(good.all()[1] == slots(6, 5, 6, "looked at again"));
    CHECK(words(only_in(good, {})) == words(good.all()));
    GoodStretches other;
    other.add(runs(1, 6, "b"));
    CHECK(words(only_in(good, other)) == "run 7; run 8, slots up to 9");
    CHECK(words(only_in(other, good)) == "runs 1 to 3");
}

TEST_CASE("any order of flags leaves the slots that were flagged good last", "[property]") {
    std::mt19937 random(20261129);
    const auto pick = [&](int most) {
        return static_cast<std::uint32_t>(random() % static_cast<unsigned>(most));
    };
    for (int round = 0; round < 300; ++round) {
        constexpr std::uint32_t slots_of_run = 6;
        GoodStretches good;
        std::set<RunSlot> model;
        for (int flags = 0; flags < 12; ++flags) {
            RunSlot first{1 + pick(5), pick(slots_of_run)}, last{1 + pick(5), pick(slots_of_run)};
            if (last < first) std::swap(first, last);
            const bool is_good = pick(2) == 0;
            const bool to_end = last.slot == slots_of_run - 1;
            const RunSlot end{last.run, to_end ? last_slot_of_run : last.slot};
            if (is_good)
                good.add({first, end, pick(2) == 0 ? "a" : "b"});
            else
                good.remove(first, end);
            for (std::uint32_t run = 1; run <= 5; ++run)
                for (std::uint64_t slot = 0; slot < slots_of_run; ++slot) {
                    const RunSlot place{run, slot};
                    if (place < first || place > last) continue;
                    if (is_good)
                        model.insert(place);
                    else
                        model.erase(place);
                }
        }
        // Through a list and back, as a file has it.
        config::GoodRunList list;
        good.write(list);
        const GoodStretches read(list);
        REQUIRE(read.all() == good.all());
        for (std::uint32_t run = 1; run <= 5; ++run)
            for (std::uint64_t slot = 0; slot < slots_of_run; ++slot) {
                const RunSlot place{run, slot};
                const bool found = std::ranges::any_of(
                    read.all(), [&](const Stretch& one) { return one.first <= place && place <= one.last; });
                REQUIRE(found == model.contains(place));
            }
    }
}

TEST_CASE(
    "each signing is a version of its own that names the hash of the one before, and offline takes it") {
    const Signed there;
    there.three();
    const auto log = there.log();
    REQUIRE(log.chain().has_value());
    REQUIRE(log.versions().size() == 3);
    const auto& third = log.versions()[2];
    CHECK(third.list.name() == "csi");
    CHECK(third.list.version() == 3);
    CHECK(third.list.signed_by() == "A. Person");
    CHECK(third.list.signed_utc_ns() == 1'700'000'000'000'000'000);
    CHECK(third.list.note() == "not good: run 7: no beam\ngood: run 10: stable");
    CHECK(third.list.replaces_sha256() == log.versions()[1].sha256);
    CHECK_FALSE(log.versions()[0].list.has_replaces_sha256());
    const auto loaded = load_good_runs(there.file(3)).value();
    CHECK(loaded.sha256 == third.sha256);
    CHECK(check_versions_before(loaded).has_value());
    FilledSlots filled;
    filled[{4, "daq"}].add_range(0, 99);
    filled[{4, "daq"}].add_range(200, 5000);
    filled[{10, "daq"}].add_range(0, 5000);
    CHECK(check_good(loaded, filled).has_value());
    filled[{4, "daq"}].add(150);
    CHECK(check_good(loaded, filled).error().message.find("slot 150 of run 4") != std::string::npos);
    CHECK((std::filesystem::status(there.file(1)).permissions() & std::filesystem::perms::owner_write) ==
          std::filesystem::perms::none);
}

TEST_CASE("of two who sign after the same version one is told who was faster") {
    const Signed there;
    there.three();
    auto mine = there.log();
    auto hers = there.log();
    auto other = signing(3, {{true, runs(11, 11, "stable")}});
    other.signed_by = "B. Person";
    REQUIRE(hers.sign(other).has_value());
    // As this process sees the directory, it is still the next one.
    const auto refused = mine.sign(signing(3, {{false, runs(2, 2, "late")}}));
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().kind == ErrorKind::EXISTS);
    CHECK(refused.error().message.find("version 4 has been signed meanwhile, by B. Person") !=
          std::string::npos);
    const auto again = there.log().sign(signing(3, {{false, runs(2, 2, "late")}}));
    CHECK(again.error().kind == ErrorKind::EXISTS);
    CHECK(there.log().versions().size() == 4);
    CHECK(there.log().versions().back().list.signed_by() == "B. Person");
}

TEST_CASE("a version that was changed breaks the chain, here and for who takes a later one") {
    const Signed there;
    there.three();
    const auto text = proto::read_text(there.file(2)).value();
    there.rewrite(2, text + "\n");
    auto log = there.log();
    CHECK(log.chain().error().kind == ErrorKind::CORRUPT);
    CHECK(log.chain().error().message.find("0003.txtpb") != std::string::npos);
    CHECK(log.versions().size() == 2);
    CHECK(log.sign(signing(2, {{true, runs(12, 12, "stable")}})).error().kind == ErrorKind::CORRUPT);
    const auto refused = check_versions_before(load_good_runs(there.file(3)).value());
    CHECK(refused.error().message.find("0002.txtpb: version 3 was not made from this file") !=
          std::string::npos);
    there.rewrite(2, text);
    CHECK(there.log().chain().has_value());
    std::filesystem::remove(there.file(1));
    CHECK(there.log().chain().error().message.find("0001.txtpb should be here") != std::string::npos);
    // A copy elsewhere stands for itself.
    const auto copy = there.directory.path("csi-3.txtpb");
    std::filesystem::copy_file(there.file(3), copy);
    CHECK(check_versions_before(load_good_runs(copy).value()).has_value());
}

TEST_CASE("nothing is signed without a person, a reason and a stretch") {
    const Signed there;
    auto log = there.log();
    const auto refused = [&](const GoodRunSigning& wrong, std::string_view words) {
        const auto answer = log.sign(wrong);
        REQUIRE_FALSE(answer.has_value());
        CHECK(answer.error().kind == ErrorKind::CONFIG);
        CHECK(answer.error().message.find(words) != std::string::npos);
    };
    refused(signing(0, {}), "a stretch that is flagged");
    refused(signing(0, {{true, runs(3, 3, "")}}), "needs a reason");
    refused(signing(0, {{true, runs(5, 4, "why")}}), "ends before it begins");
    refused(signing(0, {{true, runs(0, 4, "why")}}), "from 1 on");
    refused(signing(1, {{true, runs(3, 3, "why")}}), "no version 1");
    auto nobody = signing(0, {{true, runs(3, 3, "why")}});
    nobody.signed_by.clear();
    refused(nobody, "by a person");
    CHECK(there.log().versions().empty());
}
