// A signal from a table: what is drawn, how often, and which tables are refused.
#include <cmath>
#include <fstream>

#include <catch2/catch.hpp>

#include "hw/simulation/parameters.hpp"
#include "tests/proto/temporary_directory.hpp"

using namespace spillgate;
using hw::simulation::Random;
using hw::simulation::SignalTable;

namespace {

class TableFile {
  public:
    explicit TableFile(const std::string& text) : path_(directory_.path() + "/signal.txt") {
        std::ofstream(path_) << text;
    }
    const std::string& path() const { return path_; }

  private:
    proto::testing::TemporaryDirectory directory_;
    std::string path_;
};

std::string refusal(const std::string& text) {
    const TableFile file(text);
    const auto table = SignalTable::read(file.path());
    REQUIRE_FALSE(table.has_value());
    CHECK(table.error().kind == proto::ErrorKind::CORRUPT);
    return table.error().message;
}

}  // namespace

TEST_CASE("energies are drawn from a table's bins as often as it says, prompt and delayed by themselves") {
    const TableFile file("# keV, per proton\n0 1 1e-20 0\n1 2 3e-20 1e-20\n2 4 0 5e-20\n");
    const auto table = SignalTable::read(file.path()).value();
    CHECK(table.per_proton() == Approx(10e-20));
    CHECK(table.prompt_fraction() == Approx(0.4));
    Random random{1};
    constexpr int draws = 40000;
    const double prompt[]{0.25, 0.75, 0}, delayed[]{0, 1. / 6, 5. / 6};
    for (const bool is_prompt : {true, false}) {
        int in_bin[3]{};
        double mean = 0;
        for (int i = 0; i < draws; ++i) {
            const double energy = table.draw(is_prompt, random);
            REQUIRE((energy >= 0 && energy < 4));
            ++in_bin[energy < 1 ? 0 : energy < 2 ? 1 : 2];
            mean += energy / draws;
        }
        for (int bin = 0; bin < 3; ++bin) {
            const double p = is_prompt ? prompt[bin] : delayed[bin];
            CHECK(in_bin[bin] == Approx(draws * p).margin(5 * std::sqrt(draws * p * (1 - p))));
        }
        CHECK(mean == Approx(is_prompt ? 1.25 : 1.5 / 6 + 15. / 6).margin(0.03));
    }
}

TEST_CASE("tables that are none are refused with the line") {
    CHECK(refusal("0 1 1e-20\n").find("signal.txt:1: four numbers") != std::string::npos);
    CHECK(refusal("0 1 1e-20 0\n2 1 1e-20 0\n").find("signal.txt:2: energies must rise") !=
          std::string::npos);
    CHECK(refusal("0 1 1e-20 0\n0.5 2 1e-20 0\n").find(":2: energies must rise") != std::string::npos);
    CHECK(refusal("0 1 -1e-20 0\n").find("must not be negative") != std::string::npos);
    CHECK(refusal("0 1 0 0\n").find("no events") != std::string::npos);
    config::Board board;
    board.set_sample_rate_mhz(500);
    board.set_bits(14);
    board.mutable_simulation()->mutable_pmt()->set_cevns_table("nowhere.txt");
    const auto parameters = hw::simulation::parameters_of(board);
    REQUIRE_FALSE(parameters.has_value());
    CHECK(parameters.error().message.find("cevns_table: nowhere.txt") != std::string::npos);
}
