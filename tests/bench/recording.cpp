#include "tests/bench/recording.hpp"

#include <chrono>

#include <fmt/format.h>

#include "daq/pipeline.hpp"
#include "daq/recorder.hpp"
#include "daq/source_queue.hpp"
#include "daq/source_threads.hpp"
#include "tests/bench/in_memory_digitizer.hpp"
#include "tests/bench/nominal_load.hpp"

namespace spillgate::bench {

namespace {

using Clock = std::chrono::steady_clock;

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

}  // namespace

proto::Result<Recording> record(const proto::LoadedConfig& loaded, std::uint64_t slots,
                                daq::Publisher& publisher) {
    const auto& config = loaded.config;
    wire::RunDescription description;
    description.set_number(1);
    description.set_type(wire::TEST);
    description.set_daemon("daq");
    description.set_simulated(true);
    description.set_start_utc_ns(proto::utc_now_ns());
    description.set_config_sha256(loaded.sha256);
    description.set_effective_config(loaded.effective);
    std::filesystem::create_directories(config.storage().runs_dir());
    auto writer = proto::RunWriter::create(proto::posix_file_layer(), config.storage().runs_dir(),
                                           description, config.storage());
    if (!writer) return writer.error();
    daq::Recorder recorder(std::move(*writer), proto::posix_file_layer(), {});

    auto digitizer =
        std::make_unique<InMemoryDigitizer>(InMemoryDigitizer::Shape{.channels = nominal_channels,
                                                                     .trace_samples = nominal_trace_samples,
                                                                     .repetition_hz = nominal_repetition_hz,
                                                                     .slots = slots});
    Recording recording;
    recording.sample_bytes = digitizer->sample_bytes();
    daq::SourceQueue queue(config.buffers().source_batches());
    daq::Journal journal;
    std::vector<std::unique_ptr<hw::Source>> sources;
    sources.push_back(std::move(digitizer));
    daq::SourceThreads threads(std::move(sources), queue, journal);

    daq::PipelineSettings settings;
    settings.config = config;
    settings.daemon = "daq";
    settings.sources = threads.infos();
    settings.recycle = [&queue](hw::Batch&& batch) { queue.give_back(std::move(batch)); };
    auto pipeline = daq::Pipeline::create(std::move(settings));
    if (!pipeline) return pipeline.error();
    Road road(recorder, publisher);
    pipeline->begin(1, {});

    const auto begin = Clock::now();
    threads.start();
    while (!pipeline->ended())
        if (auto batch = queue.take(std::chrono::milliseconds(100)))
            pipeline->accept(std::move(*batch), road);
    pipeline->finish(road);
    if (auto done = recorder.finish(); !done) return done.error();
    recording.seconds = std::chrono::duration<double>(Clock::now() - begin).count();

    const auto totals = recorder.ledger().totals();
    recording.complete = totals.complete();
    recording.directory = recorder.directory();
    description.set_stop_reason("requested");
    description.set_stop_utc_ns(proto::utc_now_ns());
    description.set_next_sequence(pipeline->statistics().next_sequence);
    *description.mutable_ledger() = totals;
    if (auto closed = recorder.close(description); !closed) return closed.error();
    if (recording.complete != slots)
        return proto::error(proto::ErrorKind::REFUSED,
                            fmt::format("{} of {} slots were recorded complete: this is not its speed ({})",
                                        recording.complete, slots, totals.ShortDebugString()));
    return recording;
}

}  // namespace spillgate::bench
