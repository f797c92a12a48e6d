// Good-run lists: what spectra may hold, and how a list is cited.
#include "offline/exposure/good_runs.hpp"

#include <fstream>

#include <catch2/catch.hpp>

#include "tests/offline/verbs/run_program.hpp"

using namespace spillgate;
using namespace spillgate::offline;

namespace {

GoodRuns list_of(const std::string& good) {
    const testing::TestDirectory directory;
    const auto path = directory.path("good.txtpb");
    std::ofstream(path) << "name: \"csi\" version: 3 signed_by: \"A. Person\"\n" << good;
    auto loaded = load_good_runs(path);
    INFO((loaded ? std::string() : loaded.error().message));
    REQUIRE(loaded.has_value());
    return *loaded;
}

std::string why_not_loaded(const std::string& text) {
    const testing::TestDirectory directory;
    const auto path = directory.path("good.txtpb");
    std::ofstream(path) << text;
    const auto loaded = load_good_runs(path);
    REQUIRE_FALSE(loaded.has_value());
    CHECK(loaded.error().kind == proto::ErrorKind::CONFIG);
    return loaded.error().message;
}

// Runs 5 and 6, slots 10 to 90 of each of run 6's daemons.
FilledSlots filled() {
    FilledSlots slots;
    slots[{5, "daq"}].add_range(0, 1000);
    slots[{6, "a"}].add_range(10, 90);
    slots[{6, "b"}].add_range(10, 50);
    slots[{6, "b"}].add_range(60, 90);
    return slots;
}

std::string refusal(const std::string& good) {
    const auto status = check_good(list_of(good), filled());
    REQUIRE_FALSE(status.has_value());
    CHECK(status.error().kind == proto::ErrorKind::REFUSED);
    return status.error().message;
}

}  // namespace

TEST_CASE("spectra are good if every slot in them is in the list, by whatever entries") {
    CHECK(check_good(list_of("good { first_run: 5 last_run: 6 }"), filled()).has_value());
    CHECK(check_good(list_of("good { first_run: 6 } good { first_run: 5 }"), filled()).has_value());
    CHECK(check_good(list_of("good { first_run: 5 } good { first_run: 6 first_slot: 50 } "
                             "good { first_run: 6 last_slot: 49 }"),
                     filled())
              .has_value());
    CHECK(check_good(list_of("good { first_run: 5 } good { first_run: 6 first_slot: 10 last_slot: 60 } "
                             "good { first_run: 6 first_slot: 30 last_slot: 90 }"),
                     filled())
              .has_value());
}

TEST_CASE("the first slot that is not good is named, with the list") {
    const auto other_run = refusal("good { first_run: 5 }");
    CHECK(other_run.find("slot 10 of run 6") != std::string::npos);
    CHECK(other_run.find("good-run list csi, version 3, signed by A. Person (") != std::string::npos);
    CHECK(refusal("good { first_run: 5 } good { first_run: 6 last_slot: 40 } good { first_run: 6 first_slot: "
                  "42 }")
              .find("slot 41 of run 6") != std::string::npos);
    CHECK(refusal("good { first_run: 5 } good { first_run: 6 last_slot: 89 }").find("slot 90 of run 6") !=
          std::string::npos);
    CHECK(refusal("").find("slot 0 of run 5") != std::string::npos);
}

TEST_CASE("a list that contradicts itself is refused with its place") {
    const std::string head = "name: \"csi\" version: 3 signed_by: \"A. Person\"\n";
    CHECK(why_not_loaded(head + "good { first_run: 5 last_run: 4 }").find("good.txtpb:2:") !=
          std::string::npos);
    CHECK(why_not_loaded(head + "good { first_run: 5 last_run: 6 last_slot: 7 }").find("one run") !=
          std::string::npos);
    CHECK(why_not_loaded(head + "good { first_run: 5 first_slot: 9 last_slot: 7 }").find("first_slot, 9") !=
          std::string::npos);
    CHECK(why_not_loaded("name: \"csi\" version: 3").find("signed_by") != std::string::npos);
    CHECK(why_not_loaded(head + "bad { first_run: 5 }").find("bad") != std::string::npos);
}
