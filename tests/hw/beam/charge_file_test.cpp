// Charges from a CSV file: every refusal names the line.
#include "hw/beam/charge_file/charge_file.hpp"

#include <catch2/catch.hpp>

namespace spillgate::hw::beam {
namespace {

std::string refusal(const std::string& text) {
    const auto parsed = parse_charges(text, "charge.csv");
    REQUIRE(!parsed.has_value());
    CHECK(parsed.error().kind == proto::ErrorKind::CONFIG);
    return parsed.error().message;
}

}  // namespace

TEST_CASE("charges are read by the names of their columns, in any order") {
    const auto parsed =
        parse_charges("# night shift\r\ncharge_pc, cycle_id,veto\r\n\r\n23300000, 7,0\n0,8,1", "f");
    REQUIRE(parsed.has_value());
    REQUIRE(parsed->size() == 2);
    CHECK((*parsed)[0].charge_pc == 23300000);
    CHECK((*parsed)[0].cycle_id == 7);
    CHECK((*parsed)[0].flavour == 1);
    CHECK((*parsed)[0].has_charge);
    CHECK(!(*parsed)[0].source_utc_ns);
    CHECK(!(*parsed)[0].arrival_ns);
    CHECK((*parsed)[1].facility_veto);
    const auto by_time = parse_charges("utc_ns,flavour,charge_pc\n1767225600000000000,2,-5\n", "f");
    REQUIRE(by_time.has_value());
    CHECK((*by_time)[0].source_utc_ns == 1767225600000000000);
    CHECK((*by_time)[0].flavour == 2);
    CHECK((*by_time)[0].charge_pc == -5);
}

TEST_CASE("a line that is not allowed is refused by its number") {
    CHECK(refusal("") == "charge.csv: no line that names the columns");
    CHECK(refusal("cycle,charge_pc\n") ==
          "charge.csv:1: a column 'cycle'; allowed are cycle_id, utc_ns, charge_pc, flavour, veto");
    CHECK(refusal("cycle_id,cycle_id,charge_pc\n") == "charge.csv:1: a second column 'cycle_id'");
    CHECK(refusal("cycle_id,veto\n") == "charge.csv:1: charge_pc is needed, and cycle_id or utc_ns");
    CHECK(refusal("cycle_id,charge_pc\n1,2\n3\n") == "charge.csv:3: 1 values; the header names 2");
    CHECK(refusal("cycle_id,charge_pc\n1,2.5\n") ==
          "charge.csv:2: charge_pc '2.5' is not a whole number in range");
    CHECK(refusal("cycle_id,charge_pc\n-1,2\n") ==
          "charge.csv:2: cycle_id '-1' is not a whole number in range");
    CHECK(refusal("cycle_id,charge_pc\n1,99999999999999999999\n") ==
          "charge.csv:2: charge_pc '99999999999999999999' is not a whole number in range");
    CHECK(refusal("cycle_id,charge_pc,veto\n1,2,2\n") == "charge.csv:2: veto 2; allowed are 0 and 1");
}

TEST_CASE("a file that is not there is refused by its name") {
    const auto feed = make_file_feed("/nowhere/charge.csv");
    REQUIRE(!feed.has_value());
    CHECK(feed.error().kind == proto::ErrorKind::NOT_FOUND);
}

}  // namespace spillgate::hw::beam
