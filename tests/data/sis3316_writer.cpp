#include "tests/data/sis3316_writer.hpp"

namespace spillgate::tests {

std::uint32_t Sis3316TestEvent::header_words() const {
    return 3 + ((format_bits & 1u) != 0 ? 7 : 0) + ((format_bits & 2u) != 0 ? 2 : 0) +
           ((format_bits & 4u) != 0 ? 3 : 0) + ((format_bits & 8u) != 0 ? 2 : 0) +
           (averaged_samples > 0 ? 1 : 0);
}

void put_sis3316_event(Bytes& out, const Sis3316TestEvent& e) {
    put_u32(out, static_cast<std::uint32_t>(e.timestamp >> 32 << 16) | e.id << 4 | e.format_bits);
    put_u32(out, static_cast<std::uint32_t>(e.timestamp));
    const auto between = e.header_words() - 3 - (e.averaged_samples > 0 ? 1 : 0);
    for (std::uint32_t i = 0; i < between; ++i)
        put_u32(out, (100 + i) | (i == 1 && e.overflow ? 1u << 31 : 0u));
    put_u32(out, (e.averaged_samples > 0 ? 0xAu : 0xEu) << 28 | (e.maw_words > 0 ? 1u << 27 : 0u) |
                     (e.pile_up ? 1u << 26 : 0u) | e.raw_samples / 2);
    if (e.averaged_samples > 0) put_u32(out, 0xE0000000u | e.averaged_samples / 2);
    for (std::uint32_t i = 0; i < e.raw_samples; ++i)
        put_u16(out, static_cast<std::uint16_t>((e.base + i) << e.shift));
    for (std::uint32_t i = 0; i < e.averaged_samples; ++i)
        put_u16(out, static_cast<std::uint16_t>(e.base + i));
    for (std::uint32_t i = 0; i < e.maw_words; ++i)
        put_u32(out, 0x08000000u + i);
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
    put_sis3316_event(out, {.id = c.fadc << 4 | c.channel,
                            .timestamp = timestamp,
                            .base = base,
                            .raw_samples = c.raw_samples,
                            .averaged_samples = c.averaged_samples,
                            .maw_words = c.maw_length,
                            .shift = 2,
                            .pile_up = pile_up});
}

Bytes ngm_header() {
    Bytes out;
    put_u32(out, 0x33160001);
    put_u32(out, 0);
    put_u32(out, 4711);  // the run's number
    out.resize(400);
    return out;
}

void put_ngm_readout(Bytes& out, const std::vector<NgmTestModule>& modules,
                     std::vector<std::size_t>& event_ends) {
    for (int i = 0; i < 10; ++i)
        put_u32(out, 0xABBAABBA);
    for (const auto& module : modules) {
        put_u32(out, module.number << 24);
        put_u32(out, 0);
        for (std::uint32_t channel = 0; channel < 16; ++channel) {
            put_u32(out, module.number << 24 | channel << 20);
            for (std::uint32_t counter = 0; counter < 6; ++counter)
                put_u32(out, 1000 * channel + counter);
            std::uint32_t words = 0;
            for (const auto& event : module.channels[channel])
                words += event.words();
            put_u32(out, words);
            for (auto event : module.channels[channel]) {
                event.id = module.number << 4 | channel;
                put_sis3316_event(out, event);
                event_ends.push_back(out.size());
            }
        }
    }
}

void put_ngm_end(Bytes& out) {
    for (int i = 0; i < 10; ++i)
        put_u32(out, 0x0E0F0E0F);
}

}  // namespace spillgate::tests
