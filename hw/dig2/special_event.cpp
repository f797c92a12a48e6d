#include "hw/dig2/special_event.hpp"

#include "hw/dig2/scope_event.hpp"

namespace spillgate::hw::dig2 {

Fault parse_special(Words event, SpecialEvent& out) {
    out = {};
    if (event.empty()) return Fault::SPECIAL_SHORT;
    const std::uint64_t first = event[0];
    if (static_cast<Format>(bits(first, 60, 4)) == Format::SPECIAL_TIME) {
        if (event.size() < 2) return Fault::SPECIAL_SHORT;
        out.kind = SpecialEvent::Kind::TIME;
        out.stamp = bits(event[1], 0, 48);
        return Fault::NONE;
    }
    const auto headers = static_cast<std::size_t>(bits(first, 32, 8));
    if (headers + 1 > event.size()) return Fault::SPECIAL_SHORT;
    switch (bits(first, 56, 4)) {
        case 0b0000:
            if (headers < 3) return Fault::SPECIAL_SHORT;
            out.kind = SpecialEvent::Kind::START;
            out.record_samples = static_cast<std::uint32_t>(bits(event[1], 0, 25));
            out.channels = bits(event[2], 0, 32) | bits(event[3], 0, 32) << 32;
            return Fault::NONE;
        case 0b0010:
            if (headers < 2) return Fault::SPECIAL_SHORT;
            out.kind = SpecialEvent::Kind::STOP;
            out.stamp = bits(event[1], 0, 48);
            out.dead_stamps = static_cast<std::uint32_t>(bits(event[2], 0, 32));
            return Fault::NONE;
        default:
            return Fault::NONE;
    }
}

}  // namespace spillgate::hw::dig2
