#include "proto/run_catalogue.hpp"

#include <set>
#include <thread>

#include <catch2/catch.hpp>

#include "tests/proto/sample_run.hpp"
#include "tests/proto/temporary_directory.hpp"

namespace spillgate::proto::testing {

TEST_CASE("run numbers begin at 1 and go on over restarts") {
    const TemporaryDirectory runs;
    for (std::uint32_t number = 1; number <= 5; ++number) {
        auto catalogue = RunCatalogue::open(runs.path()).value();
        CHECK(catalogue.next_number() == number);
        CHECK(catalogue.take_number().value() == number);
    }
}

TEST_CASE("a number taken is in the file at once, whatever becomes of who took it") {
    const TemporaryDirectory runs;
    auto taker = RunCatalogue::open(runs.path()).value();
    REQUIRE(taker.take_number().value() == 1);
    // A copy of the files as they are while the taker still runs: what kill -9 leaves.
    const TemporaryDirectory after_crash;
    for (const auto& entry : std::filesystem::directory_iterator(runs.path()))
        if (entry.path().extension() != ".sqlite-shm")
            std::filesystem::copy(entry.path(), after_crash.path() + "/" + entry.path().filename().string());
    CHECK(RunCatalogue::open(after_crash.path()).value().take_number().value() == 2);
}

TEST_CASE("numbers move past the run directories that exist, of any daemon, also repaired ones") {
    for (const std::string name : {"run-000041", "run-000041-veto", "run-000041.repaired"}) {
        const TemporaryDirectory runs;
        std::filesystem::create_directory(runs.path() + "/" + name);
        std::filesystem::create_directory(runs.path() + "/run-old");
        std::filesystem::create_directory(runs.path() + "/other-99");
        auto catalogue = RunCatalogue::open(runs.path()).value();
        CHECK(catalogue.take_number().value() == 42);
        std::filesystem::remove(runs.path() + "/" + name);
        CHECK(RunCatalogue::open(runs.path()).value().next_number() == 43);
    }
}

TEST_CASE("no number is given twice, whoever asks at the same time") {
    const TemporaryDirectory runs;
    RunCatalogue::open(runs.path()).value();
    std::vector<std::vector<std::uint32_t>> taken(4);
    {
        std::vector<std::jthread> threads;
        for (auto& mine : taken)
            threads.emplace_back([&] {
                auto catalogue = RunCatalogue::open(runs.path());
                for (int i = 0; catalogue && i < 10; ++i)
                    if (const auto number = catalogue->take_number()) mine.push_back(*number);
            });
    }
    std::set<std::uint32_t> all;
    for (const auto& mine : taken) {
        CHECK(mine.size() == 10);
        all.insert(mine.begin(), mine.end());
    }
    CHECK(all.size() == 40);
    CHECK(*all.rbegin() == 40);
}

TEST_CASE("a run's row is replaced when it ends, and all rows are listed by number") {
    const TemporaryDirectory runs;
    auto catalogue = RunCatalogue::open(runs.path()).value();
    REQUIRE(catalogue.record(start_description(3)));
    REQUIRE(catalogue.record(start_description(2)));
    REQUIRE(catalogue.record(end_description(sample_messages(2), 3)));
    const auto list = RunCatalogue::open(runs.path()).value().list().value();
    REQUIRE(list.size() == 2);
    CHECK(list[0].number() == 2);
    CHECK(list[0].stop_reason().empty());
    CHECK(list[1].number() == 3);
    CHECK(list[1].stop_reason() == "requested");
    CHECK(list[1].ledger().slots() == 2);
}

TEST_CASE("who only looks reads pages while the lead writes, and can change nothing") {
    const TemporaryDirectory runs;
    CHECK(RunCatalogue::open_read_only(runs.path()).error().kind == ErrorKind::NOT_FOUND);
    CHECK(std::filesystem::is_empty(runs.path()));
    auto lead = RunCatalogue::open(runs.path()).value();
    for (std::uint32_t number = 1; number <= 5; ++number)
        REQUIRE(lead.record(start_description(number)));
    auto looking = RunCatalogue::open_read_only(runs.path()).value();
    const auto page = looking.page(0, 2).value();
    REQUIRE(page.size() == 2);
    CHECK(page[0].number() == 5);
    CHECK(page[1].number() == 4);
    const auto next = looking.page(4, 10).value();
    REQUIRE(next.size() == 3);
    CHECK(next[0].number() == 3);
    CHECK(looking.run(3).value().number() == 3);
    CHECK(looking.run(6).error().kind == ErrorKind::NOT_FOUND);
    REQUIRE(lead.take_number().has_value());
    REQUIRE(lead.record(start_description(6)));
    CHECK(looking.run(6).has_value());
    CHECK_FALSE(looking.take_number().has_value());
    CHECK_FALSE(looking.record(start_description(7)).has_value());
}

TEST_CASE("a missing directory and a file that is no database are refused with a message") {
    const TemporaryDirectory runs;
    CHECK(RunCatalogue::open(runs.path() + "/none").error().kind == ErrorKind::NOT_FOUND);
    write_bytes(runs.path() + "/catalogue.sqlite", std::string(5000, 'x'));
    const auto refused = RunCatalogue::open(runs.path());
    REQUIRE(refused.has_error());
    CHECK(refused.error().kind == ErrorKind::IO);
    CHECK(refused.error().message.find("catalogue.sqlite") != std::string::npos);
}

}  // namespace spillgate::proto::testing
