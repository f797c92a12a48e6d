// The runs that there are, from the lead's catalogue, with what was judged of and noted to them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "online/keeper/run_records.hpp"
#include "proto/run_catalogue.hpp"

namespace spillgate::online {

struct RunQuery {
    std::uint32_t before = 0;  // numbers below this; 0: from the newest
    std::size_t limit = 50;    // at most RunList::max_limit
    std::string text;          // in note, operator or reason, whatever the case; empty: any
    std::optional<wire::RunType> type;
};

// The run without an end that is no aborted one, and what is known of it before the catalogue knows.
struct RunGoingOn {
    std::uint32_t number = 0;                            // 0: none
    std::shared_ptr<const wire::RunDescription> so_far;  // with its ledger; empty: not known
};

class RunList {  // one thread at a time; opens the catalogue, read-only, for each question
  public:
    static constexpr std::size_t max_limit = 200;
    static constexpr std::size_t looked_at = 5000;  // runs, for one question

    // `exports_dir`: where online writes each run's spectra, <checkpoint_dir>. `reprocessed_dir` may be
    // empty.
    RunList(std::string runs_dir, std::string exports_dir, std::string reprocessed_dir)
        : runs_dir_(std::move(runs_dir)),
          exports_dir_(std::move(exports_dir)),
          reprocessed_dir_(std::move(reprocessed_dir)) {}

    // {"runs": […], "more": the number to ask before for the next ones, or null}. `desk` may be null: then
    // without quality and notes. Errors:
    // IO, CORRUPT; without a catalogue the list is empty.
    proto::Result<boost::json::object> page(const RunQuery& query, Database* desk,
                                            const RunGoingOn& going_on) const;
    // One run, in the same form, with its whole quality, sideband and notes. Errors: NOT_FOUND …
    proto::Result<boost::json::object> run(std::uint32_t number, Database* desk,
                                           const RunGoingOn& going_on) const;
    proto::Result<std::string> config(
        std::uint32_t number) const;  // its effective configuration, text format

  private:
    boost::json::object row(const wire::RunDescription& run, const RunGoingOn& going_on) const;

    std::string runs_dir_;
    std::string exports_dir_;
    std::string reprocessed_dir_;
};

// What an API tells of a run's quality, sideband and notes.
boost::json::object judgement_json(const std::vector<QualityRow>& quality,
                                   const std::vector<SidebandRow>& sideband,
                                   const std::vector<RunNote>& notes);

}  // namespace spillgate::online
