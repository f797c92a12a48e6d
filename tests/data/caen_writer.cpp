#include "tests/data/caen_writer.hpp"

namespace spillgate::tests {

void put_wavedump_event(Bytes& out, std::uint32_t channel, std::uint32_t counter, std::uint32_t tag,
                        std::uint32_t samples, std::uint16_t base) {
    for (const auto word : {24 + 2 * samples, 31u, 0x60000u, channel, counter, tag})
        put_u32(out, word);
    for (std::uint32_t i = 0; i < samples; ++i)
        put_u16(out, static_cast<std::uint16_t>(base + i));
}

void put_compass_event(Bytes& out, std::uint16_t header, const CompassTestEvent& event, bool waveform_code) {
    put_u16(out, event.board);
    put_u16(out, event.channel);
    put_u64(out, event.time_ps);
    if ((header & 1u) != 0) put_u16(out, event.energy);
    if ((header & 2u) != 0) put_f64(out, event.calibrated_energy);
    if ((header & 4u) != 0) put_u16(out, event.energy_short);
    put_u32(out, event.flags);
    if ((header & 8u) == 0) return;
    if (waveform_code) put_u8(out, 1);
    put_u32(out, event.samples);
    for (std::uint32_t i = 0; i < event.samples; ++i)
        put_u16(out, static_cast<std::uint16_t>(event.base + i));
}

}  // namespace spillgate::tests
