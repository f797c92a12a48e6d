#include "tests/bench/nominal_load.hpp"

#include <fmt/format.h>

namespace spillgate::bench {

namespace {

constexpr const char* head = R"(name: "nominal load"
facility { name: "SNS" repetition_hz: 60 charge_offset: -1 our_flavour: 1 }
daemon { name: "daq" lead: true }
board {
  id: 0 name: "simulated digitizer" sample_rate_mhz: 250 bits: 14
  simulation {
    record_ns: 140000
    mark_position_ns: 70000
    beam { repetition_hz: 60 flavour: 1 charge_offset: -1 }
    pmt { detector_channels: 15 veto_channel: 15 baseline_adc: 14000 noise_adc: 3 spe_charge_adc: 600 muon_adc: 500 }
  }
}
gate {
  mode: BEAM_TRIGGERED
  reference: RECORD_BEGIN
  mark_position_ns: 70000
  anti_coincident { pretrace_begin_ns: 0     pretrace_end_ns: 40000 roi_begin_ns: 40000 roi_end_ns: 70000 }
  in_time         { pretrace_begin_ns: 30000 pretrace_end_ns: 70000 roi_begin_ns: 70000 roi_end_ns: 140000 }
}
chain {
  name: "pmt"
  pmt { baseline_ns: 40000 threshold_adc: 20 spe_charge_adc: 600 linear_gate_check: false overflow_low: 0
        overflow_high: 16383 muon_threshold_adc: 100 }
}
selection {
  name: "standard"
  cut { variable: "pretrace_peaks" max: 4 cost: EXPOSURE }
  reject_quality: "muon"
}
spectrum {
  name: "pe"
  axis { variable: "pe" bins: 50 min: 0 max: 100 }
  selection: "standard"
}
spectrum {
  name: "pe_t_rec"
  axis { variable: "pe" bins: 30 min: 0 max: 60 }
  axis { variable: "t_rec_us" bins: 24 min: 0 max: 12 }
  selection: "standard"
}
)";

}  // namespace

std::string nominal_config(const std::filesystem::path& folder) {
    std::string text = head;
    for (std::uint32_t channel = 0; channel + 1 < nominal_channels; ++channel)
        text += fmt::format(
            "channel {{ name: \"pmt{0}\" board: 0 channel: {0} role: DETECTOR chain: \"pmt\" veto: \"veto\" "
            "}}\n",
            channel);
    text +=
        fmt::format("channel {{ name: \"veto\" board: 0 channel: {} role: VETO }}\n", nominal_channels - 1);
    text += fmt::format(
        "storage {{ runs_dir: \"{0}/runs\" }}\nnetwork {{ runtime_dir: \"{0}/sockets\" http_port: 0 }}\n",
        folder.string());
    return text;
}

}  // namespace spillgate::bench
