// What is judged of and noted to runs, in the desk database: quality, sideband, notes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "online/keeper/database.hpp"
#include "online/snapshot.hpp"

namespace spillgate::online {

struct QualityRow {
    std::uint32_t run = 0;
    std::string quantity;
    std::optional<double> value;       // absent: not known
    std::string band;                  // in words: "8 to 12 Hz"
    std::string verdict;               // "good", "doubtful", "bad", "unknown"
    std::string reason;                // of all but a good one
    std::string console_sha256;        // of the configuration that it was judged by
    std::optional<double> error = {};  // of the value, 1σ; absent: it has none, or none is known
    std::string unit = {};             // of value and error; empty: a fraction or a number of things
};

// How much of a run was known when it was judged.
enum class JudgedBy {
    A_PART = 0,  // more may be known later
    THE_WHOLE = 1,
    ALL_THERE_IS = 2,  // a part, and its files have no more
};

// C outside the box against α · AC outside the box, of one spectrum.
struct SidebandRow {
    std::uint32_t run = 0;
    std::string spectrum;
    std::uint64_t c = 0;
    std::uint64_t ac = 0;
    std::optional<double> alpha;
    std::optional<double> ratio;
    std::optional<double> sigma;  // of the ratio
};

std::vector<SidebandRow> sideband_rows(std::uint32_t run, const offline::Spectra* spectra);  // null: none

struct RunNote {
    std::uint32_t run = 0;
    std::int64_t utc_ns = 0;
    std::string person;
    std::string text;
};

class RunRecords {  // one thread at a time; the database must outlive it
  public:
    explicit RunRecords(Database& desk) : desk_(&desk) {}

    // Replaces all that was judged of the run. Errors: DISK_FULL, IO …
    proto::Status judge(std::uint32_t run, const std::vector<QualityRow>& rows, JudgedBy account);
    proto::Result<std::optional<JudgedBy>> judged_by(std::uint32_t run);  // absent: it was not judged
    proto::Result<std::optional<std::uint32_t>> first_judged();           // absent: none was
    // Whoever looks for runs that nobody has judged begins behind this one; absent: nobody has looked yet.
    proto::Result<std::optional<std::uint32_t>> looked_through();
    proto::Status look_through(std::uint32_t run);
    proto::Status keep(const std::vector<SidebandRow>& rows);
    proto::Status add(const RunNote& note);  // CONFIG: empty, or longer than 4096 bytes

    // Of the runs first … last, by run; notes by time.
    proto::Result<std::vector<QualityRow>> quality(std::uint32_t first_run, std::uint32_t last_run);
    proto::Result<std::vector<SidebandRow>> sideband(std::uint32_t first_run, std::uint32_t last_run);
    proto::Result<std::vector<RunNote>> notes(std::uint32_t first_run, std::uint32_t last_run);

  private:
    Database* desk_;
};

}  // namespace spillgate::online
