// What tests/truth/run.sh runs.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <set>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "tests/truth/comparison.hpp"
#include "tests/truth/detectors.hpp"
#include "tests/truth/report.hpp"

namespace {

using namespace spillgate;
bool within_bounds(const truth::DetectorReport& report) {
    bool good =
        std::any_of(report.rows.begin(), report.rows.end(), [](const auto& row) { return row.judged(); });
    if (!good) fmt::print(stderr, "{}: too few deposits to judge anything\n", report.name);
    for (const auto& row : report.rows) {
        if (row.good()) continue;
        fmt::print(stderr, "{}: {} of {} is outside of its bound\n", report.name, row.quantity, row.of);
        good = false;
    }
    return good;
}

struct Wanted {
    std::vector<std::string> names;  // none: all
    double seconds = 1200;           // ten minutes of each thread: one turn of the baseline's wander
    std::uint64_t seed = 1;
    unsigned threads = 2;
    std::string page;
};

bool compare_all(const Wanted& wanted) {
    bool good = true;
    std::vector<truth::DetectorReport> reports;
    for (const auto& detector : truth::all_detectors()) {
        const auto& names = wanted.names;
        if (!names.empty() && std::find(names.begin(), names.end(), detector.name) == names.end()) continue;
        auto report = truth::compare(detector, wanted.seconds, wanted.threads, wanted.seed);
        if (!report) {
            fmt::print(stderr, "{}: {}\n", detector.name, report.error().message);
            good = false;
            continue;
        }
        fmt::print("{}\n", truth::to_markdown(*report));
        std::fflush(stdout);
        good = within_bounds(*report) && good;
        reports.push_back(std::move(*report));
    }
    if (wanted.page.empty()) return good;
    if (auto written = truth::write_page(wanted.page, reports); !written) {
        fmt::print(stderr, "{}\n", written.error().message);
        return false;
    }
    return good;
}

int run(int argc, char** argv) {
    CLI::App app(
        "Compares simulated detectors, reconstructed, with what was deposited; see docs/detectors.md.\n"
        "Exit status 1 if a value is outside of its bound.\nExample: tests/truth/run.sh csi nai --seconds "
        "3600");
    std::set<std::string> known;
    for (const auto& detector : truth::all_detectors())
        known.emplace(detector.name);
    Wanted wanted;
    app.add_option("names", wanted.names, "detectors; all if none is named")->check(CLI::IsMember(known));
    app.add_option("--seconds", wanted.seconds, "simulated time of each")
        ->capture_default_str()
        ->check(CLI::Range(1.0, 1e6));
    app.add_option("--seed", wanted.seed, "of the first thread; the others count on")->capture_default_str();
    app.add_option("--threads", wanted.threads, "among which the time is divided")
        ->capture_default_str()
        ->check(CLI::Range(1, 256));
    app.add_option("--write", wanted.page, "Markdown page to write the tables to");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : 2;
    }

    return compare_all(wanted) ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& unexpected) {
        std::fputs(unexpected.what(), stderr);
        return 1;
    }
}
