// The newest whole line of a CSV file that another program appends to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/result.hpp"

namespace spillgate::daq {

struct CsvRow {
    std::vector<std::string> columns;  // their names, from the file's first line
    std::vector<std::string> fields;
    std::int64_t utc_ns = 0;  // the file's modification time
};

// Fields are separated by commas, and may stand in double quotes; blanks around them do not count. The file
// is opened anew each time, so it may be replaced or cut short (rotated). One that goes on without its first
// line after it was cut keeps the columns that it had.
class CsvFile {
  public:
    explicit CsvFile(std::string path) : path_(std::move(path)) {}

    // Reads at most the first and the last 64 KiB. A line without its end is not there yet. Errors: NOT_FOUND
    // (no file, or no line below the names), IO, CORRUPT (a line of more than 64 KiB).
    proto::Result<CsvRow> newest();
    const std::string& path() const { return path_; }

  private:
    std::string path_;
    std::vector<std::string> columns_;  // as they were last read
};

// A decimal number, all of the text. Absent if it is none, or not finite.
std::optional<double> number_of(std::string_view text);

}  // namespace spillgate::daq
