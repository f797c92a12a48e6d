#include "hw/beam/adara/adara_packets.hpp"

#include <algorithm>

namespace spillgate::hw::beam::adara {

namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::uint32_t ring_period_frame = 4;
constexpr std::uint32_t ring_period_ps = 945'000;  // of an emulated ring: 1 GeV
constexpr std::uint32_t newest_version = 1;

std::uint32_t word(std::span<const std::byte> bytes, std::size_t i) {
    std::uint32_t value = 0;
    for (std::size_t b = 4; b-- > 0;)
        value = value << 8 | std::to_integer<std::uint32_t>(bytes[4 * i + b]);
    return value;
}

void set_word(std::span<std::byte> bytes, std::size_t i, std::uint32_t value) {
    for (std::size_t b = 0; b < 4; ++b)
        bytes[4 * i + b] = static_cast<std::byte>(value >> (8 * b) & 0xff);
}

void set_header(std::span<std::byte> bytes, std::uint32_t length, std::uint32_t type, std::uint32_t version,
                std::int64_t utc_ns) {
    set_word(bytes, 0, length);
    set_word(bytes, 1, type << 8 | version);
    set_word(bytes, 2, static_cast<std::uint32_t>(utc_ns / second_ns - epoch_s));
    set_word(bytes, 3, static_cast<std::uint32_t>(utc_ns % second_ns));
}

}  // namespace

RtdlPacket encode(const Rtdl& rtdl) {
    RtdlPacket packet{};
    set_header(packet, rtdl_bytes, rtdl_type, newest_version, rtdl.pulse_utc_ns);
    set_word(packet, 4, (rtdl.charge & largest_charge) | (rtdl.flavour & 7) << 24);
    set_word(packet, 5,
             (rtdl.cycle & 0x3ff) | (rtdl.veto & 0xfff) << 10 | (rtdl.bad_cycle ? 1u << 30 : 0) |
                 (rtdl.bad_veto ? 1u << 31 : 0));
    set_word(packet, 8, ring_period_frame << 24 | ring_period_ps);
    return packet;
}

std::array<std::byte, header_bytes + 4> client_hello(std::int64_t utc_ns) {
    std::array<std::byte, header_bytes + 4> packet{};
    set_header(packet, 4, client_hello_type, 0, utc_ns);
    return packet;  // start time 0: from now on
}

void Decoder::restart() {
    *this = {};
}

bool Decoder::fill(std::span<const std::byte>& bytes, std::size_t wanted) {
    const std::size_t count = std::min(wanted - filled_, bytes.size());
    std::copy_n(bytes.begin(), count, packet_.begin() + static_cast<std::ptrdiff_t>(filled_));
    filled_ += count;
    bytes = bytes.subspan(count);
    return filled_ == wanted;
}

Decoder::Found Decoder::next(std::span<const std::byte>& bytes, Rtdl& rtdl) {
    if (lost_) return Found::LOST;
    if (skip_ > 0) {
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(skip_, bytes.size()));
        bytes = bytes.subspan(count);
        skip_ -= count;
        if (skip_ > 0) return Found::NOTHING;
    }
    if (!in_rtdl_) {
        if (!fill(bytes, header_bytes)) return Found::NOTHING;
        const Found found = begin_payload();
        if (found != Found::RTDL) return found;
    }
    if (!fill(bytes, header_bytes + rtdl_bytes)) return Found::NOTHING;
    in_rtdl_ = false;
    filled_ = 0;
    // Newer versions may say more than we know.
    skip_ = word(packet_, 0) - rtdl_bytes;
    return decode(rtdl);
}

Decoder::Found Decoder::begin_payload() {
    const std::uint32_t length = word(packet_, 0);
    const std::uint32_t type = word(packet_, 1) >> 8;
    const std::uint32_t version = word(packet_, 1) & 0xff;
    if (length > longest_payload || length % 4 != 0) {
        lost_ = true;
        return Found::LOST;
    }
    const bool fits = version <= newest_version ? length == rtdl_bytes : length >= rtdl_bytes;
    if (type == rtdl_type && fits) {
        in_rtdl_ = true;
        return Found::RTDL;
    }
    filled_ = 0;
    skip_ = length;
    return type == rtdl_type ? Found::CORRUPT_RTDL : Found::OTHER;
}

Decoder::Found Decoder::decode(Rtdl& rtdl) const {
    if (word(packet_, 3) >= second_ns || word(packet_, 8) >> 24 != ring_period_frame)
        return Found::CORRUPT_RTDL;
    const std::uint32_t pulse = word(packet_, 4);
    const std::uint32_t state = word(packet_, 5);
    rtdl.pulse_utc_ns = (word(packet_, 2) + epoch_s) * second_ns + word(packet_, 3);
    rtdl.charge = pulse & largest_charge;
    rtdl.flavour = pulse >> 24 & 7;
    rtdl.cycle = state & 0x3ff;
    rtdl.veto = state >> 10 & 0xfff;
    rtdl.bad_cycle = (state >> 30 & 1) != 0;
    rtdl.bad_veto = state >> 31 != 0;
    return Found::RTDL;
}

}  // namespace spillgate::hw::beam::adara
