// The daemon's road from a digitizer in memory to run files and one subscriber.
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <zmq.hpp>

#include "tests/bench/bench.hpp"
#include "tests/bench/measure.hpp"
#include "tests/bench/nominal_load.hpp"
#include "tests/bench/recording.hpp"
#include "tests/bench/temporary_folder.hpp"

namespace spillgate::bench {

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t slots = 1500;  // 1.7 GB
constexpr int repetitions = 3;

// Receives everything and counts it. Owns a thread and a socket.
class Subscriber {
  public:
    explicit Subscriber(const std::string& endpoint) : socket_(context_, zmq::socket_type::sub) {
        socket_.set(zmq::sockopt::subscribe, "");
        socket_.set(zmq::sockopt::rcvtimeo, 50);
        socket_.connect(endpoint);
        thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
    }
    std::uint64_t records() const { return records_; }

  private:
    void run(const std::stop_token& stop) {
        const auto spill = proto::name_of(proto::Topic::SPILL);
        while (!stop.stop_requested()) {
            zmq::message_t frame;
            if (!socket_.recv(frame)) continue;
            if (frame.to_string_view() == spill) ++records_;
            while (frame.more())
                static_cast<void>(socket_.recv(frame));
        }
    }

    zmq::context_t context_;
    zmq::socket_t socket_;
    std::atomic<std::uint64_t> records_{0};
    std::jthread thread_;
};

struct Outcome {
    double bytes_per_second = 0;
    std::uint64_t received = 0;  // records, by the subscriber
};

proto::Result<Outcome> record_once(const fs::path& folder, config::Storage::Compression compression) {
    auto loaded = proto::parse_config(nominal_config(), "nominal load");
    if (!loaded) return loaded.error();
    auto& config = loaded->config;
    config.mutable_storage()->set_compression(compression);
    config.mutable_storage()->set_runs_dir((folder / "runs").string());

    const auto endpoint = "ipc://" + (folder / "data").string();
    auto publisher = daq::Publisher::bind(endpoint, static_cast<int>(config.network().send_high_water()),
                                          config.buffers().publisher_messages());
    if (!publisher) return publisher.error();
    const Subscriber subscriber(endpoint);
    for (const auto deadline = Clock::now() + std::chrono::seconds(5); (*publisher)->subscriptions() == 0;) {
        if (Clock::now() > deadline)
            return proto::error(proto::ErrorKind::TIMED_OUT, "the subscriber did not connect");
        std::this_thread::yield();
    }
    const auto recording = record(*loaded, slots, **publisher);
    if (!recording) return recording.error();
    // What it has still to fetch; it may have lost some, so that this may never come.
    for (const auto deadline = Clock::now() + std::chrono::seconds(1);
         subscriber.records() < slots && Clock::now() < deadline;)
        std::this_thread::yield();
    return Outcome{static_cast<double>(recording->sample_bytes) / recording->seconds, subscriber.records()};
}

// Plain writes of `bytes` bytes to a file in `folder`, synced, in bytes/s.
proto::Result<double> raw_write_speed(const fs::path& folder, std::uint64_t bytes) {
    const std::vector<char> block(1 << 20, 'x');
    const auto path = (folder / "raw").string();
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0600);
    bool good = file >= 0;
    const auto begin = Clock::now();
    for (std::uint64_t written = 0; good && written < bytes; written += block.size())
        good = ::write(file, block.data(), block.size()) == static_cast<ssize_t>(block.size());
    good = good && ::fdatasync(file) == 0;
    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    const int code = errno;
    if (file >= 0) ::close(file);
    fs::remove(path);
    if (!good)
        return proto::error(proto::ErrorKind::IO,
                            fmt::format("cannot write {}: {}", path, std::strerror(code)), code);
    return static_cast<double>(bytes) / seconds;
}

// The median of a few runs.
proto::Result<Outcome> record_repeatedly(const fs::path& parent, config::Storage::Compression compression) {
    std::vector<double> speeds;
    Outcome last;
    for (int i = 0; i < repetitions; ++i) {
        const auto folder = TemporaryFolder::create(parent);
        if (!folder) return folder.error();
        const auto outcome = record_once(folder->path(), compression);
        if (!outcome) return outcome.error();
        last = *outcome;
        speeds.push_back(outcome->bytes_per_second);
    }
    last.bytes_per_second = median(speeds);
    return last;
}

}  // namespace

proto::Result<std::vector<Row>> record_and_publish(const Options&) {
    const fs::path tmpfs = fs::is_directory("/dev/shm") ? "/dev/shm" : fs::temp_directory_path();
    const auto plain = record_repeatedly(tmpfs, config::Storage::NONE);
    if (!plain) return plain.error();
    const auto compressed = record_repeatedly(tmpfs, config::Storage::ZSTD);
    if (!compressed) return compressed.error();
    const auto folder = TemporaryFolder::create(tmpfs);
    if (!folder) return folder.error();
    const auto raw = raw_write_speed(folder->path(), std::uint64_t{1} << 30);
    if (!raw) return raw.error();
    return std::vector<Row>{
        {"record_and_publish", plain->bytes_per_second / 1e9, "GB/s", *raw / 1e9,
         fmt::format(
             "{} channels × {} samples per slot, {} slots, to {}, with one ipc subscriber, which received {} "
             "of "
             "them; every slot recorded complete; compressed: {:.2f} GB/s; reference: plain writes there",
             nominal_channels, nominal_trace_samples, slots, tmpfs.string(), plain->received,
             compressed->bytes_per_second / 1e9)}};
}

}  // namespace spillgate::bench
