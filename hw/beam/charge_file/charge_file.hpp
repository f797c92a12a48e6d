// Charges from a CSV file, in the order of cycles.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hw/beam/feed.hpp"

namespace spillgate::hw::beam {

// The first line names the columns, in any order: `cycle_id` or `utc_ns` (or both), `charge_pc`, and, if
// wanted, `flavour` (absent: 1) and `veto` (0 or 1; absent: 0). Lines that begin with # and empty lines say
// nothing. Numbers are whole, in decimal. Errors: CONFIG, "NAME:LINE: what was found and what is allowed".
proto::Result<std::vector<Report>> parse_charges(std::string_view text, const std::string& name);

// The whole file is read at the start; its reports have no arrival, so they are matched by cycle id, or by
// `utc_ns` and the host's clock. Errors: those of parse_charges(); NOT_FOUND, IO.
proto::Result<std::unique_ptr<Feed>> make_file_feed(const std::string& path);

}  // namespace spillgate::hw::beam
