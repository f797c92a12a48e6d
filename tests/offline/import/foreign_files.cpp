#include "tests/offline/import/foreign_files.hpp"

#include <bit>
#include <filesystem>
#include <fstream>
#include <iostream>

#include <catch2/catch.hpp>

#include "proto/run_file/run_reader.hpp"
#include "proto/wire.hpp"

namespace spillgate::offline::test {

namespace {

void put(Bytes& out, std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i)
        out.push_back(static_cast<std::byte>(value >> (8 * i) & 0xFFu));
}

}  // namespace

void put_u16(Bytes& out, std::uint16_t value) {
    put(out, value, 2);
}
void put_u32(Bytes& out, std::uint32_t value) {
    put(out, value, 4);
}
void put_f64(Bytes& out, double value) {
    put(out, std::bit_cast<std::uint64_t>(value), 8);
}

void overwrite_u32(Bytes& bytes, std::size_t at, std::uint32_t value) {
    for (std::size_t i = 0; i < 4; ++i)
        bytes.at(at + i) = static_cast<std::byte>(value >> (8 * i) & 0xFFu);
}

void write_file(const std::string& path, const Bytes& bytes) {
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    REQUIRE(file.good());
}

Bytes llama_header(const std::vector<LlamaTestChannel>& channels) {
    Bytes out;
    put_u32(out, 0x4972414C);
    for (const int version_part : {0, 0, 2})
        put_u16(out, static_cast<std::uint16_t>(version_part));
    put_u16(out, 88);
    put_u32(out, static_cast<std::uint32_t>(channels.size()));
    for (const auto& c : channels) {
        for (const auto word : {c.fadc, c.channel, 7u, 8191u})
            put_u32(out, word);
        put_f64(out, 250);
        put_f64(out, 1.25e-4);
        for (const auto word :
             {3u, c.start_index, c.pretrigger, 0u, c.average_mode, c.raw_samples, c.averaged_samples,
              c.maw_length, c.event_length(), c.header_length(), 2u, 9u, 11u, 11u})
            put_u32(out, word);
    }
    return out;
}

void put_llama_event(Bytes& out, const LlamaTestChannel& c, std::uint64_t timestamp, std::uint16_t base,
                     bool pile_up) {
    put_u32(out, static_cast<std::uint32_t>(timestamp >> 32 << 16) | (c.fadc << 4 | c.channel) << 4 | 3u);
    put_u32(out, static_cast<std::uint32_t>(timestamp));
    for (std::uint32_t i = 0; i < 9; ++i)
        put_u32(out, 100 + i);
    put_u32(out, (c.averaged_samples > 0 ? 0xAu : 0xEu) << 28 | (c.maw_length > 0 ? 1u << 27 : 0u) |
                     (pile_up ? 1u << 26 : 0u) | c.raw_samples / 2);
    if (c.averaged_samples > 0) put_u32(out, 0xE0000000u | c.averaged_samples / 2);
    for (std::uint32_t i = 0; i < c.raw_samples; ++i)
        put_u16(out, static_cast<std::uint16_t>((base + i) << 2));
    for (std::uint32_t i = 0; i < c.averaged_samples; ++i)
        put_u16(out, static_cast<std::uint16_t>(base + i));
    for (std::uint32_t i = 0; i < c.maw_length; ++i)
        put_u32(out, 0x08000000u + i);
}

void put_wavedump_event(Bytes& out, std::uint32_t channel, std::uint32_t counter, std::uint32_t tag,
                        std::uint32_t samples, std::uint16_t base) {
    for (const auto word : {24 + 2 * samples, 31u, 0x60000u, channel, counter, tag})
        put_u32(out, word);
    for (std::uint32_t i = 0; i < samples; ++i)
        put_u16(out, static_cast<std::uint16_t>(base + i));
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
