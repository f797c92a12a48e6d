// Reads a simulation's truth list.
#pragma once

#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/hw/collecting_sink.hpp"
#include "tests/proto/temporary_directory.hpp"

namespace spillgate::hw::testing {

struct TruthLine {
    std::int64_t ticks = 0;
    std::uint64_t cycle = 0;
    std::string kind;
    std::uint32_t n_pe = 0;
    std::uint32_t channel = 0;
    double energy_kev = 0;
};

inline std::string read_text(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

inline std::vector<TruthLine> read_truth(const std::string& path) {
    std::istringstream file(read_text(path));
    std::vector<TruthLine> lines;
    std::string line;
    while (std::getline(file, line)) {
        if (line.starts_with('#') || line.starts_with("ticks")) continue;
        std::istringstream fields(line);
        std::string ticks, cycle, n_pe, channel, energy_kev;
        TruthLine truth;
        std::getline(fields, ticks, ',');
        std::getline(fields, cycle, ',');
        std::getline(fields, truth.kind, ',');
        std::getline(fields, n_pe, ',');
        std::getline(fields, channel, ',');
        std::getline(fields, energy_kev, ',');
        truth.ticks = std::stoll(ticks);
        truth.cycle = std::stoull(cycle);
        if (!n_pe.empty()) truth.n_pe = static_cast<std::uint32_t>(std::stoul(n_pe));
        if (!channel.empty()) truth.channel = static_cast<std::uint32_t>(std::stoul(channel));
        if (!energy_kev.empty()) truth.energy_kev = std::stod(energy_kev);
        lines.push_back(truth);
    }
    return lines;
}

// What a simulated board yields and what really happened.
struct Simulated {
    std::vector<Batch> batches;
    std::vector<TruthLine> truth;
    std::string truth_text;
};

inline Simulated simulate_with_truth(config::Board board) {
    proto::testing::TemporaryDirectory directory;
    board.mutable_simulation()->set_truth_file(directory.path() + "/truth.csv");
    Simulated simulated;
    simulated.batches = simulate(board);
    simulated.truth_text = read_text(board.simulation().truth_file());
    simulated.truth = read_truth(board.simulation().truth_file());
    return simulated;
}

// A board whose detectors see nothing, to switch on one thing at a time.
inline config::Board dark_board(std::uint64_t slots) {
    auto board = simulated_board(slots);
    auto& pmt = *board.mutable_simulation()->mutable_pmt();
    pmt.set_dark_rate_hz(0);
    pmt.set_cevns_per_spill(0);
    pmt.set_neutrons_per_spill(0);
    pmt.set_steady_rate_hz(0);
    pmt.set_large_rate_hz(0);
    pmt.set_cherenkov_rate_hz(0);
    pmt.set_muon_rate_hz(0);
    pmt.set_linear_gate_fraction(0);
    pmt.set_baseline_wander_adc(0);
    return board;
}

// A 16-bit 250 MS/s board with one HPGe crystal in which nothing happens, 4 ADC per keV, decay 80 μs.
inline config::Board quiet_hpge_board(std::uint64_t slots) {
    auto board = simulated_board(slots);
    board.set_sample_rate_mhz(250);
    board.set_bits(16);
    board.set_is_signed(false);
    auto& hpge = *board.mutable_simulation()->mutable_hpge();
    hpge.set_noise_adc(1);
    hpge.set_continuum_rate_hz(0);
    hpge.set_cevns_per_spill(0);
    hpge.set_neutrons_per_spill(0);
    hpge.set_muon_rate_hz(0);
    return board;
}

// A dark board with records of 1 μs: for what can be seen from marks and truth alone.
inline config::Board timing_board(std::uint64_t slots) {
    auto board = dark_board(slots);
    board.mutable_simulation()->set_record_ns(1000);
    board.mutable_simulation()->set_mark_position_ns(500);
    return board;
}

}  // namespace spillgate::hw::testing
