#include "hw/dig2/fault.hpp"

namespace spillgate::hw::dig2 {

std::string_view name_of(Fault fault) {
    switch (fault) {
        case Fault::NONE:
            return "none";
        case Fault::EVENT_EMPTY:
            return "corrupt-event-empty";
        case Fault::EVENT_BEYOND_BLOCK:
            return "corrupt-event-beyond-block";
        case Fault::EVENT_COUNT:
            return "corrupt-event-count";
        case Fault::BLOCK_NOT_WORDS:
            return "corrupt-block-not-words";
        case Fault::FORMAT_UNKNOWN:
            return "corrupt-format-unknown";
        case Fault::FORMAT_UNEXPECTED:
            return "corrupt-format-unexpected";
        case Fault::SCOPE_HEADER_SHORT:
            return "corrupt-scope-header-short";
        case Fault::SCOPE_UNEVEN:
            return "corrupt-scope-uneven";
        case Fault::CHANNEL_UNKNOWN:
            return "corrupt-channel-unknown";
        case Fault::HIT_SHORT:
            return "corrupt-hit-short";
        case Fault::HIT_EXTRA_UNKNOWN:
            return "corrupt-hit-extra-unknown";
        case Fault::HIT_REDUCED:
            return "hit-reduced";
        case Fault::HIT_WITHOUT_WAVEFORM:
            return "hit-without-waveform";
        case Fault::HIT_PROBE_UNEXPECTED:
            return "hit-probe-unexpected";
        case Fault::SPECIAL_SHORT:
            return "corrupt-special-short";
        case Fault::TRIGGER_NUMBER:
            return "corrupt-trigger-number";
        case Fault::RECORD_LENGTH:
            return "corrupt-record-length";
        case Fault::EVENT_LATE:
            return "event-late";
    }
    return "unknown";
}

}  // namespace spillgate::hw::dig2
