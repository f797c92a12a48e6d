#include "tests/data/byte_writer.hpp"

#include <bit>

namespace spillgate::tests {

namespace {

void put(Bytes& out, std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i)
        out.push_back(static_cast<std::byte>(value >> (8 * i) & 0xFFu));
}

}  // namespace

void put_u8(Bytes& out, std::uint8_t value) {
    put(out, value, 1);
}
void put_u16(Bytes& out, std::uint16_t value) {
    put(out, value, 2);
}
void put_u32(Bytes& out, std::uint32_t value) {
    put(out, value, 4);
}
void put_u64(Bytes& out, std::uint64_t value) {
    put(out, value, 8);
}
void put_f64(Bytes& out, double value) {
    put(out, std::bit_cast<std::uint64_t>(value), 8);
}

void overwrite_u32(Bytes& bytes, std::size_t at, std::uint32_t value) {
    for (std::size_t i = 0; i < 4; ++i)
        bytes.at(at + i) = static_cast<std::byte>(value >> (8 * i) & 0xFFu);
}

}  // namespace spillgate::tests
