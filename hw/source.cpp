#include "hw/source.hpp"

namespace spillgate::hw {

void Batch::clear() {
    board = 0;
    samples.clear();
    traces.clear();
    marks.clear();
    charges.clear();
    device_events.clear();
    watermark = {};
    clock_bound.reset();
    last = false;
}

}  // namespace spillgate::hw
