#include "tests/truth/report.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>

#include <fmt/format.h>

#include "tests/truth/detectors.hpp"

namespace spillgate::truth {

namespace {

constexpr std::string_view head =
    "# Detectors, reconstructed against truth\n"
    "\n"
    "Written by `tests/truth/run.sh`; a detector that was not measured again keeps its table. Each is "
    "simulated with its truth list\n"
    "([simulation.md](simulation.md)), gated and reconstructed by the engine, and its candidates are "
    "compared with what was\n"
    "deposited; the configurations are `tests/truth/*.txtpb`. A deposit counts if nothing else can be "
    "mistaken for it: no other\n"
    "deposit whose light or tail reaches into its measurement, all of that inside one roi, and no quality "
    "bit on the window.\n"
    "\n"
    "Middles are medians, except the bias of light, a mean; spreads are half the width of the central 68.3 "
    "%. A value outside of its\n"
    "bound makes the command fail; one of fewer than 40 deposits is shown and not judged. *Published* is "
    "what such a detector is\n"
    "known for: the simulation has PE statistics, Fano's factor and electronic noise, but none of a real "
    "detector's\n"
    "non-uniformities, so NaI[Tl] is not as wide here as its published 7 to 8 % FWHM at 662 keV.\n";

std::string bound_of(const Row& row) {
    if (row.least && row.most && *row.least == -*row.most) return fmt::format("± {:.3g}", *row.most);
    if (row.least && row.most) return fmt::format("{:.3g} to {:.3g}", *row.least, *row.most);
    if (row.least) return fmt::format("≥ {:.3g}", *row.least);
    if (row.most) return fmt::format("≤ {:.3g}", *row.most);
    return "–";
}

std::string verdict_of(const Row& row) {
    if (!row.least && !row.most) return "–";
    return !row.judged() ? "too few" : row.good() ? "yes" : "**no**";
}

// The parts of a page that write_page wrote, by their headings.
std::map<std::string, std::string> parts_of(const std::filesystem::path& path) {
    std::map<std::string, std::string> parts;
    std::ifstream in(path);
    std::string* part = nullptr;
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with("## ")) part = &parts[line.substr(3)];
        if (part != nullptr) *part += line + '\n';
    }
    return parts;
}

}  // namespace

std::string to_markdown(const DetectorReport& report) {
    std::string text = fmt::format(
        "## {}\n\n{:g} s simulated, {} slots.\n\n"
        "| quantity | of | deposits | measured | bound | within | published |\n"
        "| --- | --- | --- | --- | --- | --- | --- |\n",
        report.title, report.seconds, report.slots);
    for (const Row& row : report.rows)
        text += fmt::format("| {} | {} | {} | {:.3g}{}{} | {} | {} | {} |\n", row.quantity, row.of, row.n,
                            row.value, row.unit.empty() ? "" : " ", row.unit, bound_of(row), verdict_of(row),
                            row.published.empty() ? "–" : row.published);
    return text;
}

proto::Status write_page(const std::filesystem::path& path, const std::vector<DetectorReport>& reports) {
    auto parts = parts_of(path);
    for (const auto& report : reports)
        parts[std::string(report.title)] = to_markdown(report);
    std::ofstream out(path, std::ios::trunc);
    out << head;
    for (const auto& detector : all_detectors()) {
        const auto part = parts.find(std::string(detector.title));
        if (part == parts.end()) continue;
        std::string text = part->second;
        text.erase(text.find_last_not_of('\n') + 1);
        out << '\n' << text << '\n';
    }
    out.close();
    if (!out)
        return proto::error(proto::ErrorKind::IO,
                            fmt::format("cannot write {}: {}", path.string(), std::strerror(errno)), errno);
    return {};
}

}  // namespace spillgate::truth
