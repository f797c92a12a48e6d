// One run of one daemon, from its sources to its files: source threads → pipeline thread → recorder, then
// publisher. Owns threads and, through the recorder, files.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "daq/journal.hpp"
#include "daq/pipeline.hpp"
#include "daq/publisher.hpp"
#include "daq/recorder.hpp"
#include "daq/source_queue.hpp"
#include "daq/source_threads.hpp"
#include "proto/config_loader.hpp"
#include "proto/run_file/file_layer.hpp"
#include "proto/schema/control.pb.h"
#include "proto/schema/run.pb.h"

namespace spillgate::daq {

// What is known of a run in progress; a copy, taken at most 100 ms ago.
struct Progress {
    PipelineStatistics statistics;
    std::optional<proto::ClockTime> mark;  // the newest; of sources that are held back, the first
    std::optional<std::uint64_t> cycle;    // its cycle id
    bool sources_wait = false;
    bool started = false;   // slot 0 has come
    bool paused = false;    // the last request to pause or resume has been carried out, and was to pause
    bool finished = false;  // every slot has its verdict, everything is on disk; close() is due
    std::string
        end_reason;  // why the run came or must come to its end by itself: "source-ended", "disk-full" …
    std::string end_words;  // the same at length
};

class Readout {
  public:
    struct Settings {
        const proto::LoadedConfig* config = nullptr;
        std::string daemon;
        std::vector<std::uint32_t> boards;  // that this daemon reads
        std::string runs_dir;
    };

    // Opens the sources and creates the run directory; nothing runs yet. The description gets `simulated` if
    // a source says so. Errors: CONFIG, NOT_FOUND, EXISTS, IO, DISK_FULL, TIMED_OUT (a device is silent).
    static proto::Result<std::unique_ptr<Readout>> prepare(const Settings& settings,
                                                           wire::RunDescription description,
                                                           Publisher& publisher, proto::FileLayer& files,
                                                           Journal& journal);
    ~Readout();  // without close(): a run without an end record

    // Sources run; until commit() live ones only teach the tracker, and those that can wait are held at their
    // first mark. commit() alone does this too.
    void start_sources();
    void commit(const StartRule& rule, bool simulated);
    void pause();
    void resume();
    // Ends the run within about a second: sources stop, what they gave is finished, verdicts are issued.
    void stop();

    void add_note(const std::string& text);  // a line more; written with the end record, as are
    void set_limits(const wire::RunLimits& limits);

    Progress progress() const;
    void fill(wire::DaemonStatus& status) const;  // run, slots, rates, buffers, bytes

    // After progress().finished: the end record. `stopped_by`: who asked for it, or empty. Returns the final
    // description.
    proto::Result<wire::RunDescription> close(const std::string& reason, const std::string& stopped_by);
    const wire::RunDescription& description() const { return description_; }
    const std::string& directory() const { return recorder_->directory(); }

  private:
    class Road;
    enum class Wish { NONE, PAUSE, RESUME };
    Readout(const Settings& settings, wire::RunDescription description, Publisher& publisher,
            Journal& journal);

    void run();
    bool hold_back();
    void note_mark(const hw::Batch& batch, bool first);
    std::optional<hw::Batch> next_batch();
    void look();
    void tell_losses(const PipelineStatistics& statistics, const RecorderStatus& disk);
    void obey();
    void fill_end_record(const std::string& reason, const std::string& stopped_by);

    Settings settings_;
    wire::RunDescription description_;
    Publisher& publisher_;
    Journal& journal_;
    SourceQueue queue_;
    std::unique_ptr<SourceThreads> sources_;
    std::unique_ptr<Recorder> recorder_;
    std::unique_ptr<Road> road_;
    std::optional<Pipeline> pipeline_;  // of the thread alone once it runs
    PublisherStatus publisher_before_;

    mutable std::mutex mutex_;
    Progress progress_;
    std::optional<StartRule> rule_;
    Wish wish_ = Wish::NONE;
    std::atomic<bool> stopping_{false};
    std::atomic<bool> aborting_{false};
    bool sources_started_ = false;
    std::deque<hw::Batch> held_;  // of the thread alone
    std::chrono::steady_clock::time_point last_look_;
    std::map<std::string, std::uint64_t> told_losses_;  // of the thread alone
    bool told_disk_ = false;
    std::thread thread_;
};

}  // namespace spillgate::daq
