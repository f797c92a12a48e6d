#include "daq/readout.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "daq/byte_text.hpp"
#include "hw/make_source.hpp"
#include "hw/replay/replay.hpp"
#include "proto/run_file/run_writer.hpp"

namespace spillgate::daq {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto look_every = std::chrono::milliseconds(100);
constexpr auto batch_wait = std::chrono::milliseconds(20);
constexpr int close_attempts = 5;
constexpr auto close_again_after = std::chrono::milliseconds(200);
constexpr std::size_t most_held = 64;  // batches before the first mark

RecorderSettings recorder_settings(const config::Config& config) {
    RecorderSettings settings;
    settings.buffer_bytes = config.buffers().recorder_bytes();
    settings.sync = std::chrono::milliseconds(config.storage().sync_ms());
    settings.stop_below_bytes = config.storage().stop_below_bytes();
    settings.warn_below_bytes = config.storage().warn_below_bytes();
    return settings;
}

}  // namespace

// Recorder first, then publisher.
class Readout::Road final : public Outlet {
  public:
    Road(Recorder& recorder, Publisher& publisher, const SourceQueue& queue)
        : recorder_(recorder), publisher_(publisher), queue_(queue) {}
    bool admit(std::size_t payload_bytes) override {
        return recorder_.admit(payload_bytes, queue_.sources_wait());
    }
    void put(proto::MessagePtr message) override {
        recorder_.put(message);
        publisher_.put(std::move(message));
    }

  private:
    Recorder& recorder_;
    Publisher& publisher_;
    const SourceQueue& queue_;
};

Readout::Readout(const Settings& settings, wire::RunDescription description, Publisher& publisher,
                 Journal& journal)
    : settings_(settings),
      description_(std::move(description)),
      publisher_(publisher),
      journal_(journal),
      queue_(settings.config->config.buffers().source_batches()),
      publisher_before_(publisher.status()) {}

proto::Result<std::unique_ptr<Readout>> Readout::prepare(const Settings& settings,
                                                         wire::RunDescription description,
                                                         Publisher& publisher, proto::FileLayer& files,
                                                         Journal& journal) {
    const auto& config = settings.config->config;
    std::vector<std::unique_ptr<hw::Source>> sources;
    for (const auto& board : config.board()) {
        if (std::ranges::find(settings.boards, board.id()) == settings.boards.end()) continue;
        auto source = hw::make_source(board, config);
        if (!source) return source.error();
        if (auto prepared = (*source)->prepare(); !prepared) return prepared.error();
        sources.push_back(std::move(*source));
    }
    auto readout =
        std::unique_ptr<Readout>(new Readout(settings, std::move(description), publisher, journal));
    auto& self = *readout;
    self.sources_ = std::make_unique<SourceThreads>(std::move(sources), self.queue_, journal);
    for (const auto& info : self.sources_->infos())
        if (info.simulated) self.description_.set_simulated(true);

    PipelineSettings pipeline_settings;
    pipeline_settings.config = config;
    pipeline_settings.daemon = settings.daemon;
    pipeline_settings.sources = self.sources_->infos();
    pipeline_settings.recycle = [&queue = self.queue_](hw::Batch&& batch) {
        queue.give_back(std::move(batch));
    };
    auto pipeline = Pipeline::create(std::move(pipeline_settings));
    if (!pipeline) return pipeline.error();
    self.pipeline_ = std::move(*pipeline);
    self.progress_.statistics = self.pipeline_->statistics();

    auto writer = proto::RunWriter::create(files, settings.runs_dir, self.description_, config.storage());
    if (!writer) return writer.error();
    self.recorder_ = std::make_unique<Recorder>(std::move(*writer), files, recorder_settings(config));
    self.road_ = std::make_unique<Road>(*self.recorder_, publisher, self.queue_);
    return readout;
}

Readout::~Readout() {
    aborting_ = true;
    stopping_ = true;
    queue_.close();
    if (recorder_) recorder_->abandon_waiting();  // without one, prepare() has failed
    if (sources_) sources_->request_stop();
    if (thread_.joinable()) thread_.join();
    if (sources_) sources_->join();
}

void Readout::start_sources() {
    if (sources_started_) return;
    sources_started_ = true;
    sources_->start();
    thread_ = std::thread([this] { run(); });
}

void Readout::commit(const StartRule& rule, bool simulated) {
    if (simulated) description_.set_simulated(true);
    {
        const std::lock_guard lock(mutex_);
        rule_ = rule;
    }
    start_sources();
}

void Readout::pause() {
    const std::lock_guard lock(mutex_);
    wish_ = Wish::PAUSE;
}

void Readout::resume() {
    const std::lock_guard lock(mutex_);
    wish_ = Wish::RESUME;
}

void Readout::stop() {
    stopping_ = true;
    sources_->request_stop();
    if (sources_started_) return;
    const std::lock_guard lock(mutex_);
    progress_.finished = true;
}

// The thread: everything that touches the pipeline.
void Readout::run() {
    bool sources_joined = false;
    for (;;) {
        obey();
        look();
        if (aborting_) break;
        if (hold_back()) {
            if (stopping_) break;
            continue;
        }
        auto batch = next_batch();
        if (batch) {
            note_mark(*batch, false);
            pipeline_->accept(std::move(*batch), *road_);
        }
        if (held_.empty() && queue_.all_ended() && queue_.drained()) {
            const std::lock_guard lock(mutex_);
            if (progress_.end_reason.empty()) progress_.end_reason = "source-ended";
            break;
        }
        // While sources come to their end we go on taking, so that one that waits for room gets it.
        if (stopping_ && !sources_joined && !batch) {
            queue_.close();
            sources_->join();
            sources_joined = true;
            continue;
        }
        if (sources_joined && queue_.drained()) break;
    }
    obey();
    if (!aborting_) {
        if (pipeline_->begun()) pipeline_->finish(*road_);
        if (auto finished = recorder_->finish(); !finished)
            journal_.error("disk-failed", finished.error().message);
    }
    last_look_ = {};
    look();
    const std::lock_guard lock(mutex_);
    progress_.finished = true;
}

// Before the commit: live streams go through the pipeline, which learns the period from them; streams that
// can wait are held at their first mark, so that no slot is passed over. True: not committed yet.
bool Readout::hold_back() {
    if (pipeline_->begun()) return false;
    const bool at_mark = std::ranges::any_of(held_, [&](const auto& batch) {
        return batch.board == pipeline_->mark_board() && !batch.marks.empty();
    });
    if (at_mark && queue_.sources_wait()) {
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
        return true;
    }
    while (!held_.empty() && (!queue_.sources_wait() || held_.size() >= most_held)) {
        pipeline_->accept(std::move(held_.front()), *road_);
        held_.pop_front();
    }
    auto batch = queue_.take(batch_wait);
    if (!batch) return true;
    note_mark(*batch, queue_.sources_wait());
    held_.push_back(std::move(*batch));
    return true;
}

void Readout::note_mark(const hw::Batch& batch, bool first) {
    if (batch.marks.empty() || batch.board != pipeline_->mark_board()) return;
    const auto& mark = first ? batch.marks.front() : batch.marks.back();
    const std::lock_guard lock(mutex_);
    progress_.mark = mark.time;
    progress_.cycle = mark.cycle_id;
}

std::optional<hw::Batch> Readout::next_batch() {
    if (held_.empty()) return queue_.take(batch_wait);
    auto batch = std::move(held_.front());
    held_.pop_front();
    return batch;
}

void Readout::obey() {
    std::unique_lock lock(mutex_);
    const auto rule = std::exchange(rule_, std::nullopt);
    const auto wish = std::exchange(wish_, Wish::NONE);
    lock.unlock();
    if (rule)
        pipeline_->begin(description_.number(), *rule, description_.simulated(),
                         description_.type() == wire::BEAM_OFF);
    if (wish == Wish::NONE) return;
    if (wish == Wish::PAUSE)
        pipeline_->pause();
    else
        pipeline_->resume();
    lock.lock();
    progress_.paused = wish == Wish::PAUSE;
}

void Readout::look() {
    const auto now = Clock::now();
    if (now - last_look_ < look_every) return;
    last_look_ = now;
    auto statistics = pipeline_->statistics();
    const auto disk = recorder_->status();
    const bool waits = queue_.sources_wait();
    tell_losses(statistics, disk);
    const std::lock_guard lock(mutex_);
    progress_.statistics = std::move(statistics);
    progress_.started = progress_.started || pipeline_->started();
    progress_.sources_wait = waits;
    if (disk.stop_reason && progress_.end_reason.empty()) {
        progress_.end_reason = *disk.stop_reason;
        progress_.end_words = disk.error;
    }
}

// Every kind of loss is told when it has grown; the journal keeps that to once a second.
void Readout::tell_losses(const PipelineStatistics& statistics, const RecorderStatus& disk) {
    const auto tell = [&](const std::string& kind, std::uint64_t total, const std::string& what) {
        auto& told = told_losses_[kind];
        if (total > told)
            journal_.warn(kind, fmt::format("{} {} ({} in this run)", total - told, what, total));
        told = std::max(told, total);
    };
    for (const auto& lane : queue_.levels())
        tell("lane " + lane.name, lane.dropped_batches,
             fmt::format("batches of source {} lost their traces: its lane is full", lane.name));
    tell("recorder", disk.refused_records, "records refused: the recorder's buffer is full");
    tell("disk records", disk.lost_records, "records refused by the disk");
    tell("disk verdicts", disk.lost_verdicts, "verdicts refused by the disk");
    for (const auto& drop : statistics.drops)
        if (drop.name == hw::replay::unreadable)
            tell(drop.name, drop.value,
                 fmt::format("blocks of a replayed recording left out: damaged or out of order ({})",
                             drop.name));
    const auto dropped = publisher_.status().dropped;
    tell("publisher", dropped - std::min(dropped, publisher_before_.dropped),
         "messages not published: the publisher's buffer is full");
    if (disk.disk_nearly_full && !std::exchange(told_disk_, true))
        journal_.warn(
            "disk-nearly-full",
            fmt::format("disk nearly full: {} are free at {}, less than storage.warn_below_bytes ({})",
                        byte_text(disk.free_bytes.value_or(0)), recorder_->directory(),
                        byte_text(settings_.config->config.storage().warn_below_bytes())));
}

void Readout::add_note(const std::string& text) {
    if (!description_.note().empty()) description_.mutable_note()->push_back('\n');
    description_.mutable_note()->append(text);
}

void Readout::set_limits(const wire::RunLimits& limits) {
    *description_.mutable_limits() = limits;
}

Progress Readout::progress() const {
    const std::lock_guard lock(mutex_);
    return progress_;
}

proto::Result<wire::RunDescription> Readout::close(const std::string& reason, const std::string& stopped_by) {
    if (thread_.joinable()) thread_.join();
    sources_->request_stop();
    queue_.close();
    sources_->join();
    if (!sources_started_)
        if (auto finished = recorder_->finish(); !finished)
            journal_.error("disk-failed", finished.error().message);
    fill_end_record(reason, stopped_by);
    auto closed = recorder_->close(description_);
    // On a full disk somebody else may have taken, in that moment, the room that the reserve gave back.
    for (int i = 0; i < close_attempts && !closed && closed.error().kind == proto::ErrorKind::DISK_FULL;
         ++i) {
        std::this_thread::sleep_for(close_again_after);
        closed = recorder_->close(description_);
    }
    if (!closed) return closed.error();
    return description_;
}

}  // namespace spillgate::daq
