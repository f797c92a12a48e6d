// What a person asks to be flagged, checked against the runs that there are.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "offline/exposure/good_run_log.hpp"
#include "online/http/exchange.hpp"

namespace spillgate::online {

// Against what a request is read.
struct GoodRunPlace {
    std::string runs_dir;
    std::uint32_t going_on = 0;  // the run that has not ended; 0: none
    std::int64_t utc_ns = 0;     // now
};

// From {"replaces", "note", "flags": [{"good", "first_run", "last_run", "first_slot", "last_slot",
// "begin_utc_s", "end_utc_s", "reason"}]}, signed by whoever asks. A flag by UTC becomes one for each stretch
// of runs and slots that lies in it (runs_by_utc.hpp), with the range before its reason. Errors: CONFIG;
// REFUSED (no slot lies in a range); those of stretches_in.
proto::Result<offline::GoodRunSigning> signing_of(const Request& request, const GoodRunPlace& place);

// Of GET …?begin_utc_s=&end_utc_s=&first_run=&last_run=: what a flag of this would be of. Errors: as above.
proto::Result<std::vector<offline::Stretch>> stretches_asked(const Request& request,
                                                             const GoodRunPlace& place);

// Whether all that is flagged has been taken. Errors: CONFIG (no such run or slots); REFUSED (good before it
// is over); those of the catalogue.
proto::Status check_runs(const offline::GoodRunSigning& signing, const GoodRunPlace& place);

}  // namespace spillgate::online
