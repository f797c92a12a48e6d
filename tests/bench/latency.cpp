// Latency at the nominal load, from the console's status: with a digitizer simulated in the daemon, and with
// an emulated SIS3316 over UDP.
#include <algorithm>

#include <fmt/format.h>

#include "tests/bench/data_taking.hpp"
#include "tests/bench/measure.hpp"
#include "tests/bench/nominal_load.hpp"

namespace spillgate::bench {

namespace {

double megabytes_per_second(const Taken& taken) {
    const double slot_bytes = nominal_bytes_per_second / nominal_repetition_hz;
    return static_cast<double>(taken.ledger.slots()) * slot_bytes / taken.seconds / 1e6;
}

// Rows `name`_p50, _p99 and _p999.
std::vector<Row> rows_of(const Taken& taken, const std::string& name, const std::string& more) {
    const auto row = [&](const char* quantile, const std::vector<double>& candidates,
                         const std::vector<double>& histogram) {
        return Row{
            name + quantile, median(candidates), "ms", std::nullopt,
            fmt::format("end of a slot's last window → its candidates in online (verdict → live histogram: "
                        "{:.2f} ms), median over the run's minutes, worst {:.2f}; {:.0f} s at {:.1f} MB/s, "
                        "{} slots, all recorded complete, nothing lost; CPU steal {:.1f} %; resident after "
                        "a minute and at the end: daq {:.0f}, {:.0f} MB, online {:.0f}, {:.0f} MB{}",
                        median(histogram), *std::max_element(candidates.begin(), candidates.end()),
                        taken.seconds, megabytes_per_second(taken), taken.ledger.slots(), 100 * taken.steal,
                        taken.daq.megabytes_early, taken.daq.megabytes, taken.online.megabytes_early,
                        taken.online.megabytes, more)};
    };
    return {row("_p50", taken.candidates.p50, taken.histogram.p50),
            row("_p99", taken.candidates.p99, taken.histogram.p99),
            row("_p999", taken.candidates.p999, taken.histogram.p999)};
}

}  // namespace

proto::Result<std::vector<Row>> latency_nominal(const Options& options) {
    const auto taken = take_data(options, {.emulator = {},
                                           .config = [](auto) { return nominal_config(); },
                                           .seconds = options.seconds,
                                           .bytes_per_second = nominal_bytes_per_second});
    if (!taken) return taken.error();
    return rows_of(*taken, "latency_nominal", "");
}

proto::Result<std::vector<Row>> latency_udp(const Options& options) {
    constexpr double least_compression = 3;
    const auto taken =
        take_data(options, {.emulator = nominal_emulator(),
                            .config = [](auto ports) { return nominal_udp_config(ports.front()); },
                            .seconds = options.seconds,
                            .bytes_per_second = nominal_bytes_per_second / least_compression});
    if (!taken) return taken.error();
    return rows_of(*taken, "latency_udp",
                   fmt::format("; SIMULATED SIS3316, jumbo packets paced as Gigabit Ethernet, on which a "
                               "slot's 1.12 MB take 9 ms; recorded compressed; cores in use: daq {:.2f}, "
                               "online {:.2f}, emulator {:.2f}; counters:{}",
                               taken->daq.cores, taken->online.cores, taken->emulator.cores,
                               taken->counters.empty() ? " none" : taken->counters));
}

}  // namespace spillgate::bench
