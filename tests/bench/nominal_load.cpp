#include "tests/bench/nominal_load.hpp"

#include <fmt/format.h>

namespace spillgate::bench {

namespace {

constexpr const char* facility = R"(name: "nominal load"
facility { name: "SNS" repetition_hz: 60 charge_offset: -1 our_flavour: 1 }
daemon { name: "daq" lead: true }
)";

constexpr const char* simulation = R"(
  simulation {
    record_ns: 140000
    mark_position_ns: 70000
    beam { repetition_hz: 60 flavour: 1 charge_offset: -1 }
    pmt { detector_channels: 15 veto_channel: 15 baseline_adc: 14000 noise_adc: 3 spe_charge_adc: 600 muon_adc: 500 }
  }
)";

// AC window up to the mark, C window from it to the end of the record.
std::string gate(int mark_ns) {
    return fmt::format(R"(gate {{
  mode: BEAM_TRIGGERED
  reference: RECORD_BEGIN
  mark_position_ns: {0}
  anti_coincident {{ pretrace_begin_ns: 0 pretrace_end_ns: {1} roi_begin_ns: {1} roi_end_ns: {0} }}
  in_time {{ pretrace_begin_ns: {2} pretrace_end_ns: {0} roi_begin_ns: {0} roi_end_ns: 140000 }}
}}
chain {{
  name: "pmt"
  pmt {{ baseline_ns: {1} threshold_adc: 20 spe_charge_adc: 600 linear_gate_check: false overflow_low: 0
        overflow_high: 16383 muon_threshold_adc: 100 }}
}}
)",
                       mark_ns, mark_ns - 30000, mark_ns - (mark_ns - 30000));
}

constexpr const char* analysis = R"(selection {
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

std::string board(const std::string& source) {
    return "board { id: 0 name: \"digitizer\" sample_rate_mhz: 250 bits: 14\n" + source + "}\n";
}

std::string channels() {
    std::string text;
    for (std::uint32_t channel = 0; channel + 1 < nominal_channels; ++channel)
        text += fmt::format(
            "channel {{ name: \"pmt{0}\" board: 0 channel: {0} role: DETECTOR chain: \"pmt\" veto: \"veto\" "
            "}}\n",
            channel);
    return text + fmt::format("channel {{ name: \"veto\" board: 0 channel: {} role: VETO }}\n",
                              nominal_channels - 1);
}

}  // namespace

std::string nominal_config() {
    return facility + board(simulation) + gate(70000) + analysis + channels();
}

std::string nominal_console_config(double snapshot_hz) {
    constexpr unsigned lines = 16;
    constexpr unsigned maps = 8;
    std::string text = facility + board(simulation) + gate(70000) + channels();
    text += R"(selection {
  name: "standard"
  cut { variable: "pretrace_peaks" max: 4 cost: EXPOSURE }
  reject_quality: "muon"
}
)";
    // Of one channel each, in turn energy and time; the last of them of all channels.
    const auto of_channel = [](unsigned channel) {
        return channel + 1 < nominal_channels ? fmt::format("channel: \"pmt{}\"", channel) : std::string();
    };
    for (unsigned i = 0; i < lines; ++i)
        text += fmt::format(
            "spectrum {{ name: \"line{:02}\" axis {{ variable: \"{}\" bins: 100 min: 0 max: {} }} selection: "
            "\"standard\" {} }}\n",
            i, i % 2 == 0 ? "pe" : "t_rec_us", i % 2 == 0 ? 100 : 12, of_channel(i));
    for (unsigned i = 0; i < maps; ++i)
        text += fmt::format(
            "spectrum {{ name: \"map{}\" axis {{ variable: \"pe\" bins: 60 min: 0 max: 60 }} axis {{ "
            "variable: "
            "\"t_rec_us\" bins: 50 min: 0 max: 12 }} selection: \"standard\" {} }}\n",
            i, of_channel(2 * i));
    return text + fmt::format("storage {{ compression: ZSTD }}\nonline {{ snapshot_hz: {} }}\n", snapshot_hz);
}

std::string nominal_udp_config(const std::string& port) {
    // Banks are swapped often: what is over must not wait. 65 μs are the longest pretrigger delay of the
    // module. Half an hour uncompressed would not fit everywhere.
    const auto device = fmt::format(
        "  sis3316 {{ address: \"127.0.0.1\" port: {} local_port: 0 jumbo: true packets_per_request: 32 "
        "swap_ms: 3\n"
        "    input {{ record_ns: 140000 pretrigger_ns: 65000 negative_pulses: true }} }}\n"
        "  mark {{ trigger {{ }} }}\n",
        port);
    return facility + board(device) + gate(65000) + analysis + channels() +
           "storage { compression: ZSTD }\n"
           "beam_source { name: \"facility\" service { endpoint: \"ipc://@folder@/timing\" } emulated: true "
           "}\n";
}

std::string nominal_emulator() {
    return std::string("name: \"nominal load\"\nmodule { name: \"digitizer\" sis3316 { }\n") +
           board(simulation) +
           "}\n"
           "beam { name: \"facility\" service_endpoint: \"ipc://@folder@/timing\"\n"
           "  beam { repetition_hz: 60 flavour: 1 charge_offset: -1 } }\n";
}

}  // namespace spillgate::bench
