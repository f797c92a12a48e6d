// One run as it is followed: a stream per daemon, gaps healed from its files, and at its end the statement
// whether every recorded slot is in the spectra. Whatever was seen live, the disk has the last word.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "online/gap_reader.hpp"
#include "online/reconstruction_crew.hpp"
#include "online/run_stream.hpp"
#include "online/snapshot.hpp"
#include "proto/schema/checkpoint.pb.h"
#include "proto/schema/run.pb.h"

namespace spillgate::online {

class LiveRun {  // single-threaded
  public:
    using Clock = std::chrono::steady_clock;

    LiveRun(std::shared_ptr<const offline::Engine> engine, ReconstructionCrew& crew,
            std::size_t pending_slots, wire::RunDescription description);

    std::uint32_t number() const { return description_->number(); }
    // A daemon takes part, its files in `directory`. `from_start`: its first message is expected live.
    void join(const std::string& daemon, const std::string& directory, bool from_start);
    bool has(const std::string& daemon) const { return streams_.contains(daemon); }
    void describe(const wire::RunDescription& description);

    // Live messages, in order of arrival. False: they were there already.
    bool take(SpillJob& job);
    bool take(const proto::Verdict& verdict);
    offline::SlotCandidates spare(const std::string& daemon);
    // What a heartbeat says: everything with a sequence number below `acknowledged` is synced.
    void acknowledge(const std::string& daemon, std::uint64_t acknowledged);
    // The daemon's share is over. `announced`: it said so itself, and its files will say so too.
    void end(const std::string& daemon, bool announced, std::string why);
    // A daemon that was thought dead goes on with this run: its share is read again from its files.
    void reopen(const std::string& daemon);
    std::optional<Clock::time_point> last_data(const std::string& daemon) const;
    bool following(const std::string& daemon) const;

    // Reads missing messages back and closes what has ended, until `deadline`. True: there is more to do at
    // once.
    bool heal(Clock::time_point now, Clock::time_point deadline);

    RunPhase phase() const;
    bool complete() const;          // once CLOSED: every recorded slot is in the spectra
    std::string statement() const;  // once CLOSED
    std::unique_ptr<offline::Spectra> spectra() const;
    RunView view() const;
    std::uint64_t slots_filled() const;
    // The range "since the reset" begins with what is in the spectra now: `shown`, as a snapshot shows them.
    // Errors: REFUSED, if nothing more comes into them.
    proto::Result<SpectraResetPtr> reset(const std::string& person, std::int64_t utc_ns,
                                         std::shared_ptr<const offline::Spectra> shown);
    const wire::RunDescription& description() const { return *description_; }

    // Settled spectra and account.
    void save(wire::Checkpoint& checkpoint) const;
    // Errors: CORRUPT; the run is then as if it had just been joined.
    proto::Status restore(const wire::Checkpoint& checkpoint);

  private:
    struct Inventory {
        explicit Inventory(proto::RunReader opened) : run(std::move(opened)), messages(run) {}
        proto::RunReader run;
        RecordedMessages messages;
    };
    struct Stream {
        Stream(std::shared_ptr<const offline::Engine> engine, std::size_t pending_slots,
               std::string directory)
            : spectra(std::move(engine), pending_slots), files(std::move(directory)) {}
        RunStream spectra;
        GapReader files;
        RunPhase phase = RunPhase::FOLLOWING;
        bool expecting = false;  // next_expected is known
        std::uint64_t next_expected = 0;
        IntervalSet lost;
        std::uint64_t lost_before = 0;  // before this process, from the checkpoint
        std::uint64_t healed = 0;
        std::uint64_t read_back = 0;
        std::uint64_t unheard = 0;  // of read_back: not seen to be lost, but sent when we did not listen
        std::uint64_t unreadable = 0;
        std::uint64_t missing = 0;
        Clock::time_point last_data{};
        Clock::time_point not_before{};  // of the next pass through the files
        bool announced = false;
        Clock::time_point ended_at{};
        std::optional<Inventory> inventory;   // closing: being taken
        std::optional<IntervalSet> recorded;  // closing: what the files hold
        bool aborted = false;
        std::vector<std::string> damage;
        int passes = 0;
        bool complete = false;
        std::string why;
        std::string statement;
    };

    Stream* find(const std::string& daemon);
    void see(Stream& stream, std::uint64_t sequence);
    bool follow(Stream& stream, Clock::time_point now, Clock::time_point deadline);
    bool close(const std::string& daemon, Stream& stream, Clock::time_point now, Clock::time_point deadline);
    std::string losses(const Stream& stream) const;
    bool take_inventory(const std::string& daemon, Stream& stream, Clock::time_point now,
                        Clock::time_point deadline);
    void take_recorded(const std::string& daemon, Stream& stream);
    void finish(const std::string& daemon, Stream& stream);
    void take_block(Stream& stream, const proto::BlockView& block);
    bool reset_reached() const;
    void save_reset(wire::ResetCheckpoint& saved) const;
    proto::Status restore_reset(const wire::ResetCheckpoint& saved);

    std::shared_ptr<const offline::Engine> engine_;
    ReconstructionCrew& crew_;
    std::size_t pending_slots_;
    std::shared_ptr<const wire::RunDescription> description_;
    std::map<std::string, Stream> streams_;
    SpillJob job_;  // of the block being read back
    bool checkpoint_used_ = false;
    SpectraResetPtr reset_;
    std::map<std::string, IntervalSet> taken_at_reset_;  // by daemon: sequences
};

}  // namespace spillgate::online
