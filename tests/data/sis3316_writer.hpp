// Writes SIS3316 events (Struck, standard firmware), and the recordings that consist of them: LLaMA-DAQ files
// and NGM files. docs/import.md.
#pragma once

#include <array>

#include "tests/data/byte_writer.hpp"

namespace spillgate::tests {

// Header word i after the timestamp is 100 + i. Raw sample i is (base + i) << shift; averaged sample i is
// base + i; MAW word i is 0x08000000 + i.
struct Sis3316TestEvent {
    std::uint32_t id = 0;
    std::uint64_t timestamp = 0;
    std::uint16_t base = 0;
    std::uint32_t format_bits = 3;
    std::uint32_t raw_samples = 8, averaged_samples = 0, maw_words = 0;
    int shift = 0;
    bool pile_up = false;
    bool overflow = false;

    std::uint32_t header_words() const;
    std::uint32_t words() const {
        return header_words() + raw_samples / 2 + averaged_samples / 2 + maw_words;
    }
};
void put_sis3316_event(Bytes& out, const Sis3316TestEvent& event);

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
// Samples as those of a 14-bit module: shifted by 2.
void put_llama_event(Bytes& out, const LlamaTestChannel& channel, std::uint64_t timestamp, std::uint16_t base,
                     bool pile_up = false);

// What one module has in one readout of an NGM file. Ids are written over those of the events; counter k of
// channel c is 1000 c + k.
struct NgmTestModule {
    std::uint32_t number = 0;
    std::array<std::vector<Sis3316TestEvent>, 16> channels{};
};
Bytes ngm_header();
// Where each event ends is appended to event_ends.
void put_ngm_readout(Bytes& out, const std::vector<NgmTestModule>& modules,
                     std::vector<std::size_t>& event_ends);
void put_ngm_end(Bytes& out);

}  // namespace spillgate::tests
