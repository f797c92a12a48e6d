// Which mark each report of one source belongs to.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <vector>

#include "hw/beam/host_tie.hpp"
#include "hw/beam/report.hpp"
#include "hw/source.hpp"

namespace spillgate::hw::beam {

struct MatcherSettings {
    double frequency_hz = 0;     // of the marks' clock
    double period_ticks = 0;     // nominal
    double tolerance_ticks = 0;  // of a mark about its prediction
    double latency_ticks = 0;    // typical, from mark to arrival of its report
};

// Told by the matcher; counted under this name.
class MatcherListener {
  public:
    virtual ~MatcherListener() = default;
    virtual void charge(const Charge& charge) = 0;
    virtual void count(std::string_view name) = 0;
};

// Reports are matched in the order in which they came, each exactly once:
//
//   1. by cycle id, where the board's marks carry ids of their own;
//   2. else by the report's label (cycle id, or else source time), once that is tied to the marks: four
//   matches in a
//      row, of way 3, agreed on which label goes with which mark. The label then says to within the mark's
//      tolerance where the mark is, however late the report came, and a mark at that place that has not been
//      passed on gets the report's cycle id. Eight contradictions in a row undo the tie, and 600 reports in a
//      row that came more than 3/4 T off their time;
//   3. else by when it arrived: arrival − latency, the nearest mark within ±T/2.
//
// A report is held until the stream has passed T/2 after the place where its mark should be. Then:
//   a mark is there          the charge gets its time, and its cycle id if the mark has it
//   its mark was missed      the charge gets the time at which the mark should have been
//   no such cycle            for_no_mark: its label lies ahead of its arrival, or between two cycles
//   nothing ties it          dropped: `beam-report-untied`
class ReportMatcher {
  public:
    explicit ReportMatcher(const MatcherSettings& settings)
        : settings_(settings), period_(settings.period_ticks) {}

    bool has_room() const { return reports_.size() < most_held; }
    void report(const Report& report) { reports_.push_back(report); }
    // The marks of the next batch, before they are passed on; `watermark` is of that batch. `own_ids`: the
    // board's marks carry cycle ids of their own. UTC of the host − its steady clock, for sources that say
    // when without being live.
    void pass(std::vector<Mark>& marks, bool own_ids, const proto::ClockTime& watermark, const HostTie& tie,
              std::int64_t utc_less_steady_ns, MatcherListener& listener);
    // The end of an epoch or of the stream: what is held belongs to no mark that we shall see,
    // `beam-report-after-end`.
    void leave_epoch(MatcherListener& listener);
    std::size_t held() const { return reports_.size(); }
    bool is_tied() const { return agreements_ >= needed_agreements; }

  private:
    static constexpr std::size_t most_held = 512;
    static constexpr std::size_t most_marks = 4096;
    static constexpr int needed_agreements = 4;
    static constexpr int needed_contradictions = 8;
    static constexpr int needed_late = 600;  // a burst after a stop on the way is no contradiction

    struct PassedMark {
        proto::ClockTime time;
        std::optional<std::uint64_t> cycle_id;  // as it was passed on
    };
    struct Reference {
        proto::ClockTime time;
        std::optional<std::uint64_t> cycle_id;
        std::optional<std::int64_t> utc_ns;
    };
    enum class Place : std::uint8_t { UNKNOWN, TIED, ARRIVAL };
    struct Expected {
        Place by = Place::UNKNOWN;
        proto::ClockTime time;
    };

    void remember(std::vector<Mark>& marks, const HostTie& tie);
    Expected expected(const Report& report, const HostTie& tie, std::int64_t utc_less_steady_ns) const;
    bool settle(const Report& report, const proto::ClockTime& watermark, const HostTie& tie,
                std::int64_t utc_less_steady_ns, MatcherListener& listener);
    bool settle_by_id(const Report& report, const proto::ClockTime& watermark,
                      const std::optional<proto::ClockTime>& arrival, MatcherListener& listener);
    void settle_tied(const Report& report, const proto::ClockTime& place,
                     const std::optional<proto::ClockTime>& arrival, MatcherListener& listener);
    void settle_by_arrival(const Report& report, const proto::ClockTime& place, bool tie_known,
                           MatcherListener& listener);
    const PassedMark* nearest(const proto::ClockTime& time, double within) const;
    void learn(const Report& report, const PassedMark& mark);
    void untie(MatcherListener& listener);
    std::optional<proto::ClockTime> tied_place(const Report& report) const;
    void yield(const Report& report, const proto::ClockTime& time, std::optional<std::uint64_t> cycle_id,
               bool for_no_mark, MatcherListener& listener) const;

    MatcherSettings settings_;
    double period_;  // mean, as tied labels count it
    std::deque<Report> reports_;
    std::deque<PassedMark> marks_;  // by time
    bool own_ids_ = false;          // the board's marks carry ids
    std::optional<Reference> reference_;
    int agreements_ = 0;
    int contradictions_ = 0;
    int late_ = 0;
};

}  // namespace spillgate::hw::beam
