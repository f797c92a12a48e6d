// Four emulated SIS3316 at the rate of their lines, into one daemon.
#include <fmt/format.h>

#include "tests/bench/data_taking.hpp"
#include "tests/bench/loopback.hpp"

namespace spillgate::bench {

namespace {

constexpr unsigned modules = 4;
constexpr unsigned channels = 16;
constexpr unsigned trace_samples = 50000;  // 200 μs
constexpr double trigger_hz = 60;
constexpr double module_bytes_per_second = trigger_hz * channels * trace_samples * 2;
constexpr double longest_s = 30;
constexpr std::size_t jumbo_packet_bytes = 8195;

// All triggered by one facility, each on a clock of its own. Packets leave as fast as the host takes them: a
// wire of 1 Gbit/s would be taken for 97 % of the time, and a host that wakes late never makes up for it.
std::string emulator() {
    std::string text = "name: \"four modules\"\n";
    for (unsigned m = 0; m < modules; ++m)
        text += fmt::format(
            "module {{ name: \"sis{0}\" sis3316 {{ serial: {1} frequency_error: {0}e-6 paced: false }} "
            "pattern {{ "
            "trigger_hz: {2} jitter_ns: 25000 }}\n"
            "  board {{ id: {0} name: \"sis{0}\" sample_rate_mhz: 250 bits: 14 }} }}\n",
            m, m + 1, trigger_hz);
    return text;
}

std::string config(std::span<const std::string> ports) {
    std::string text =
        "name: \"four modules\"\n"
        "facility { name: \"SNS\" repetition_hz: 60 charge_offset: 0 }\n"
        "daemon { name: \"daq\" lead: true }\n"
        "gate { mode: BEAM_TRIGGERED reference: RECORD_BEGIN mark_position_ns: 60000\n"
        "  anti_coincident { pretrace_begin_ns: 0 pretrace_end_ns: 30000 roi_begin_ns: 30000 roi_end_ns: "
        "60000 }\n"
        "  in_time { pretrace_begin_ns: 30000 pretrace_end_ns: 60000 roi_begin_ns: 60000 roi_end_ns: 199000 "
        "} }\n"
        "chain { name: \"pmt\" pmt { baseline_ns: 30000 threshold_adc: 20 spe_charge_adc: 600 } }\n"
        "storage { compression: ZSTD }\n";
    for (unsigned m = 0; m < modules; ++m) {
        text += fmt::format(
            "board {{ id: {0} name: \"sis{0}\" sample_rate_mhz: 250 bits: 14 clock_domain: {0}\n"
            "  sis3316 {{ address: \"127.0.0.1\" port: {1} local_port: 0 jumbo: true packets_per_request: "
            "32\n"
            "    input {{ record_ns: 200000 pretrigger_ns: 60000 }} }}\n"
            "  mark {{ trigger {{ }} }} }}\n",
            m, ports[m]);
        for (unsigned c = 0; c < channels; ++c)
            text += fmt::format(
                "channel {{ name: \"pmt{0}\" board: {1} channel: {2} role: DETECTOR chain: \"pmt\" }}\n",
                m * channels + c, m, c);
    }
    return text;
}

}  // namespace

proto::Result<std::vector<Row>> udp_four_modules(const Options& options) {
    const auto limit = loopback_speed(jumbo_packet_bytes, 2);
    if (!limit) return limit.error();
    const double seconds = std::min(options.seconds, longest_s);
    const auto taken = take_data(options, {.emulator = emulator(),
                                           .config = config,
                                           .online = false,
                                           .seconds = seconds,
                                           .bytes_per_second = modules * module_bytes_per_second});
    if (!taken) return taken.error();
    const double slot_bytes = modules * module_bytes_per_second / trigger_hz;
    const double speed = static_cast<double>(taken->ledger.slots()) * slot_bytes / taken->seconds;
    return std::vector<Row>{
        {"udp_four_modules", speed / 1e6, "MB/s", *limit / 1e6,
         fmt::format("4 SIMULATED SIS3316, 16 channels each, 60 triggers of 50000 samples a second, jumbo "
                     "packets, 32 a request, not paced, clocks of their own; recorded "
                     "compressed; {:.0f} s, {} slots, all "
                     "recorded complete; "
                     "cores in use: daq {:.2f}, emulator {:.2f}; daq resident {:.0f} MB; CPU steal {:.1f} "
                     "%; counters:{}; reference: one thread to another over loopback UDP in packets as long",
                     taken->seconds, taken->ledger.slots(), taken->daq.cores, taken->emulator.cores,
                     taken->daq.megabytes, 100 * taken->steal,
                     taken->counters.empty() ? " none" : taken->counters)}};
}

}  // namespace spillgate::bench
