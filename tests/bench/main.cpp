// What ./bench.sh runs.
#include <cstdio>
#include <set>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "tests/bench/bench.hpp"
#include "tests/bench/machine.hpp"
#include "tests/bench/report.hpp"

namespace {

using namespace spillgate;

std::set<std::string> known_names() {
    std::set<std::string> names;
    for (const auto& benchmark : bench::all_benchmarks())
        names.insert(benchmark.names.begin(), benchmark.names.end());
    return names;
}

void print_row(const bench::Row& row) {
    fmt::print(stderr, "{:<24} {:>10.4g} {:<6}", row.name, row.value, row.unit);
    if (row.reference) fmt::print(stderr, " {:>7.3g} of the reference", row.value / *row.reference);
    fmt::print(stderr, "  {}\n", row.conditions);
}

int execute(int argc, char** argv) {
    CLI::App app(
        "Measures spillgate's speed; see docs/performance.md.\nExample: ./bench.sh pmt_full_chain --json");
    std::vector<std::string> wanted;
    bool json = false;
    std::string table = SPILLGATE_SOURCE_DIR "/docs/performance.md";
    bench::Options options{.programs = SPILLGATE_BIN_DIR,
                           .source_root = SPILLGATE_SOURCE_DIR,
                           .data = SPILLGATE_SOURCE_DIR "/../shared/data/coherent"};
    app.add_option("names", wanted, "what to measure; all if none is named")
        ->check(CLI::IsMember(known_names()));
    app.add_flag("--json", json, "print the rows as JSON on stdout");
    app.add_option("--table", table, "Markdown table to write")->capture_default_str();
    app.add_option("--seconds", options.seconds, "how long the latency benchmark takes data")
        ->capture_default_str()
        ->check(CLI::Range(1.0, 86400.0));
    app.add_option("--data", options.data, "folder of the published CsI data, which csi_… and fc_toys fit")
        ->capture_default_str();
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : 2;
    }

    fmt::print(stderr, "{}; {}\n", bench::machine(), bench::compiler());
    const std::set<std::string_view> chosen(wanted.begin(), wanted.end());
    std::vector<bench::Row> rows;
    bool failed = false;
    for (const auto& benchmark : bench::all_benchmarks()) {
        const auto is_chosen = [&](std::string_view name) { return chosen.empty() || chosen.contains(name); };
        if (std::none_of(benchmark.names.begin(), benchmark.names.end(), is_chosen)) continue;
        auto measured = benchmark.measure(options);
        if (!measured) {
            fmt::print(stderr, "{}: {}\n", benchmark.names.front(), measured.error().message);
            failed = true;
            continue;
        }
        for (auto& row : *measured) {
            if (!is_chosen(row.name)) continue;
            print_row(row);
            rows.push_back(std::move(row));
        }
    }
    if (json) fmt::print("{}\n", bench::to_json(rows));
    if (auto written = bench::write_table(table, rows); !written) {
        fmt::print(stderr, "{}\n", written.error().message);
        failed = true;
    }
    return failed ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return execute(argc, argv);
    } catch (const std::exception& unexpected) {
        std::fprintf(stderr, "spillgate_bench: %s\n", unexpected.what());
    } catch (...) {
        std::fputs("spillgate_bench: failed for an unknown reason\n", stderr);
    }
    return 1;
}
