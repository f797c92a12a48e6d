#include "tests/offline/import/foreign_files.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>

#include <catch2/catch.hpp>

#include "proto/run_file/run_reader.hpp"
#include "proto/wire.hpp"

namespace spillgate::offline::test {

void write_file(const std::string& path, const Bytes& bytes) {
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    REQUIRE(file.good());
}

ImportReport imported(const std::string& path, const std::string& runs_dir, const ImportOptions& options) {
    auto report = import_files(std::nullopt, {path}, runs_dir, options);
    if (!report) FAIL(report.error().message);
    return *report;
}

Run read_run(const ImportReport& report) {
    const auto verification = proto::verify_run(report.directory);
    if (!verification) FAIL(verification.error().message);
    for (const auto& damage : verification->damage)
        FAIL(damage.error.message);
    CHECK(verification->valid());
    Run run;
    const auto reader = proto::RunReader::open(report.directory);
    REQUIRE(reader.has_value());
    run.description = reader->description();
    const auto damage = reader->for_each([&](const proto::BlockView& block) {
        if (block.topic == proto::Topic::SPILL) {
            REQUIRE(proto::decode_spill(block.header, block.samples, run.records.emplace_back()).has_value());
        } else {
            run.verdicts.push_back(proto::decode_verdict(block.header).value());
        }
        return true;
    });
    REQUIRE(damage.has_value());
    CHECK(run.records.size() == report.slots);
    CHECK(run.verdicts.size() == report.slots);
    CHECK(run.description.ledger().slots() == report.slots);
    return run;
}

std::vector<int> samples_of(const proto::SpillRecord& record, const proto::Trace& trace) {
    std::vector<int> samples;
    for (const auto word : record.samples_of(trace))
        samples.push_back(trace.encoding.is_signed ? static_cast<std::int16_t>(word) : word);
    return samples;
}

std::string shared_waveform(const std::string& name) {
    const auto path =
        std::filesystem::path(SPILLGATE_SOURCE_DIR) / ".." / "shared" / "data" / "waveforms" / name;
    if (std::filesystem::exists(path)) return path.string();
    std::cout << "SKIPPED: " << name << " is not there (../shared/data/waveforms)\n";
    return {};
}

}  // namespace spillgate::offline::test
