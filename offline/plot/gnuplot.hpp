// Runs gnuplot as a program of its own: the script on its standard input, the picture from its standard
// output.
#pragma once

#include <string>
#include <string_view>

#include "proto/result.hpp"

namespace spillgate::offline::plot {

// Returns the picture's bytes. No shell, no start-up files of the user's, no files but in memory. Errors:
// NOT_FOUND (there is no such program; the message names its Debian package), IO (it failed, with what it
// said).
proto::Result<std::string> run_gnuplot(std::string_view script, const std::string& program = "gnuplot");

}  // namespace spillgate::offline::plot
