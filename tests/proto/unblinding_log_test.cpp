// Who opened what: written once, in a chain, and nothing is granted by a log that was tampered with.
#include "proto/unblinding_log.hpp"

#include <array>
#include <fstream>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "proto/strict_text.hpp"
#include "proto/wire.hpp"
#include "tests/proto/temporary_directory.hpp"

namespace spillgate::proto::testing {
namespace {

wire::Unblinding act(std::uint32_t first, std::uint32_t last) {
    wire::Unblinding out;
    out.set_utc_ns(1'700'000'000'000'000'000);
    out.set_signed_by("A. Person");
    out.set_reason("the selection is frozen");
    out.set_first_run(first);
    out.set_last_run(last);
    out.add_box("chain: \"csi\" range { variable: \"pe\" min: 4 max: 60 }");
    out.set_software_version("1.2.3");
    return out;
}

UnblindingLog log_in(const std::string& runs_dir) {
    return UnblindingLog::open(runs_dir).value();
}

bool granted(const UnblindingLog& log, std::vector<std::uint32_t> runs) {
    return log.grant(runs).has_value();
}

class ThreeActs {  // owns a runs directory
  public:
    ThreeActs() {
        auto log = log_in(path());
        log.append(act(800, 820)).value();
        log.append(act(830, 830)).value();
        log.append(act(815, 825)).value();
    }
    const std::string& path() const { return directory_.path(); }
    std::string file(std::size_t number) const {
        return fmt::format("{}/unblindings/{:04}.txtpb", path(), number);
    }
    std::string text(std::size_t number) const { return read_text(file(number)).value(); }
    void rewrite(std::size_t number, const std::string& text) const {
        std::filesystem::remove(file(number));
        std::ofstream(file(number)) << text;
    }

  private:
    TemporaryDirectory directory_;
};

}  // namespace

TEST_CASE("a runs directory without unblindings grants nothing") {
    const TemporaryDirectory runs;
    const auto log = log_in(runs.path());
    CHECK(log.acts().empty());
    CHECK(log.chain().has_value());
    CHECK_FALSE(granted(log, {1}));
    CHECK_FALSE(granted(log_in(runs.path() + "/nowhere"), {1}));
}

TEST_CASE("acts open the runs that they name, together, and no others") {
    const ThreeActs three;
    const auto log = log_in(three.path());
    REQUIRE(log.acts().size() == 3);
    CHECK(log.chain().has_value());
    CHECK(granted(log, {800}));
    CHECK(granted(log, {820, 821, 825, 830}));
    CHECK_FALSE(granted(log, {799}));
    CHECK_FALSE(granted(log, {800, 826}));
    CHECK_FALSE(granted(log, {}));
    const std::array<std::uint32_t, 2> runs{801, 830};
    const auto key = log.grant(runs);
    REQUIRE(key.has_value());
    CHECK(key->acts().size() == 2);
    CHECK(key->covers(820));
    CHECK_FALSE(key->covers(825));  // by an act that was not needed
    CHECK(key->citation() == fmt::format("unblinding 1 ({}), signed by A. Person; "
                                         "unblinding 2 ({}), signed by A. Person",
                                         log.acts()[0].sha256.substr(0, 8),
                                         log.acts()[1].sha256.substr(0, 8)));
}

TEST_CASE("each act is a read-only file that names the hash of the one before") {
    const ThreeActs three;
    const auto log = log_in(three.path());
    for (std::uint32_t number = 1; number <= 3; ++number) {
        const auto status = std::filesystem::status(three.file(number));
        CHECK((status.permissions() & std::filesystem::perms::owner_write) == std::filesystem::perms::none);
        CHECK(log.acts()[number - 1].act.number() == number);
    }
    CHECK(log.acts()[0].act.previous_sha256().empty());
    CHECK(log.acts()[1].act.previous_sha256() == sha256_hex(three.text(1)));
    CHECK(log.acts()[2].act.previous_sha256() == sha256_hex(three.text(2)));
    std::size_t files = 0;
    for ([[maybe_unused]] const auto& entry :
         std::filesystem::directory_iterator(UnblindingLog::directory_of(three.path())))
        ++files;
    CHECK(files == 3);
}

TEST_CASE("a log that was changed anywhere grants nothing, says where, and takes no further act") {
    const ThreeActs three;
    const auto broken = [&](std::string_view where) {
        auto log = log_in(three.path());
        REQUIRE_FALSE(log.chain().has_value());
        CHECK(log.chain().error().kind == ErrorKind::CORRUPT);
        CHECK(log.chain().error().message.find(where) != std::string::npos);
        CHECK_FALSE(granted(log, {800}));
        CHECK_FALSE(granted(log, {830}));
        const auto added = log.append(act(1, 2));
        REQUIRE_FALSE(added.has_value());
        CHECK(added.error().kind == ErrorKind::CORRUPT);
    };
    const auto first = three.text(1), second = three.text(2);
    auto wider = first;
    wider.replace(wider.find("820"), 3, "899");
    SECTION("a range made wider") {
        three.rewrite(1, wider);
        broken("0002.txtpb");
    }
    SECTION("an act taken away") {
        std::filesystem::remove(three.file(1));
        broken("0001.txtpb should be here");
    }
    SECTION("acts exchanged") {
        three.rewrite(1, second);
        three.rewrite(2, first);
        broken("0001.txtpb: it says that it is number 2");
    }
    SECTION("one act more, which follows nothing") {
        three.rewrite(4, "number: 4 signed_by: \"X\" reason: \"y\" first_run: 1 last_run: 900");
        broken("0004.txtpb");
    }
    SECTION("an act that is no text of ours") {
        three.rewrite(3, "number: 3 nonsense");
        broken("0003.txtpb: this is no unblinding");
    }
    SECTION("an act without a name") {
        auto anonymous = act(815, 825);
        anonymous.set_number(3);
        anonymous.clear_signed_by();
        anonymous.set_previous_sha256(sha256_hex(second));
        three.rewrite(3, printed(anonymous));
        broken("0003.txtpb: an unblinding needs who signs it");
    }
}

TEST_CASE("two who unblind at once: one act is written, the other must look again") {
    const TemporaryDirectory runs;
    auto one = log_in(runs.path());
    auto other = log_in(runs.path());
    CHECK(one.append(act(1, 2)).has_value());
    const auto late = other.append(act(3, 4));
    REQUIRE_FALSE(late.has_value());
    CHECK(late.error().kind == ErrorKind::EXISTS);
    CHECK_FALSE(granted(log_in(runs.path()), {3}));
    auto again = log_in(runs.path());
    CHECK(again.append(act(3, 4)).has_value());
    CHECK(granted(log_in(runs.path()), {1, 2, 3, 4}));
}

TEST_CASE("an act needs a name, a reason and runs") {
    const TemporaryDirectory runs;
    auto log = log_in(runs.path());
    const auto refused = [&](const wire::Unblinding& wrong) {
        const auto added = log.append(wrong);
        REQUIRE_FALSE(added.has_value());
        CHECK(added.error().kind == ErrorKind::CONFIG);
    };
    auto wrong = act(1, 2);
    wrong.clear_signed_by();
    refused(wrong);
    wrong = act(1, 2);
    wrong.clear_reason();
    refused(wrong);
    refused(act(0, 2));
    refused(act(3, 2));
    CHECK(log_in(runs.path()).acts().empty());
}

}  // namespace spillgate::proto::testing
