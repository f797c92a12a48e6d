// What the writer shows to everybody else: one immutable version of all there is to know. Consumers take the
// newest.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "offline/spectra/spectra.hpp"
#include "online/channels/channels_view.hpp"
#include "online/feed/board.hpp"
#include "online/run/slot_strip.hpp"
#include "online/spectra_reset.hpp"
#include "proto/config_loader.hpp"
#include "proto/schema/control.pb.h"
#include "proto/schema/run.pb.h"

namespace spillgate::online {

// One daemon as its heartbeats say.
struct DaemonView {
    std::string name;
    bool lead = false;
    std::int64_t heard_utc_ns = 0;                     // last message of any kind; 0: never
    std::shared_ptr<const wire::DaemonStatus> status;  // empty until the first heartbeat
    std::optional<double> disk_full_in_s = {};         // by DiskWatch, with `status`; absent: not known
};

// The account of one daemon's share of the run, in messages and slots.
struct StreamView {
    std::string daemon;
    std::string directory;        // of its run files
    std::uint64_t received = 0;   // messages taken, live or from files
    std::uint64_t settled = 0;    // of these, synced on disk and in the spectra for good
    std::uint64_t lost = 0;       // live messages that never came, by sequence number
    std::uint64_t healed = 0;     // of these, read back from files
    std::uint64_t read_back = 0;  // all messages read from files: healed, and those from before online joined
    std::uint64_t missing = 0;    // known to be on disk, not yet taken
    std::uint64_t slots_filled = 0;
    std::uint64_t slots_waiting = 0;  // for the other half of record and verdict
    std::uint64_t duplicates = 0;
    std::uint64_t overflows = 0;
    std::uint64_t unreadable = 0;  // blocks on disk or live messages that do not decode
};

enum class RunPhase { NONE, FOLLOWING, CLOSING, CLOSED, REFUSED };
std::string_view name_of(RunPhase phase);

struct RunView {
    RunPhase phase = RunPhase::NONE;
    std::shared_ptr<const wire::RunDescription> description;  // empty if phase is NONE
    std::vector<StreamView> streams;
    std::string
        statement;  // end of run: whether every recorded slot is in the spectra; or why it was refused
    bool complete = false;            // every recorded slot is in the spectra
    bool ended = false;               // there is a statement
    bool checkpoint_used = false;     // continued from a checkpoint
    std::string exports;              // directory of the end-of-run exports; empty: none yet
    std::uint64_t spills_filled = 0;  // by the lead's verdicts
    std::uint64_t taken_back = 0;     // how often slots were taken back out of the spectra
    SpectraResetPtr reset;            // empty: nobody has, in this run
    // All that was in the spectra at the reset is in them: after a restart it is read back first.
    bool reset_reached = false;
};

// A run that is over, as it was closed.
struct ClosedRun {
    std::uint64_t version = 0;  // ascends from one closing to the next, of the same run, too
    RunView run;                // with its statement
    std::shared_ptr<const proto::LoadedConfig> config;  // that the spectra were filled by
    std::shared_ptr<const offline::Spectra> spectra;    // of a blinded run without what is sealed
    std::shared_ptr<const ChannelsView> channels;       // as far as they were known then; empty: nothing was
};

// Beam and rates once per second, for trends. NaN: not known.
struct TrendPoint {
    double utc_s = 0;
    double mark_rate_hz = 0;
    double period_us = 0;
    double period_rms_us = 0;
    double slot_rate_hz = 0;  // slots filled into spectra per second
    double missed_per_s = 0;  // marks missed per second
    double data_rate_mb_s = 0;
    double charge_uc = 0;  // mean of this second's spills whose charge is known; NaN without any
};

// Quantiles are of the last minute; NaN without entries.
struct LatencyQuantiles {
    std::uint64_t count = 0;
    double sum_s = 0;
    double p50_s = std::numeric_limits<double>::quiet_NaN();
    double p99_s = p50_s;
    double p999_s = p50_s;
};

// Of which slots of a run spectra are, if not of all.
struct RangeView {
    std::string name;               // as recent_spectra.hpp has them
    std::uint64_t spills = 0;       // so many are in it
    std::int64_t begin_utc_ns = 0;  // 0: it begins with the run
    std::string person;             // who has made it begin there; empty: nobody
};

// What online has to say of its work, as a daemon says it of its own.
struct OnlineLine {
    std::uint64_t number = 0;  // from 1 on, without gaps, since the process began
    std::int64_t utc_ns = 0;
    bool warning = false;
    std::string text;
};

struct Snapshot {
    std::uint64_t version = 0;
    std::int64_t utc_ns = 0;
    std::shared_ptr<const proto::LoadedConfig> config;  // of all of this: online may go over to another
    std::vector<DaemonView> daemons;
    RunView run;
    std::shared_ptr<const offline::Spectra> spectra;  // never empty; of `run`
    std::vector<std::uint64_t> changed;               // by spectrum: the version in which it last changed
    std::int64_t newest_slot_utc_ns = 0;  // end of its last window, of the newest slot filled live; 0: none
    std::shared_ptr<const std::vector<TrendPoint>> trend;
    LatencyQuantiles to_candidates;        // end of the last window → candidates
    LatencyQuantiles to_histogram;         // verdict issued → histogram filled
    std::uint64_t bad_messages = 0;        // of a shape or checksum that cannot be
    std::uint64_t other_run_messages = 0;  // of runs that are not followed
    std::vector<OnlineLine> log;           // what happened, newest last, bounded
    std::uint64_t checkpoints = 0;         // written
    std::string checkpoint_fault;          // why the last one could not be; empty: it could

    std::optional<RangeView> range;              // of `spectra`
    std::shared_ptr<const SlotStripView> strip;  // the lead's slots, as their verdicts came
    std::shared_ptr<const ChannelsView> channels;
    // The last few, in the order in which they were closed; the next run may go on already.
    std::vector<std::shared_ptr<const ClosedRun>> closed;
};
using SnapshotPtr = std::shared_ptr<const Snapshot>;

using SnapshotBoard = Board<Snapshot>;

}  // namespace spillgate::online
