#include "online/keeper/run_records.hpp"

#include <catch2/catch.hpp>

#include "online/keeper/desk.hpp"
#include "online/keeper/layouts.hpp"
#include "tests/proto/temporary_directory.hpp"

using namespace spillgate;
using online::JudgedBy;
using online::Layouts;
using online::RunRecords;
using proto::ErrorKind;

namespace {

struct Desk {
    proto::testing::TemporaryDirectory directory;
    online::Database database = online::open_desk(directory.path() + "/console.sqlite").value();
};

}  // namespace

TEST_CASE(
    "what is judged of a run is kept with what is not known, and all replaced when it is judged again") {
    Desk desk;
    RunRecords records(desk.database);
    CHECK_FALSE(records.judged_by(12).value().has_value());
    REQUIRE(records
                .judge(12,
                       {{12, "ac_rate", 9.5, "8 to 12 Hz", "good", "", "abc"},
                        {12, "spe_gain", {}, "100 to 140", "unknown", "no SPE spectrum", "abc"}},
                       JudgedBy::A_PART)
                .has_value());
    REQUIRE(records
                .judge(13, {{13, "ac_rate", 20.0, "8 to 12 Hz", "bad", "above 12 Hz", "abc"}},
                       JudgedBy::THE_WHOLE)
                .has_value());
    CHECK(records.judged_by(12).value() == JudgedBy::A_PART);
    auto rows = records.quality(12, 12).value();
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].value == 9.5);
    CHECK_FALSE(rows[1].value.has_value());
    REQUIRE(records
                .judge(12, {{12, "ac_rate", 7.5, "8 to 12 Hz", "doubtful", "below 8 Hz", "def"}},
                       JudgedBy::THE_WHOLE)
                .has_value());
    CHECK(records.judged_by(12).value() == JudgedBy::THE_WHOLE);
    rows = records.quality(12, 12).value();
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].quantity == "ac_rate");
    CHECK(rows[0].value == 7.5);
    CHECK(rows[0].verdict == "doubtful");
    CHECK(rows[0].console_sha256 == "def");
    CHECK(records.quality(1, 100).value().size() == 2);

    REQUIRE(
        records.keep({{12, "pe", 100, 98, 1.01, 1.02, 0.14}, {12, "t_rec", 0, 0, {}, {}, {}}}).has_value());
    const auto bands = records.sideband(12, 13).value();
    REQUIRE(bands.size() == 2);
    CHECK(bands[0].c == 100);
    CHECK(bands[0].ratio == 1.02);
    CHECK_FALSE(bands[1].ratio.has_value());
}

TEST_CASE("notes of a run are added, never replaced") {
    Desk desk;
    RunRecords records(desk.database);
    REQUIRE(records.add({12, 5, "A. Shift", "beam trips"}).has_value());
    REQUIRE(records.add({12, 6, "B. Expert", "seen"}).has_value());
    const auto notes = records.notes(12, 12).value();
    REQUIRE(notes.size() == 2);
    CHECK(notes[1].person == "B. Expert");
    CHECK(records.add({12, 7, "A. Shift", ""}).error().kind == ErrorKind::CONFIG);
    CHECK(records.add({12, 7, "A. Shift", std::string(5000, 'x')}).error().kind == ErrorKind::CONFIG);
}

TEST_CASE("layouts are each person's own, bounded in number and size") {
    Desk desk;
    Layouts layouts(desk.database);
    REQUIRE(layouts.save("A. Shift", "wall", R"({"pads":6})").has_value());
    REQUIRE(layouts.save("A. Shift", "wall", R"({"pads":8})").has_value());
    REQUIRE(layouts.save("B. Shift", "mine", "{}").has_value());
    CHECK(layouts.load("A. Shift", "wall").value() == R"({"pads":8})");
    CHECK(layouts.load("B. Shift", "wall").error().kind == ErrorKind::NOT_FOUND);
    CHECK(layouts.names("A. Shift").value() == std::vector<std::string>{"wall"});
    CHECK(layouts.save("A. Shift", "", "{}").error().kind == ErrorKind::CONFIG);
    CHECK(layouts.save("A. Shift", "big", std::string(Layouts::max_bytes + 1, ' ')).error().kind ==
          ErrorKind::CONFIG);
    for (std::size_t i = 1; i < Layouts::max_layouts; ++i)
        REQUIRE(layouts.save("A. Shift", std::to_string(i), "{}").has_value());
    CHECK(layouts.save("A. Shift", "one more", "{}").error().kind == ErrorKind::REFUSED);
    CHECK(layouts.save("A. Shift", "wall", "{}").has_value());
    CHECK(layouts.remove("A. Shift", "wall").has_value());
    CHECK(layouts.remove("A. Shift", "wall").error().kind == ErrorKind::NOT_FOUND);
    CHECK(layouts.save("A. Shift", "one more", "{}").has_value());
}
