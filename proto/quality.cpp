#include "proto/quality.hpp"

namespace spillgate::proto {

std::optional<SlotQuality> slot_quality_from_name(std::string_view name) {
    for (int i = 0; i < slot_quality_bits; ++i)
        if (slot_quality_names[static_cast<std::size_t>(i)] == name) return static_cast<SlotQuality>(1u << i);
    return std::nullopt;
}

}  // namespace spillgate::proto
