// Compression of sample words for one block: delta, zigzag, byte shuffle, zstd level 1. Neighbouring samples
// differ little, so the high bytes of zigzagged differences are nearly all zero.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "proto/result.hpp"

namespace spillgate::proto {

// Keeps its memory from block to block; one per thread.
class SampleEncoder {
  public:
    SampleEncoder();
    ~SampleEncoder();
    // Whole 16-bit words. Empty if the result would not be smaller; valid until the next call.
    std::span<const std::byte> encode(std::span<const std::byte> words);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

class SampleDecoder {
  public:
    SampleDecoder();
    ~SampleDecoder();
    // Decodes to exactly `raw_bytes`, which the caller has bounded. Valid until the next call. Errors:
    // CORRUPT.
    Result<std::span<const std::byte>> decode(std::span<const std::byte> stored, std::size_t raw_bytes);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace spillgate::proto
