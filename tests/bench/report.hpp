// Rows → JSON for programs, and the table of docs/performance.md for people.
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "proto/result.hpp"
#include "tests/bench/bench.hpp"

namespace spillgate::bench {

// {"rows": [{"name", "value", "unit", "reference", "ratio", "conditions"}]}; reference and ratio are null
// where a row has none.
std::string to_json(std::span<const Row> rows);

// Writes the table, keeping the lines of rows that were not measured this time. Errors: IO.
proto::Status write_table(const std::filesystem::path& path, std::span<const Row> rows);

}  // namespace spillgate::bench
