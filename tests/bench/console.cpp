// What the console costs and how late it is, measured in a browser by tests/e2e/bench_console.mjs.
#include <algorithm>
#include <filesystem>
#include <fstream>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "tests/bench/bench.hpp"
#include "tests/bench/nominal_load.hpp"
#include "tests/bench/program.hpp"
#include "tests/bench/temporary_folder.hpp"

namespace spillgate::bench {

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr double snapshot_hz = 10;
constexpr double cost_seconds = 60;
constexpr double latency_seconds = 300;
constexpr std::chrono::minutes patience{60};

proto::Result<std::vector<Row>> rows_of(const fs::path& file) {
    std::ifstream in(file);
    const std::string text((std::istreambuf_iterator<char>(in)), {});
    boost::system::error_code failed;
    const auto value = json::parse(text, failed);
    const auto* rows = failed || !value.is_object() ? nullptr : value.get_object().if_contains("rows");
    if (rows == nullptr || !rows->is_array())
        return proto::error(proto::ErrorKind::CORRUPT, fmt::format("no rows in '{}'", text.substr(0, 200)));
    std::vector<Row> measured;
    for (const auto& row : rows->get_array()) {
        Row& next = measured.emplace_back(
            Row{row.at("name").as_string().c_str(), row.at("value").to_number<double>(),
                row.at("unit").as_string().c_str(), std::nullopt, row.at("conditions").as_string().c_str()});
        const auto* reference = row.as_object().if_contains("reference");
        if (reference != nullptr && !reference->is_null()) next.reference = reference->to_number<double>();
    }
    return measured;
}

// `what`: a row of bench_console.mjs. Errors: what that says; IO, TIMED_OUT, CORRUPT.
proto::Result<std::vector<Row>> measure_console(const Options& options, const std::string& what,
                                                double seconds) {
    auto folder = TemporaryFolder::create(fs::temp_directory_path());
    if (!folder) return folder.error();
    const fs::path config = folder->path() / "nominal.txtpb";
    const fs::path out = folder->path() / "rows.json";
    std::ofstream(config) << nominal_console_config(snapshot_hz);
    auto script = Program::start("/usr/bin/env",
                                 {"node", (options.source_root / "tests/e2e/bench_console.mjs").string(),
                                  what, "--config", config.string(), "--bin", options.programs.string(),
                                  "--packages", (options.programs.parent_path() / "tests/e2e").string(),
                                  "--out", out.string(), "--seconds", fmt::format("{:.0f}", seconds)},
                                 folder->path() / "log");
    if (!script) return script.error();
    if (auto ended = script->wait(patience); !ended) return ended.error();
    return rows_of(out);
}

}  // namespace

proto::Result<std::vector<Row>> console_browser(const Options& options) {
    return measure_console(options, "browser", std::min(options.seconds, cost_seconds));
}

proto::Result<std::vector<Row>> console_latency(const Options& options) {
    return measure_console(options, "latency", std::min(options.seconds, latency_seconds));
}

proto::Result<std::vector<Row>> console_extra_client(const Options& options) {
    return measure_console(options, "extra_client", std::min(options.seconds, cost_seconds));
}

proto::Result<std::vector<Row>> console_heap(const Options& options) {
    return measure_console(options, "heap", cost_seconds);
}

proto::Result<std::vector<Row>> console_hostile(const Options& options) {
    return measure_console(options, "hostile", std::min(options.seconds, cost_seconds));
}

}  // namespace spillgate::bench
