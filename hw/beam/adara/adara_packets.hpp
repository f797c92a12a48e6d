// The part of the ADARA stream that concerns us: RTDL packets, one for each pulse of the SNS.
//
// Layout (public sources: ADARA-Neutrons/adara common/ADARA.h and ADARAPackets.h; mantidproject/mantid
// Framework/LiveData/inc/MantidLiveData/ADARA): everything is in 32-bit little-endian words. A packet begins
// with four: length of what follows in bytes, type << 8 | version, seconds since 1990-01-01 UTC, ns: the time
// of the pulse, which is its identity. An RTDL packet (type 0x0001) has 120 bytes:
//
//   word 0   0–23 charge, 10 pC · 24–26 flavour · 27–31 data flags (version 1)
//   word 1   0–9 cycle of the super-cycle (0 … 599) · 10–21 veto · 22–29 timing status · 30 cycle is bad · 31
//   veto is bad word 2   time within the pulse, 100 ns · word 3   offset of the time of flight word 4   0–23
//   ring period, ps · 24–31 must be 4, that frame's number · words 5–29   further frames of the link
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace spillgate::hw::beam::adara {

inline constexpr std::size_t header_bytes = 16;
inline constexpr std::size_t rtdl_bytes = 120;
inline constexpr std::uint32_t longest_payload = 64u << 20;  // longer is no packet of this stream
inline constexpr std::uint32_t rtdl_type = 0x0001;
inline constexpr std::uint32_t client_hello_type = 0x4006;
inline constexpr std::int64_t epoch_s = 631152000;  // 1990-01-01 in UTC seconds since 1970
inline constexpr std::int64_t charge_unit_pc = 10;
inline constexpr std::uint32_t largest_charge = 0xffffff;
inline constexpr std::uint32_t supercycle = 600;

struct Rtdl {
    std::int64_t pulse_utc_ns = 0;
    std::uint32_t charge = 0;  // 10 pC
    std::uint32_t flavour = 0;
    std::uint32_t veto = 0;   // 12 bits; any of them vetoes
    std::uint32_t cycle = 0;  // of the super-cycle
    bool bad_veto = false;
    bool bad_cycle = false;
    bool operator==(const Rtdl&) const = default;
};

using RtdlPacket = std::array<std::byte, header_bytes + rtdl_bytes>;
RtdlPacket encode(const Rtdl& rtdl);
// What a client says after it has connected: send what comes from now on. Servers that expect none ignore it.
std::array<std::byte, header_bytes + 4> client_hello(std::int64_t utc_ns);

// Cuts a stream into packets. Everything but RTDL is skipped without being kept.
class Decoder {
  public:
    enum class Found : std::uint8_t {
        NOTHING,  // more bytes are needed
        RTDL,
        OTHER,         // a packet of another type has begun
        CORRUPT_RTDL,  // wrong length, time or ring period's frame: skipped
        LOST,          // a length that cannot be: the stream must be begun anew
    };

    // The next of `bytes`; what was used is taken off its front.
    Found next(std::span<const std::byte>& bytes, Rtdl& rtdl);
    void restart();

  private:
    bool fill(std::span<const std::byte>& bytes, std::size_t wanted);
    Found begin_payload();
    Found decode(Rtdl& rtdl) const;

    std::array<std::byte, header_bytes + rtdl_bytes> packet_{};
    std::size_t filled_ = 0;
    std::uint64_t skip_ = 0;  // bytes of what follows
    bool in_rtdl_ = false;
    bool lost_ = false;
};

}  // namespace spillgate::hw::beam::adara
