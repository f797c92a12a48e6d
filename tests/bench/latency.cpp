// Latency at the nominal load: real spillgate-daq and spillgate-online, read from the console's status.
#include <cmath>
#include <fstream>
#include <thread>

#include <boost/asio/ip/tcp.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "proto/run_file/run_reader.hpp"
#include "tests/bench/bench.hpp"
#include "tests/bench/machine.hpp"
#include "tests/bench/measure.hpp"
#include "tests/bench/nominal_load.hpp"
#include "tests/bench/program.hpp"
#include "tests/bench/temporary_folder.hpp"

namespace spillgate::bench {

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using Clock = std::chrono::steady_clock;

constexpr double minute = 60;  // spillgate-online's quantiles are those of the last minute
constexpr std::chrono::seconds patience{60};

// Where the console is, from what spillgate-online prints; empty until it does.
std::string console_port(const fs::path& log) {
    constexpr std::string_view sign = "console at http://127.0.0.1:";
    std::ifstream in(log);
    for (std::string line; std::getline(in, line);)
        if (const auto at = line.find(sign); at != std::string::npos)
            return line.substr(at + sign.size(),
                               line.find_first_not_of("0123456789", at + sign.size()) - at - sign.size());
    return "";
}

proto::Result<json::value> status_of(const std::string& port) {
    boost::asio::ip::tcp::iostream stream;
    stream.expires_after(std::chrono::seconds(5));
    stream.connect("127.0.0.1", port);
    stream << "GET /api/status HTTP/1.0\r\nHost: 127.0.0.1:" << port << "\r\nConnection: close\r\n\r\n"
           << std::flush;
    const std::string answer((std::istreambuf_iterator<char>(stream)), {});
    const auto body = answer.find("\r\n\r\n");
    boost::system::error_code code;
    auto value =
        json::parse(body == std::string::npos ? "" : std::string_view(answer).substr(body + 4), code);
    if (code)
        return proto::error(
            proto::ErrorKind::CLOSED,
            fmt::format("spillgate-online gave no status on port {}: {}", port, answer.substr(0, 200)));
    return value;
}

// Quantiles in ms, one per minute of the run.
struct Quantiles {
    std::vector<double> p50, p99, p999;
    void add(const json::value& latency) {
        const auto number = [&](const char* key) {
            const auto& value = latency.at(key);
            return value.is_null() ? std::nan("") : value.to_number<double>();
        };
        p50.push_back(number("p50_ms"));
        p99.push_back(number("p99_ms"));
        p999.push_back(number("p99_9_ms"));
    }
};

struct Taken {
    Quantiles candidates;  // end of a slot's last window → its candidates in online
    Quantiles histogram;   // verdict → live histogram
    std::uint64_t slots = 0;
    std::uint64_t samples_bytes = 0;
    double daq_megabytes = 0;
    double online_megabytes = 0;
    double steal = 0;
    double seconds = 0;
};

// Everything that was lost, in words; empty if nothing was.
std::string losses_in(const json::value& status) {
    std::string words;
    for (const auto& loss : status.at("losses").as_array())
        words +=
            fmt::format(" {} {}: {};", loss.at("where").as_string().c_str(),
                        loss.at("name").as_string().c_str(), loss.at("value").to_number<std::uint64_t>());
    return words;
}

proto::Result<std::string> wait_for_console(Program& online, const fs::path& log) {
    for (const auto deadline = Clock::now() + patience; Clock::now() < deadline;) {
        if (auto port = console_port(log); !port.empty()) return port;
        if (!online.running())
            return proto::error(proto::ErrorKind::CLOSED, "spillgate-online ended: " + tail_of(log));
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return proto::error(proto::ErrorKind::TIMED_OUT, "spillgate-online opened no console: " + tail_of(log));
}

// The run that the daemon recorded: every slot complete.
proto::Result<wire::LedgerTotals> ledger_of(const fs::path& runs) {
    for (const auto& entry : fs::directory_iterator(runs)) {
        if (!entry.is_directory() || !entry.path().filename().string().starts_with("run-")) continue;
        const auto run = proto::RunReader::open(entry.path().string());
        if (!run) return run.error();
        return run->description().ledger();
    }
    return proto::error(proto::ErrorKind::NOT_FOUND, "no run was recorded");
}

proto::Result<Taken> take_data(const Options& options, const fs::path& folder) {
    const auto config = (folder / "nominal.txtpb").string();
    std::ofstream(config) << nominal_config(folder);
    const auto online_log = folder / "online.log";
    auto online = Program::start(options.programs / "spillgate-online", {"--config", config}, online_log);
    if (!online) return online.error();
    const auto port = wait_for_console(*online, online_log);
    if (!port) return port.error();
    auto daq = Program::start(options.programs / "spillgate-daq", {"--config", config, "--start", "test"},
                              folder / "daq.log");
    if (!daq) return daq.error();

    Taken taken;
    const StealMeter steal;
    const auto begin = Clock::now();
    const auto end =
        begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(options.seconds));
    json::value status;
    while (Clock::now() < end) {
        const auto pause = std::chrono::duration<double>(minute);
        std::this_thread::sleep_until(
            std::min(end, Clock::now() + std::chrono::duration_cast<Clock::duration>(pause)));
        if (!daq->running())
            return proto::error(proto::ErrorKind::CLOSED,
                                "spillgate-daq ended: " + tail_of(folder / "daq.log"));
        auto now = status_of(*port);
        if (!now) return now.error();
        status = std::move(*now);
        taken.candidates.add(status.at("latency").at("record_to_candidates"));
        taken.histogram.add(status.at("latency").at("verdict_to_histogram"));
    }
    taken.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    taken.steal = steal.fraction();
    taken.daq_megabytes = daq->resident_megabytes();
    taken.online_megabytes = online->resident_megabytes();
    if (auto stopped = daq->stop(patience); !stopped) return stopped.error();
    if (const auto lost = losses_in(status); !lost.empty())
        return proto::error(proto::ErrorKind::REFUSED, "data was lost at the nominal load:" + lost);
    if (auto stopped = online->stop(patience); !stopped) return stopped.error();

    const auto ledger = ledger_of(folder / "runs");
    if (!ledger) return ledger.error();
    if (ledger->complete() != ledger->slots())
        return proto::error(proto::ErrorKind::REFUSED,
                            fmt::format("only {} of {} slots are complete: {}", ledger->complete(),
                                        ledger->slots(), ledger->ShortDebugString()));
    taken.slots = ledger->slots();
    taken.samples_bytes = taken.slots * nominal_channels * nominal_trace_samples * sizeof(std::uint16_t);
    return taken;
}

}  // namespace

proto::Result<std::vector<Row>> latency_nominal(const Options& options) {
    auto folder = TemporaryFolder::create(fs::temp_directory_path());
    if (!folder) return folder.error();
    const double needed = options.seconds * nominal_bytes_per_second * 1.1;
    if (const auto free = static_cast<double>(fs::space(folder->path()).available); free < needed)
        return proto::error(
            proto::ErrorKind::DISK_FULL,
            fmt::format("{:.0f} s at the nominal load need {:.0f} GB in {}; {:.0f} GB are free (TMPDIR "
                        "names another place, --seconds a shorter time)",
                        options.seconds, needed / 1e9, folder->path().parent_path().string(), free / 1e9));
    const auto taken = take_data(options, folder->path());
    if (!taken) return taken.error();

    const auto row = [&](const char* name, const std::vector<double>& candidates,
                         const std::vector<double>& histogram) {
        return Row{
            name, median(candidates), "ms", std::nullopt,
            fmt::format(
                "end of a slot's last window → its candidates in online (verdict → live histogram: {:.2f} "
                "ms), median over the run's minutes, worst {:.2f}; {:.0f} s at {:.1f} MB/s, {} slots, all "
                "recorded complete, nothing lost; CPU steal {:.1f} %; resident: daq {:.0f} MB, online "
                "{:.0f} MB",
                median(histogram), *std::max_element(candidates.begin(), candidates.end()), taken->seconds,
                static_cast<double>(taken->samples_bytes) / taken->seconds / 1e6, taken->slots,
                100 * taken->steal, taken->daq_megabytes, taken->online_megabytes)};
    };
    return std::vector<Row>{row("latency_nominal_p50", taken->candidates.p50, taken->histogram.p50),
                            row("latency_nominal_p99", taken->candidates.p99, taken->histogram.p99),
                            row("latency_nominal_p999", taken->candidates.p999, taken->histogram.p999)};
}

}  // namespace spillgate::bench
