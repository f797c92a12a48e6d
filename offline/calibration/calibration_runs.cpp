#include "offline/calibration/calibration_runs.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>

#include <fmt/format.h>

#include "offline/blinding/sealed_record.hpp"
#include "offline/blinding/shown.hpp"
#include "proto/wire.hpp"

namespace spillgate::offline {

proto::Result<CalibrationRuns> CalibrationRuns::open(const std::vector<std::string>& directories) {
    if (directories.empty()) return proto::error(proto::ErrorKind::CONFIG, "no run to calibrate from");
    CalibrationRuns out;
    for (const auto& directory : directories) {
        auto run = proto::RunReader::open(directory);
        if (!run) return run.error();
        if (!out.runs.empty() &&
            run->description().config_sha256() != out.runs.front().description().config_sha256())
            return proto::error(
                proto::ErrorKind::CONFIG,
                fmt::format("{} was taken with another config than {}", directory, directories[0]));
        out.runs.push_back(std::move(*run));
    }
    auto config = proto::parse_config(out.runs.front().description().effective_config(),
                                      directories.front() + "/run.txtpb");
    if (!config) return config.error();
    out.config = std::move(*config);
    return out;
}

proto::Result<std::string> CalibrationRuns::chain(const std::string& given,
                                                  std::initializer_list<config::Chain::KindCase> kinds,
                                                  std::string_view kind_name) const {
    if (!given.empty()) return given;
    std::string found;
    for (const auto& candidate : config.config.chain()) {
        if (std::ranges::find(kinds, candidate.kind_case()) == kinds.end()) continue;
        if (!found.empty())
            return proto::error(proto::ErrorKind::CONFIG,
                                fmt::format("the config has the {} chains '{}' and '{}'; name one", kind_name,
                                            found, candidate.name()));
        found = candidate.name();
    }
    if (found.empty())
        return proto::error(proto::ErrorKind::CONFIG, fmt::format("the config has no {} chain", kind_name));
    return found;
}

proto::Status CalibrationRuns::for_each_record(
    const std::function<void(const proto::SpillRecord&)>& visit) const {
    proto::SpillRecord record;
    for (const auto& run : runs) {
        const std::uint32_t number = run.description().number();
        const bool sealed =
            run.description().blinded() && !key_of({&number, 1}, runs_dir_of(run.directory())).unsealing;
        const auto damage = run.for_each([&](const proto::BlockView& block) {
            if (block.topic == proto::Topic::SPILL &&
                proto::decode_spill(block.header, block.samples, record)) {
                if (sealed) seal_record(record, nullptr, config.config);
                visit(record);
            }
            return true;
        });
        if (!damage) return damage.error();
    }
    return {};
}

proto::Result<std::vector<std::int64_t>> utc_labels_of(const proto::RunReader& run) {
    std::vector<std::int64_t> labels;
    wire::SpillHeader header;
    const auto damage = run.for_each([&](const proto::BlockView& block) {
        if (block.topic == proto::Topic::SPILL &&
            header.ParseFromArray(block.header.data(), static_cast<int>(block.header.size())))
            labels.push_back(header.utc_ns());
        return true;
    });
    if (!damage) return damage.error();
    std::ranges::sort(labels);
    return labels;
}

proto::Result<std::int64_t> parse_utc(const std::string& text) {
    std::tm time{};
    const char* end = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &time);
    if (end == nullptr || (*end != '\0' && std::string_view(end) != "Z"))
        return proto::error(proto::ErrorKind::CONFIG,
                            fmt::format("'{}' is not a time in UTC; allowed: as 2026-11-27T22:20:22", text));
    return static_cast<std::int64_t>(timegm(&time)) * 1'000'000'000;
}

}  // namespace spillgate::offline
