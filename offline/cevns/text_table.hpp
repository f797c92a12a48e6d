// Tables of numbers in text: what fluxes, pulses and efficiencies are published as.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proto/result.hpp"

namespace spillgate::offline::cevns {

// By column; every column has the same number of rows.
struct TextTable {
    std::vector<std::vector<double>> columns;
    std::size_t rows() const { return columns.empty() ? 0 : columns.front().size(); }
};

// Columns are separated by commas, blanks or tabs. Lines that begin with '#', empty ones, and headings (that
// begin with a letter, above the first row) are left out;
// columns beyond `columns` are ignored. `name` is for messages. Errors: CORRUPT, with the line, for what is
// not a finite number or is missing, and if there is no row at all.
proto::Result<TextTable> parse_text_table(std::string_view text, std::size_t columns, std::string_view name);
// The same from a file. Errors: those, NOT_FOUND, IO; UNSUPPORTED above 256 MiB.
proto::Result<TextTable> read_text_table(const std::string& path, std::size_t columns);

}  // namespace spillgate::offline::cevns
