#include "offline/import/import_config.hpp"

#include <algorithm>

namespace spillgate::offline {

namespace {

void add_replay_source(config::Board& board, const std::string& file_name) {
    board.mutable_replay()->set_path(file_name);
}

// What a person gave stands, except boards and gate.
config::Config base_config(const ImportOptions& options) {
    config::Config config;
    if (options.config) config = *options.config;
    config.clear_board();
    config.clear_daemon();
    config.mutable_gate()->Clear();
    *config.mutable_storage() = options.storage;
    return config;
}

void set_bounds(config::WindowBounds& bounds, const std::array<std::int64_t, 2>& pretrace,
                const std::array<std::int64_t, 2>& roi) {
    const auto ns = [](std::int64_t samples) {
        return static_cast<double>(samples) * (1e9 / csi_sample_rate_hz);
    };
    bounds.set_pretrace_begin_ns(ns(pretrace[0]));
    bounds.set_pretrace_end_ns(ns(pretrace[1]));
    bounds.set_roi_begin_ns(ns(roi[0]));
    bounds.set_roi_end_ns(ns(roi[1]));
}

void add_axis(config::Spectrum& spectrum, const std::string& variable, std::uint32_t bins, double max,
              const std::string& unit) {
    auto* axis = spectrum.add_axis();
    axis->set_variable(variable);
    axis->set_bins(bins);
    axis->set_min(0);
    axis->set_max(max);
    axis->set_unit(unit);
}

void add_csi_analysis(config::Config& config) {
    config.set_name("csi-minute");
    config.mutable_facility()->set_name("SNS");
    config.mutable_facility()->set_repetition_hz(60);
    auto* csi = config.add_channel();
    csi->set_name("csi");
    csi->set_board(0);
    csi->set_channel(0);
    csi->set_chain("csi-2017");
    csi->add_veto("muon");
    auto* muon = config.add_channel();
    muon->set_name("muon");
    muon->set_board(0);
    muon->set_channel(1);
    muon->set_role(config::Channel::VETO);
    auto* chain = config.add_chain();
    chain->set_name("csi-2017");
    chain->mutable_pmt()->set_codes(config::PmtChain::CSI_2017);
    chain->mutable_pmt()->set_veto_codes(config::PmtChain::MUON_2017);
    auto* selection = config.add_selection();
    selection->set_name("quality");
    for (const auto* bit : {"linear-gate", "overflow", "muon", "short-trace", "no-trace"})
        selection->add_reject_quality(bit);
    auto* pe = config.add_spectrum();
    pe->set_name("pe");
    add_axis(*pe, "pe", 60, 60, "PE");
    auto* t_rec = config.add_spectrum();
    t_rec->set_name("t_rec");
    add_axis(*t_rec, "t_rec_us", 24, 12, "us");
    auto* both = config.add_spectrum();
    both->set_name("pe_t_rec");
    add_axis(*both, "pe", 60, 60, "PE");
    add_axis(*both, "t_rec_us", 24, 12, "us");
    for (auto& spectrum : *config.mutable_spectrum())
        spectrum.set_selection("quality");
}

}  // namespace

config::Config free_running_config(const Recording& recording, const ImportOptions& options,
                                   std::int64_t slice_ticks) {
    auto config = base_config(options);
    const double slice_ns = proto::ns_from_ticks(static_cast<double>(slice_ticks), recording.frequency_hz);
    if (!options.config) {
        config.set_name("imported-" + recording.format);
        config.mutable_facility()->set_name("none");
        for (const auto& channel : recording.channels)
            *config.add_channel() = channel;
    }
    config.mutable_facility()->set_repetition_hz(std::clamp(1e9 / slice_ns, 0.1, 1000.0));
    for (auto board : recording.boards) {
        add_replay_source(board, recording.descriptions.front().name());
        *config.add_board() = board;
    }
    config.mutable_gate()->set_mode(config::Gate::FREE_RUNNING);
    config.mutable_gate()->set_slice_ns(std::clamp(slice_ns, 1000.0, 1e12));
    return config;
}

config::Config csi_config(const CsiWindows& windows, const ImportOptions& options,
                          const std::string& file_name) {
    auto config = base_config(options);
    if (!options.config) add_csi_analysis(config);
    auto* board = config.add_board();
    board->set_id(0);
    board->set_name("csi-2017");
    board->set_sample_rate_mhz(csi_sample_rate_hz * 1e-6);
    board->set_bits(8);
    board->set_is_signed(true);
    add_replay_source(*board, file_name);
    auto& gate = *config.mutable_gate();
    gate.set_mode(config::Gate::BEAM_TRIGGERED);
    gate.set_reference(config::Gate::RECORD_BEGIN);
    set_bounds(*gate.mutable_anti_coincident(), windows.ac_pretrace, windows.ac_roi);
    set_bounds(*gate.mutable_in_time(), windows.in_time_pretrace, windows.in_time_roi);
    gate.set_mark_position_ns(gate.in_time().roi_begin_ns());
    return config;
}

}  // namespace spillgate::offline
