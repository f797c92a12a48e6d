// What the files of a run that nobody followed say of it.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "online/quality/run_quantities.hpp"

namespace spillgate::online {

struct RecordedReading {
    std::string runs_dir;                                // of all daemons of the run
    std::function<bool(std::string_view)> asks_for;      // a quantity of a run, by name
    std::function<bool(std::size_t bytes)> keeps_going;  // before each message, of so many bytes on disk
};

// As if the run had been followed: the ledger is the lead's, the spectra those of `spillgate-offline
// reprocess` by the run's own configuration, as sealed as that says. They are read only if one of their
// quantities is asked for. If any message that was recorded cannot be read there are none, and the account
// says why: nothing is told of a part. Errors: CLOSED (reading was not to go on), IO (it may go another
// time).
proto::Result<RunAccount> account_of_files(const wire::RunDescription& run, const RecordedReading& reading);

}  // namespace spillgate::online
