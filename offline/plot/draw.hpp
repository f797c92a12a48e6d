// Figures into picture files.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "offline/plot/figure.hpp"
#include "offline/plot/gnuplot_script.hpp"
#include "proto/result.hpp"

namespace spillgate::offline::plot {

// By the file's extension, .png, .svg or .pdf. Errors: CONFIG.
proto::Result<Medium> medium_of(const std::string& path);

struct Drawing {
    std::vector<std::string> out;  // files to write; replaced if they exist
    PageSize size;
    std::string program = "gnuplot";
};

// Writes every page into each file: a PDF holds all of them; of several pages in PNG or SVG each becomes a
// file of its own, NAME-1.png, NAME-2.png … Equal figures give equal bytes. Returns the files written.
// Errors: CONFIG (an extension), NOT_FOUND (gnuplot), IO, DISK_FULL.
proto::Result<std::vector<std::string>> draw(std::span<const Figure> pages, const Drawing& drawing);

}  // namespace spillgate::offline::plot
