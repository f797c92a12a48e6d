// Spectra of the newest slots alone: the last hour, the last so many spills, what came since somebody's
// reset. They are differences between the newest snapshot and an earlier one, exact in counts, exposure and
// charge, so that α, live POT and errors are those of the range.
//
// Of hour and spills are kept spectra that have been published anyway, as they are: for each range at most
// `parts` of them, one whenever a part of the range has passed. A range therefore covers between (parts −
// 1)/parts and all of what its name says. parts is 20, fewer (at least 4) where spectra are so large that
// more than 128 MiB would be kept. A difference is made when somebody asks for it, once for all who do.
//
// A slot belongs to the time when it was filled: what is read back late from files counts as new. What has
// been taken back (run_stream.hpp) makes all earlier snapshots of the run worthless; these ranges then begin
// anew. The state at the reset is kept by the run itself (live_run.hpp), over restarts, too; the range is
// empty as long as anything of that state is not in the spectra (again), and the whole run if nobody has
// reset it.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "online/snapshot.hpp"
#include "proto/schema/console.pb.h"

namespace spillgate::online {

class RecentSpectra {  // single-threaded
  public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::string_view whole_run = "run";
    static constexpr std::string_view since_reset = "reset";

    // Ranges: "run", "hour", "spills:N" for each N, and "reset".
    explicit RecentSpectra(const std::vector<std::uint32_t>& spills);

    std::vector<std::string> names() const;
    bool knows(std::string_view range) const;
    std::string not_known(std::string_view range) const;  // in words, with what is allowed

    // Takes up the newest snapshot. Cost: a pointer now and then.
    void take(const SnapshotPtr& newest, Clock::time_point now);
    // Different as soon as the spectra of any range may differ; that of a snapshot, and it never goes back.
    std::uint64_t version() const { return version_; }

    // The newest snapshot, or one of a range's slots alone: run, config, spectra, which of them changed in
    // which version(), and `range`. Empty before the first snapshot. Cost, once for each version: one
    // subtraction per bin of all spectra.
    SnapshotPtr of(std::string_view range);

  private:
    // A state of the run's spectra that a range may begin with.
    struct Mark {
        std::shared_ptr<const offline::Spectra> spectra;  // empty: before the run's first slot
        std::uint64_t spills = 0;
        std::int64_t utc_ns = 0;
        Clock::time_point at{};
    };
    struct Range {
        std::string name;
        std::uint64_t spills = 0;  // 0: not bounded by them
        Clock::duration time{};    // 0: not bounded by it
        std::deque<Mark> marks{};  // the first is where the range begins now; none of the reset's
        SnapshotPtr shown{};       // made last, of `shown_version`
        std::uint64_t shown_version = 0;
    };

    bool is_another_run(const Snapshot& newest) const;
    void forget(const Snapshot& newest, Clock::time_point now, bool another_run);
    // True: it begins elsewhere now.
    bool advance(Range& range, const Mark& newest, std::size_t parts);
    SnapshotPtr make_since_reset() const;
    SnapshotPtr make(const Range& range, const Mark& begin, const std::string& person) const;

    std::vector<Range> ranges_;  // that move on by themselves
    Range since_reset_{std::string(since_reset)};
    SnapshotPtr newest_;
    std::uint64_t version_ = 0;
};

// The choices of a console's configuration.
std::vector<std::uint32_t> recent_spills_of(const config::Console& console);

}  // namespace spillgate::online
