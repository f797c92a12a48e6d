// Small foreign recordings made for tests, byte by byte, and what is needed to read the runs made of them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "offline/import/import.hpp"
#include "proto/spill_record.hpp"

namespace spillgate::offline::test {

using Bytes = std::vector<std::byte>;

void put_u16(Bytes& out, std::uint16_t value);
void put_u32(Bytes& out, std::uint32_t value);
void put_f64(Bytes& out, double value);
void overwrite_u32(Bytes& bytes, std::size_t at, std::uint32_t value);
void write_file(const std::string& path, const Bytes& bytes);

// One channel of a LLaMA file; format bits 3.
struct LlamaTestChannel {
    std::uint32_t fadc = 0, channel = 0;
    std::uint32_t raw_samples = 8, averaged_samples = 0, maw_length = 0;
    std::uint32_t start_index = 0, pretrigger = 0, average_mode = 0;
    std::uint32_t header_length() const { return averaged_samples > 0 ? 13 : 12; }
    std::uint32_t event_length() const {
        return header_length() + raw_samples / 2 + averaged_samples / 2 + maw_length;
    }
};
Bytes llama_header(const std::vector<LlamaTestChannel>& channels);
// Sample i of the event is (base + i) << 2; averaged sample i is base + i; MAW word i is 0x08000000 + i.
void put_llama_event(Bytes& out, const LlamaTestChannel& channel, std::uint64_t timestamp, std::uint16_t base,
                     bool pile_up = false);

// A WaveDump event with header; sample i is base + i.
void put_wavedump_event(Bytes& out, std::uint32_t channel, std::uint32_t counter, std::uint32_t tag,
                        std::uint32_t samples, std::uint16_t base);

// Imports one file with whatever format it has. Fails the test on an error.
ImportReport imported(const std::string& path, const std::string& runs_dir,
                      const ImportOptions& options = {});
// The run of a report, verified: fails the test if it is not valid. All records and verdicts in order.
struct Run {
    wire::RunDescription description;
    std::vector<proto::SpillRecord> records;
    std::vector<proto::Verdict> verdicts;
};
Run read_run(const ImportReport& report);
// Samples of a trace as numbers.
std::vector<int> samples_of(const proto::SpillRecord& record, const proto::Trace& trace);

// A recording beside the checkout (../shared/data/waveforms), empty with a printed SKIPPED line if it is not
// there.
std::string shared_waveform(const std::string& name);

}  // namespace spillgate::offline::test
