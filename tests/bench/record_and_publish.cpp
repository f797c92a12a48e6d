// The daemon's road from a digitizer in memory to run files and one subscriber.
#include <atomic>
#include <chrono>
#include <cstring>
#include <fstream>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <zmq.hpp>

#include "daq/pipeline.hpp"
#include "daq/publisher.hpp"
#include "daq/recorder.hpp"
#include "daq/source_queue.hpp"
#include "daq/source_threads.hpp"
#include "proto/config_loader.hpp"
#include "tests/bench/bench.hpp"
#include "tests/bench/in_memory_digitizer.hpp"
#include "tests/bench/machine.hpp"
#include "tests/bench/measure.hpp"
#include "tests/bench/temporary_folder.hpp"

namespace spillgate::bench {

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t slots = 1500;  // 1.7 GB
constexpr int repetitions = 3;

constexpr const char* config_text = R"(
name: "bench"
facility { name: "bench" repetition_hz: 60 charge_offset: 0 }
board { id: 0 name: "in-memory digitizer" sample_rate_mhz: 250 bits: 14 simulation { } }
channel { name: "pmt" board: 0 channel: 0 role: MONITOR }
gate {
  mode: BEAM_TRIGGERED
  reference: RECORD_BEGIN
  mark_position_ns: 70000
  anti_coincident { pretrace_begin_ns: 0     pretrace_end_ns: 40000 roi_begin_ns: 40000 roi_end_ns: 70000 }
  in_time         { pretrace_begin_ns: 30000 pretrace_end_ns: 70000 roi_begin_ns: 70000 roi_end_ns: 140000 }
}
)";

// Recorder first, then publisher, as in the daemon.
class Road : public daq::Outlet {
  public:
    Road(daq::Recorder& recorder, daq::Publisher& publisher) : recorder_(recorder), publisher_(publisher) {}
    bool admit(std::size_t payload_bytes) override { return recorder_.admit(payload_bytes, true); }
    void put(proto::MessagePtr message) override {
        recorder_.put(message);
        publisher_.put(std::move(message));
    }

  private:
    daq::Recorder& recorder_;
    daq::Publisher& publisher_;
};

// Receives everything and counts it. Owns a thread and a socket.
class Subscriber {
  public:
    explicit Subscriber(const std::string& endpoint) : socket_(context_, zmq::socket_type::sub) {
        socket_.set(zmq::sockopt::subscribe, "");
        socket_.set(zmq::sockopt::rcvtimeo, 50);
        socket_.connect(endpoint);
        thread_ = std::jthread([this](std::stop_token stop) { run(stop); });
    }
    std::uint64_t records() const { return records_; }

  private:
    void run(std::stop_token stop) {
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
    double seconds = 0;
    std::uint64_t recorded = 0;  // records, by the ledger of what was written
    std::uint64_t received = 0;  // records, by the subscriber
    std::uint64_t published_drops = 0;
};

proto::Result<Outcome> take_data(const fs::path& folder, config::Storage::Compression compression,
                                 std::uint64_t& sample_bytes) {
    auto loaded = proto::parse_config(config_text, "bench");
    if (!loaded) return loaded.error();
    auto& config = loaded->config;
    config.mutable_storage()->set_compression(compression);

    auto publisher = daq::Publisher::bind("ipc://" + (folder / "data").string(),
                                          static_cast<int>(config.network().send_high_water()),
                                          config.buffers().publisher_messages());
    if (!publisher) return publisher.error();
    const Subscriber subscriber("ipc://" + (folder / "data").string());
    for (const auto deadline = Clock::now() + std::chrono::seconds(5); (*publisher)->subscriptions() == 0;) {
        if (Clock::now() > deadline)
            return proto::error(proto::ErrorKind::TIMED_OUT, "the subscriber did not connect");
        std::this_thread::yield();
    }

    wire::RunDescription description;
    description.set_number(1);
    description.set_daemon("bench");
    auto writer = proto::RunWriter::create(proto::posix_file_layer(), (folder / "runs").string(), description,
                                           config.storage());
    if (!writer) return writer.error();
    daq::Recorder recorder(std::move(*writer), proto::posix_file_layer(), {});

    auto digitizer = std::make_unique<InMemoryDigitizer>(InMemoryDigitizer::Shape{.slots = slots});
    sample_bytes = digitizer->sample_bytes();
    daq::SourceQueue queue(config.buffers().source_batches());
    daq::Journal journal;
    std::vector<std::unique_ptr<hw::Source>> sources;
    sources.push_back(std::move(digitizer));
    daq::SourceThreads threads(std::move(sources), queue, journal);

    daq::PipelineSettings settings;
    settings.config = config;
    settings.daemon = "bench";
    settings.sources = threads.infos();
    settings.recycle = [&queue](hw::Batch&& batch) { queue.give_back(std::move(batch)); };
    auto pipeline = daq::Pipeline::create(std::move(settings));
    if (!pipeline) return pipeline.error();
    Road road(recorder, **publisher);
    pipeline->begin(1, {});

    const auto begin = Clock::now();
    threads.start();
    while (!pipeline->ended())
        if (auto batch = queue.take(std::chrono::milliseconds(100)))
            pipeline->accept(std::move(*batch), road);
    pipeline->finish(road);
    if (auto done = recorder.finish(); !done) return done.error();
    Outcome outcome;
    outcome.seconds = std::chrono::duration<double>(Clock::now() - begin).count();

    const auto totals = recorder.ledger().totals();
    outcome.recorded = totals.complete();
    outcome.published_drops = (*publisher)->status().dropped;
    description.set_stop_reason("requested");
    description.set_stop_utc_ns(proto::utc_now_ns());
    *description.mutable_ledger() = totals;
    if (auto closed = recorder.close(description); !closed) return closed.error();
    // What the subscriber has still to fetch; it may have lost some, so it may never come.
    for (const auto deadline = Clock::now() + std::chrono::seconds(1);
         subscriber.records() < outcome.recorded && Clock::now() < deadline;)
        std::this_thread::yield();
    outcome.received = subscriber.records();
    return outcome;
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

// Median speed in bytes/s of runs that recorded every slot. Errors: REFUSED if a slot was lost.
proto::Result<double> speed(config::Storage::Compression compression, const fs::path& parent, Outcome& last) {
    std::vector<double> speeds;
    for (int i = 0; i < repetitions; ++i) {
        auto folder = TemporaryFolder::create(parent);
        if (!folder) return folder.error();
        std::uint64_t bytes = 0;
        auto outcome = take_data(folder->path(), compression, bytes);
        if (!outcome) return outcome.error();
        if (outcome->recorded != slots)
            return proto::error(
                proto::ErrorKind::REFUSED,
                fmt::format("{} of {} slots were recorded: this is not its speed", outcome->recorded, slots));
        last = *outcome;
        speeds.push_back(static_cast<double>(bytes) / outcome->seconds);
    }
    return median(speeds);
}

}  // namespace

proto::Result<std::vector<Row>> record_and_publish(const Options&) {
    const fs::path tmpfs = fs::is_directory("/dev/shm") ? "/dev/shm" : fs::temp_directory_path();
    Outcome outcome;
    Outcome compressed_outcome;
    const auto plain = speed(config::Storage::NONE, tmpfs, outcome);
    if (!plain) return plain.error();
    const auto compressed = speed(config::Storage::ZSTD, tmpfs, compressed_outcome);
    if (!compressed) return compressed.error();
    auto folder = TemporaryFolder::create(tmpfs);
    if (!folder) return folder.error();
    const auto raw = raw_write_speed(folder->path(), std::uint64_t{1} << 30);
    if (!raw) return raw.error();
    return std::vector<Row>{
        {"record_and_publish", *plain / 1e9, "GB/s", *raw / 1e9,
         fmt::format(
             "16 channels × 35 000 samples per slot, {} slots, to {}, one ipc subscriber, which received {} "
             "of "
             "them; nothing lost on disk; compressed {:.2f} GB/s; reference: plain writes to the same place",
             slots, tmpfs.string(), outcome.received, *compressed / 1e9)}};
}

}  // namespace spillgate::bench
