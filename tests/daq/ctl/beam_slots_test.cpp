#include "daq/ctl/console/beam_slots.hpp"

#include <cmath>

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

using namespace spillgate;

namespace {

std::vector<daq::BeamSlot> slots_of(const char* text) {
    return daq::slots_in(boost::json::parse(text).as_object());
}

}  // namespace

TEST_CASE("slots are summed over what is known of them") {
    const auto slots = slots_of(
        R"({"slots": [[507, 3000, 20, "measured", []], [508, -4000, 22, "measured", ["simulated", "vetoed"]],
                                             [509, null, null, "missing", ["mark-missed", "vetoed"]]]})");
    REQUIRE(slots.size() == 3);
    CHECK(std::isnan(slots[2].charge_uc));
    CHECK(daq::slots_text(slots) ==
          "last slots    3, from 507 to 509\n"
          "jitter        rms 3.54 us, largest -4.00 us, of 2 marks\n"
          "charge        mean 21 uC of 2 slots; 2 measured, 1 missing\n"
          "slots with    1 mark-missed, 2 vetoed\n");
    CHECK(
        daq::slots_csv(slots) ==
        "slot,deviation_ns,charge_uc,charge_state,quality\n"
        "507,3000,20,measured,\n508,-4000,22,measured,simulated vetoed\n509,,,missing,mark-missed vetoed\n");
}

TEST_CASE("what is no slot is left out") {
    CHECK(slots_of(R"({"slots": [7, [1], ["x", 1, 2, "measured", []], [-1, 1, 2, "measured", []],
                                 [1e30, 1, 2, "measured", []], {}]})")
              .empty());
    CHECK(slots_of(R"({"slots": {}})").empty());
    CHECK(slots_of("{}").empty());
    CHECK(daq::slots_text({}).empty());
}
