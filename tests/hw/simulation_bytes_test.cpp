// Sums of the samples of a few configurations, as they were once and for all: a change of the simulation that
// is not meant to change what a configuration gives must leave them alone.
#include <span>

#include <catch2/catch.hpp>

#include "proto/wire.hpp"
#include "tests/hw/collecting_sink.hpp"

using namespace spillgate;
using namespace spillgate::hw::testing;

namespace {

std::uint32_t sum_of_samples(const config::Board& board) {
    std::uint32_t sum = 0;
    for (const auto& batch : simulate(board))
        sum = proto::crc32c(std::as_bytes(std::span(batch.samples)), sum);
    return sum;
}

config::Board busy_board() {
    auto board = simulated_board(60);
    auto& simulation = *board.mutable_simulation();
    simulation.set_seed(11);
    simulation.set_acceleration(1000);
    auto& pmt = *simulation.mutable_pmt();
    pmt.set_cevns_per_spill(1e-3);
    pmt.set_neutrons_per_spill(1e-3);
    pmt.set_dark_rate_hz(5000);
    pmt.set_cherenkov_rate_hz(500);
    pmt.set_muon_rate_hz(500);
    pmt.set_linear_gate_fraction(0.1);
    return board;
}

}  // namespace

TEST_CASE("a beam-triggered CsI channel and its veto give the samples that they always gave", "[hw]") {
    CHECK(sum_of_samples(busy_board()) == 0xc44ec533u);
}

TEST_CASE("channels with the uneven codes of 2017 give the samples that they always gave", "[hw]") {
    auto board = busy_board();
    auto& pmt = *board.mutable_simulation()->mutable_pmt();
    pmt.set_detector_channels(3);
    pmt.set_uneven_codes(true);
    pmt.set_positive_pulses(true);
    pmt.set_baseline_adc(-90);
    CHECK(sum_of_samples(board) == 0xb77c9201u);
}

TEST_CASE("self-triggered channels give the samples that they always gave", "[hw]") {
    auto board = busy_board();
    board.set_sample_rate_mhz(250);
    board.set_bits(14);
    board.set_is_signed(false);
    auto& simulation = *board.mutable_simulation();
    simulation.set_self_triggered(true);
    simulation.set_trigger_adc(40);
    auto& pmt = *simulation.mutable_pmt();
    pmt.set_detector_channels(2);
    pmt.set_baseline_adc(15000);
    pmt.set_linear_gate_adc(100);
    pmt.set_spe_charge_adc(2000);
    CHECK(sum_of_samples(board) == 0x791c480bu);
}
