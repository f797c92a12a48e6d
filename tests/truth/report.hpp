// The comparison as a page: docs/detectors.md.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "proto/result.hpp"
#include "tests/truth/rows.hpp"

namespace spillgate::truth {

struct DetectorReport {
    std::string_view name;
    std::string_view title;
    double seconds = 0;  // simulated
    std::uint64_t slots = 0;
    std::vector<Row> rows;
};

// One detector's heading and Markdown table.
std::string to_markdown(const DetectorReport& report);
// The page: what it says of all, then each detector's table. A detector that is not among `reports` keeps its
// part of the page that is there. Errors: IO.
proto::Status write_page(const std::filesystem::path& path, const std::vector<DetectorReport>& reports);

}  // namespace spillgate::truth
