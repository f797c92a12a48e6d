#include "tests/bench/data_taking.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <optional>
#include <thread>

#include <boost/asio/ip/tcp.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "proto/quality.hpp"
#include "proto/run_file/run_reader.hpp"
#include "tests/bench/machine.hpp"
#include "tests/bench/program.hpp"
#include "tests/bench/temporary_folder.hpp"

namespace spillgate::bench {

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using Clock = std::chrono::steady_clock;

constexpr double minute = 60;  // spillgate-online's quantiles are those of the last minute
constexpr std::chrono::seconds patience{60};

// What `look` finds, once it does; errors if `program` ends or takes too long.
proto::Result<std::string> wait_for(Program& program, const fs::path& log, std::string_view what,
                                    const std::function<std::string()>& look) {
    for (const auto deadline = Clock::now() + patience; Clock::now() < deadline;) {
        if (auto found = look(); !found.empty()) return found;
        if (!program.running())
            return proto::error(proto::ErrorKind::CLOSED, fmt::format("no {}: {}", what, tail_of(log)));
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return proto::error(proto::ErrorKind::TIMED_OUT, fmt::format("no {}: {}", what, tail_of(log)));
}

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

// From spillgate-emulator's lines "NAME ADDRESS:PORT".
std::vector<std::string> device_ports(const fs::path& file) {
    std::vector<std::string> ports;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);)
        if (const auto at = line.rfind(':'); at != std::string::npos) ports.push_back(line.substr(at + 1));
    return ports;
}

proto::Result<json::value> status_of(const std::string& port) {
    boost::asio::ip::tcp::iostream stream;
    stream.expires_after(std::chrono::seconds(5));
    stream.connect("127.0.0.1", port);
    stream << "GET /api/status HTTP/1.1\r\nHost: 127.0.0.1:" << port << "\r\nConnection: close\r\n\r\n"
           << std::flush;
    const std::string answer((std::istreambuf_iterator<char>(stream)), {});
    const auto body = answer.find("\r\n\r\n");
    boost::system::error_code code;
    auto value =
        json::parse(body == std::string::npos ? "" : std::string_view(answer).substr(body + 4), code);
    const bool is_status = !code && value.is_object() && value.as_object().contains("latency");
    if (!is_status)
        return proto::error(
            proto::ErrorKind::CLOSED,
            fmt::format("spillgate-online gave no status on port {}: {}", port, answer.substr(0, 200)));
    return value;
}

void add(Taken::Latency& latency, const json::value& said) {
    const auto number = [&](const char* key) {
        const auto& value = said.at(key);
        return value.is_null() ? std::nan("") : value.to_number<double>();
    };
    latency.p50.push_back(number("p50_ms"));
    latency.p99.push_back(number("p99_ms"));
    latency.p999.push_back(number("p99_9_ms"));
}

// Everything that online says was lost of the data, in words; empty if nothing was. Where the run begins
// before the first charge report has come, its slots lack theirs; that is among the counters.
std::string losses_in(const json::value& status) {
    std::string words;
    for (const auto& loss : status.at("losses").as_array()) {
        if (loss.at("name").as_string() == proto::name_of(proto::Fault::CHARGE_MISSING)) continue;
        words +=
            fmt::format(" {} {}: {};", loss.at("where").as_string().c_str(),
                        loss.at("name").as_string().c_str(), loss.at("value").to_number<std::uint64_t>());
    }
    return words;
}

// The programs of one data taking, in a folder.
class Hall {
  public:
    Hall(const Options& options, const DataTaking& what, fs::path folder)
        : options_(options), what_(what), folder_(std::move(folder)) {}

    proto::Status start() {
        std::vector<std::string> ports;
        if (!what_.emulator.empty()) {
            const auto config = written(
                "emulator.txtpb",
                what_.emulator + fmt::format("control_endpoint: \"ipc://{}/emulator\"\n", folder_mark));
            const auto listening = folder_ / "ports";
            if (auto started = start(emulator_, "spillgate-emulator",
                                     {"--config", config, "--ports-file", listening.string()});
                !started)
                return started;
            const auto there = wait_for(*emulator_, log_of("spillgate-emulator"), "emulated device",
                                        [&] { return fs::exists(listening) ? std::string("yes") : ""; });
            if (!there) return there.error();
            ports = device_ports(listening);
        }
        const auto config = written("daq.txtpb", what_.config(ports));
        if (what_.online) {
            if (auto started =
                    start(online_, "spillgate-online", with_places({"--config", config, "--http-port", "0"}));
                !started)
                return started;
            const auto log = log_of("spillgate-online");
            const auto port = wait_for(*online_, log, "console", [&] { return console_port(log); });
            if (!port) return port.error();
            console_ = *port;
        }
        return start(daq_, "spillgate-daq", with_places({"--config", config, "--start", "test"}));
    }

    // Waits for the next minute to end, or for `end`, and asks how it went.
    proto::Status watch_until(Clock::time_point end, Taken& taken) {
        const auto begin = Clock::now();
        const double daq = daq_->cpu_seconds();
        const double online = online_ ? online_->cpu_seconds() : 0;
        const double emulator = emulator_ ? emulator_->cpu_seconds() : 0;
        bool is_first = true;
        while (Clock::now() < end) {
            const auto pause =
                std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(minute));
            std::this_thread::sleep_until(std::min(end, Clock::now() + pause));
            if (!daq_->running())
                return proto::error(proto::ErrorKind::CLOSED,
                                    "spillgate-daq ended: " + tail_of(log_of("spillgate-daq")));
            if (online_) {
                auto now = status_of(console_);
                if (!now) return now.error();
                status_ = std::move(*now);
                add(taken.candidates, status_.at("latency").at("window_to_candidates"));
                add(taken.histogram, status_.at("latency").at("verdict_to_histogram"));
            }
            weigh(daq_, taken.daq, is_first);
            weigh(online_, taken.online, is_first);
            weigh(emulator_, taken.emulator, is_first);
            is_first = false;
        }
        taken.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
        taken.daq.cores = (daq_->cpu_seconds() - daq) / taken.seconds;
        if (online_) taken.online.cores = (online_->cpu_seconds() - online) / taken.seconds;
        if (emulator_) taken.emulator.cores = (emulator_->cpu_seconds() - emulator) / taken.seconds;
        return {};
    }

    proto::Status stop(Taken& taken) {
        if (auto stopped = daq_->stop(patience); !stopped) return stopped;
        if (online_) {
            if (const auto lost = losses_in(status_); !lost.empty())
                return proto::error(proto::ErrorKind::REFUSED, "data was lost:" + lost);
            if (auto stopped = online_->stop(patience); !stopped) return stopped;
        }
        if (emulator_)
            if (auto stopped = emulator_->stop(patience); !stopped) return stopped;
        return read_run(taken);
    }

  private:
    fs::path log_of(const std::string& program) const { return folder_ / (program + ".log"); }
    std::string written(const char* name, const std::string& text) const {
        const auto path = folder_ / name;
        std::string here = text;
        for (auto at = here.find(folder_mark); at != std::string::npos; at = here.find(folder_mark))
            here.replace(at, folder_mark.size(), folder_.string());
        std::ofstream(path) << here;
        return path.string();
    }
    std::vector<std::string> with_places(std::vector<std::string> arguments) const {
        arguments.insert(arguments.end(), {"--runtime-dir", (folder_ / "sockets").string(), "--runs-dir",
                                           (folder_ / "runs").string()});
        return arguments;
    }
    proto::Status start(std::optional<Program>& into, const std::string& name,
                        std::vector<std::string> arguments) const {
        auto program = Program::start(options_.programs / name, std::move(arguments), log_of(name));
        if (!program) return program.error();
        into.emplace(std::move(*program));
        return {};
    }
    static void weigh(const std::optional<Program>& program, Cost& cost, bool is_first) {
        if (!program) return;
        cost.megabytes = program->resident_megabytes();
        if (is_first) cost.megabytes_early = cost.megabytes;
    }
    // The run that the daemon recorded: every slot complete.
    proto::Status read_run(Taken& taken) const {
        for (const auto& entry : fs::directory_iterator(folder_ / "runs")) {
            if (!entry.is_directory() || !entry.path().filename().string().starts_with("run-")) continue;
            const auto run = proto::RunReader::open(entry.path().string());
            if (!run) return run.error();
            taken.ledger = run->description().ledger();
            for (const auto& fault : run->description().ledger().faults())
                if (fault.value() > 0) taken.counters += fmt::format(" {} {};", fault.name(), fault.value());
            for (const auto& counter : run->description().drops())
                taken.counters += fmt::format(" {} {};", counter.name(), counter.value());
            if (taken.ledger.complete() == taken.ledger.slots()) return {};
            return proto::error(
                proto::ErrorKind::REFUSED,
                fmt::format("only {} of {} slots are complete: {}; counters:{}", taken.ledger.complete(),
                            taken.ledger.slots(), taken.ledger.ShortDebugString(), taken.counters));
        }
        return proto::error(proto::ErrorKind::NOT_FOUND, "no run was recorded");
    }

    const Options& options_;
    const DataTaking& what_;
    fs::path folder_;
    std::string console_;
    json::value status_;
    std::optional<Program> emulator_, online_, daq_;
};

}  // namespace

proto::Result<Taken> take_data(const Options& options, const DataTaking& what) {
    auto folder = TemporaryFolder::create(fs::temp_directory_path());
    if (!folder) return folder.error();
    const double needed = what.seconds * what.bytes_per_second * 1.1;
    if (const auto free = static_cast<double>(fs::space(folder->path()).available); free < needed)
        return proto::error(
            proto::ErrorKind::DISK_FULL,
            fmt::format("{:.0f} s of {:.0f} MB/s need {:.0f} GB in {}; {:.0f} GB are free (TMPDIR names "
                        "another place, --seconds a shorter time)",
                        what.seconds, what.bytes_per_second / 1e6, needed / 1e9,
                        folder->path().parent_path().string(), free / 1e9));
    Hall hall(options, what, folder->path());
    if (auto started = hall.start(); !started) return started.error();
    Taken taken;
    const StealMeter steal;
    const auto time =
        std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(what.seconds));
    if (auto watched = hall.watch_until(Clock::now() + time, taken); !watched) return watched.error();
    taken.steal = steal.fraction();
    if (auto stopped = hall.stop(taken); !stopped) return stopped.error();
    return taken;
}

}  // namespace spillgate::bench
