#include "online/logbook/logbook.hpp"

#include <catch2/catch.hpp>

#include "online/keeper/desk.hpp"
#include "tests/proto/temporary_directory.hpp"

using namespace spillgate;
using online::EntryKind;
using online::Logbook;
using online::LogbookEntry;
using online::LogbookSearch;
using proto::ErrorKind;
using proto::testing::TemporaryDirectory;

namespace {

struct Desk {
    TemporaryDirectory directory;
    online::Database database = online::open_desk(directory.path() + "/console.sqlite").value();
    Logbook logbook{database};

    std::int64_t write(const std::string& text, std::uint32_t run = 0, EntryKind kind = EntryKind::PERSON) {
        LogbookEntry entry;
        entry.utc_ns = 1'700'000'000'000'000'000;
        entry.run = run;
        entry.person = "A. Shift";
        entry.kind = kind;
        entry.text = text;
        return logbook.append(entry).value();
    }
    std::vector<std::int64_t> find(const LogbookSearch& search) {
        std::vector<std::int64_t> ids;
        for (const auto& entry : logbook.search(search).value())
            ids.push_back(entry.id);
        return ids;
    }
};

using Ids = std::vector<std::int64_t>;

LogbookSearch text(const std::string& words) {
    LogbookSearch search;
    search.text = words;
    return search;
}

}  // namespace

TEST_CASE("entries of the logbook are found by words, run, kind and time of writing, newest first") {
    Desk desk;
    const auto first = desk.write("High voltage of the veto tripped, reset at 1300 V", 12);
    const auto second = desk.write("Run 12 began", 12, EntryKind::RUN_START);
    const auto third = desk.write("voltage Überwachung läuft", 13);
    CHECK(desk.find({}) == Ids{third, second, first});
    CHECK(desk.find(text("voltage")) == Ids{third, first});
    CHECK(desk.find(text("VOLTAGE trip")) == Ids{first});  // the last word as far as it is typed
    CHECK(desk.find(text("überw")) == Ids{third});
    CHECK(desk.find(text("nothing")).empty());
    LogbookSearch search;
    search.run = 12;
    CHECK(desk.find(search) == Ids{second, first});
    search.kind = EntryKind::RUN_START;
    CHECK(desk.find(search) == Ids{second});
    LogbookSearch page;
    page.limit = 1;
    page.before = third;
    CHECK(desk.find(page) == Ids{second});
    CHECK(desk.logbook.has(EntryKind::RUN_START, 12).value());
    CHECK_FALSE(desk.logbook.has(EntryKind::RUN_STOP, 12).value());
    const auto entry = desk.logbook.search(text("Überwachung")).value().at(0);
    CHECK(entry.person == "A. Shift");
    CHECK(entry.text == "voltage Überwachung läuft");
    CHECK(entry.run == 13);
}

TEST_CASE("whatever is searched for is words, never a query language") {
    Desk desk;
    desk.write("plain text");
    for (const std::string words :
         {"\"", "a\"b", "NOT plain", "text:plain", "*", "plain OR", "(", "^plain", "-- ;", "NEAR(plain text)",
          "'", "plain\" OR \"text", "\\", "{a b}:c", "+"}) {
        CAPTURE(words);
        CHECK(desk.logbook.search(text(words)).has_value());
    }
    CHECK(desk.find(text(R"(plain" OR "text)")).empty());
}

TEST_CASE("an entry is never changed nor deleted, a correction names the old one") {
    Desk desk;
    const auto wrong = desk.write("threshold is 61");
    LogbookEntry correction;
    correction.person = "A. Shift";
    correction.text = "threshold is 16";
    correction.corrects = wrong;
    const auto right = desk.logbook.append(correction).value();
    CHECK(desk.logbook.search({}).value().front().corrects == wrong);
    correction.corrects = right + 100;
    CHECK(desk.logbook.append(correction).error().kind == ErrorKind::NOT_FOUND);
    const auto tampered = desk.database.run([](SQLite::Database& database) {
        database.exec("UPDATE entry SET text = 'threshold was always 16'");
    });
    REQUIRE_FALSE(tampered.has_value());
    CHECK(tampered.error().message.find("never changed") != std::string::npos);
    CHECK_FALSE(desk.database.run([](SQLite::Database& database) { database.exec("DELETE FROM entry"); })
                    .has_value());
    CHECK(desk.find({}) == Ids{right, wrong});
}

TEST_CASE("entries survive a restart, what an entry may hold is bounded") {
    Desk desk;
    const std::string picture(64, 'a');
    LogbookEntry entry;
    entry.text = "see";
    entry.pictures = {picture, std::string(64, '0')};
    REQUIRE(desk.logbook.append(entry).has_value());
    auto again = online::open_desk(desk.directory.path() + "/console.sqlite").value();
    Logbook reopened(again);
    CHECK(reopened.search({}).value().at(0).pictures == entry.pictures);

    entry.pictures.assign(Logbook::max_pictures + 1, picture);
    CHECK(desk.logbook.append(entry).error().kind == ErrorKind::CONFIG);
    entry.pictures = {"../../etc/passwd"};
    CHECK(desk.logbook.append(entry).error().kind == ErrorKind::CONFIG);
    entry.pictures.clear();
    entry.text.clear();
    CHECK(desk.logbook.append(entry).error().kind == ErrorKind::CONFIG);
    entry.text.assign(Logbook::max_text_bytes + 1, 'x');
    CHECK(desk.logbook.append(entry).error().kind == ErrorKind::CONFIG);
}

TEST_CASE("a copy of the desk database is a whole one") {
    Desk desk;
    desk.write("kept");
    const std::string path = desk.directory.path() + "/copy.sqlite";
    REQUIRE(desk.database.copy_to(path).has_value());
    desk.write("later");
    REQUIRE(desk.database.copy_to(path).has_value());
    auto copy = online::open_desk(path).value();
    CHECK(Logbook(copy).search({}).value().size() == 2);
}
