#include "daq/journal.hpp"

#include <chrono>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "daq/plain_text.hpp"

using namespace spillgate;
using Level = wire::LogLine;

TEST_CASE("every line has a number, level and kind, and only warnings and errors are messages") {
    daq::Journal journal;
    journal.info("run", "run 1 starts");
    journal.warn("clock-tie", "not tied yet");
    journal.error("fault", "fault: no room");
    const auto lines = journal.lines();
    REQUIRE(lines.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(lines[i].number() == i + 1);
        CHECK(lines[i].utc_ns() > 0);
        CHECK(lines[i].untold() == 0);
    }
    CHECK(lines[0].level() == Level::INFO);
    CHECK(lines[0].kind() == "run");
    CHECK(lines[0].text() == "run 1 starts");
    CHECK(lines[1].level() == Level::WARN);
    CHECK(lines[2].level() == Level::ERROR);
    CHECK(journal.recent() == std::vector<std::string>{"not tied yet", "fault: no room"});
}

TEST_CASE(
    "lines that are too many to be told leave a gap, and the next of their kind says how many they were") {
    daq::Journal journal;
    // Some of the first fall into other seconds on a slow machine: what counts is that the sum is kept.
    for (int i = 0; i < 1000; ++i)
        journal.warn("recorder", fmt::format("{} records refused", i));
    std::vector<wire::LogLine> lines;
    do {
        journal.warn("recorder", "records refused");
        lines = journal.lines();
    } while (lines.back().text() != "records refused");
    CHECK(lines.front().number() == 1);
    std::uint64_t expected = 1;
    for (const auto& line : lines) {
        CHECK(line.number() == expected + line.untold());
        expected = line.number() + 1;
    }
    CHECK(lines.back().number() > 1000);
    CHECK(lines.back().untold() > 0);
    CHECK(journal.recent().back() ==
          fmt::format("records refused ({} more like this since)", lines.back().untold()));
}

TEST_CASE("a flood of one person's requests is cut, too") {
    daq::Journal journal;
    const auto began = std::chrono::steady_clock::now();
    for (int i = 0; i < 10'000; ++i)
        journal.info("control", "note by A. Person via console");
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    const auto lines = journal.lines();
    CHECK(lines.size() >= 10);
    CHECK(static_cast<double>(lines.size()) <= 10 * (took.count() + 1));
    std::uint64_t expected = 1;
    for (const auto& line : lines) {
        if (expected > 1) CHECK(line.number() == expected + line.untold());
        expected = line.number() + 1;
    }
    CHECK(journal.recent().empty());
    journal.error("control", "a trouble of the same kind is told all the same");
    CHECK(journal.lines().back().number() == 10'001);
}

TEST_CASE("another kind is told while one floods, and the gap between them is counted") {
    daq::Journal journal;
    journal.warn("recorder", "a");
    journal.warn("recorder", "b");
    journal.warn("publisher", "c");
    const auto lines = journal.lines();
    REQUIRE(lines.size() >= 2);
    CHECK(lines.back().text() == "c");
    CHECK(lines.back().number() == 3);
    CHECK(lines.back().untold() == 0);
}

TEST_CASE("however many and long the lines, what the status holds of them is bounded and valid") {
    daq::Journal journal;
    const std::string junk = "disk \xff\xfe" + std::string(2000, 'x');
    for (int i = 0; i < 100; ++i) {
        journal.info(fmt::format("run {} {}", i, junk), junk);
        journal.warn(fmt::format("kind {} {}", i, junk), fmt::format("{} {}", junk, i));
    }
    const auto lines = journal.lines();
    REQUIRE(lines.size() == 50);
    CHECK(lines.back().number() == 200);
    CHECK(journal.recent().size() == 20);
    wire::DaemonStatus status;
    for (const auto& line : lines)
        *status.add_log() = line;
    CHECK(status.ByteSizeLong() < std::size_t{50} * 1200);
    wire::DaemonStatus read;
    CHECK(read.ParseFromString(status.SerializeAsString()));  // only if its text is UTF-8
    CHECK(read.log(0).text().starts_with("disk ??xxx"));
}

TEST_CASE("text is cut between characters and made fit for one line") {
    CHECK(daq::plain_text("fine", 100) == "fine");
    CHECK(daq::plain_text("two\nlines\t\x7f", 100) == "two lines  ");
    CHECK(daq::plain_text("10 μs", 100) == "10 μs");
    CHECK(daq::plain_text("abcdefgh", 8) == "abcdefgh");
    CHECK(daq::plain_text("abcdefghi", 8) == "abcde…");
    CHECK(daq::plain_text("abcdμμμμ", 8) == "abcd…");
    CHECK(daq::plain_text("\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80\xe2\x82", 100) == "???????????");  // RFC 3629
    CHECK(daq::is_plain_name("A. Shift, Ñandú"));
    CHECK(daq::is_plain_name(""));
    CHECK_FALSE(daq::is_plain_name("a\nb"));
    CHECK_FALSE(daq::is_plain_name(std::string(201, 'a')));
}
