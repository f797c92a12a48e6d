// The header of a LLaMA-DAQ file: what it says of each channel's events.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "offline/import/input_bytes.hpp"

namespace spillgate::offline {

// Lengths in 32-bit words unless named otherwise.
struct LlamaChannel {
    std::uint32_t fadc = 0;
    std::uint32_t channel = 0;
    double frequency_mhz = 0;
    std::uint32_t format_bits = 0;
    std::uint32_t start_index = 0;  // of the raw samples in the trigger's gate window
    std::uint32_t pretrigger = 0;   // samples of the gate window before the trigger
    std::uint32_t average_pretrigger = 0;
    std::uint32_t average_mode = 0;  // 0: none; m: 2^(m+1) samples make one
    std::uint32_t raw_samples = 0;
    std::uint32_t averaged_samples = 0;
    std::uint32_t maw_length = 0;
    std::uint32_t event_length = 0;
    std::uint32_t header_length = 0;  // words before the raw samples

    // As it stands in the first word of each event [?]: 16 channels to a module.
    std::uint32_t id() const { return fadc << 4 | channel; }
    // Samples of the module's clock that make one averaged sample; 1 without averaging.
    std::uint32_t average_ticks() const { return average_mode == 0 ? 1u : 1u << (average_mode + 1); }
};

struct LlamaHeader {
    std::uint32_t bytes = 0;                 // of the whole header: where the first event lies
    std::array<std::uint16_t, 3> version{};  // major, minor, patch
    std::vector<LlamaChannel> channels;
};

// Errors: TRUNCATED, CORRUPT (magic, lengths that contradict each other, a channel twice), UNSUPPORTED
// (version, several sampling frequencies).
proto::Result<LlamaHeader> read_llama_header(const InputBytes& file);

}  // namespace spillgate::offline
