// Bytes of foreign files, little-endian.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace spillgate::tests {

using Bytes = std::vector<std::byte>;

void put_u8(Bytes& out, std::uint8_t value);
void put_u16(Bytes& out, std::uint16_t value);
void put_u32(Bytes& out, std::uint32_t value);
void put_u64(Bytes& out, std::uint64_t value);
void put_f64(Bytes& out, double value);
void overwrite_u32(Bytes& bytes, std::size_t at, std::uint32_t value);

}  // namespace spillgate::tests
