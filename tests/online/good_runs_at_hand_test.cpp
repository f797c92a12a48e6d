#include "online/quality/good_runs_at_hand.hpp"

#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/stat.h>

#include "tests/online/scratch_directory.hpp"

using namespace spillgate;

namespace {

struct Bench {
    void sign(bool good) {
        auto log = offline::GoodRunLog::open(scratch.path()).value();
        offline::GoodRunSigning signing;
        signing.replaces = static_cast<std::uint32_t>(log.versions().size());
        signing.name = "csi";
        signing.signed_by = "C. Expert";
        signing.flags = {{good, {{10, 0}, {10, offline::last_slot_of_run}, "stable"}}};
        REQUIRE(log.sign(signing).has_value());
    }
    // Until everything that was written is old enough to be believed.
    void settle() {
        const auto before = at_hand.readings();
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
        auto same = at_hand.log().value();
        while (at_hand.log().value() != same) {
            REQUIRE(std::chrono::steady_clock::now() < deadline);
            same = at_hand.log().value();
        }
        CHECK(at_hand.readings() > before);
    }

    test::ScratchDirectory scratch;
    online::GoodRunsAtHand at_hand{scratch.path(), std::chrono::milliseconds(100)};
};

}  // namespace

TEST_CASE("the good-run list is read once, until something of it changes, whoever changes it") {
    Bench bench;
    CHECK(bench.at_hand.log().value()->versions().empty());
    bench.sign(true);
    CHECK(bench.at_hand.log().value()->versions().size() == 1);
    bench.settle();
    const auto readings = bench.at_hand.readings();
    for (int again = 0; again < 10; ++again)
        CHECK(bench.at_hand.log().value()->versions().size() == 1);
    CHECK(bench.at_hand.readings() == readings);
    bench.sign(false);
    CHECK(bench.at_hand.log().value()->versions().size() == 2);
    bench.settle();
    // A byte for another one, the file's times set back.
    const std::string path = bench.scratch.path() + "/0001.txtpb";
    struct stat state{};
    REQUIRE(::stat(path.c_str(), &state) == 0);
    std::filesystem::permissions(path, std::filesystem::perms{0600});
    std::fstream(path, std::ios::in | std::ios::out) << '#';
    const timespec times[] = {state.st_atim, state.st_mtim};
    REQUIRE(::utimensat(AT_FDCWD, path.c_str(), times, 0) == 0);
    CHECK_FALSE(bench.at_hand.log().value()->chain().has_value());
    bench.settle();
    std::filesystem::remove(bench.scratch.path() + "/0002.txtpb");
    std::filesystem::remove(path);
    CHECK(bench.at_hand.log().value()->versions().empty());
    CHECK(bench.at_hand.log().value()->chain().has_value());
}
