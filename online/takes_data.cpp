#include "online/takes_data.hpp"

namespace spillgate::online {

bool takes_data(wire::State state) {
    switch (state) {
        case wire::STARTING:
        case wire::RUNNING:
        case wire::PAUSING:
        case wire::PAUSED_STATE:
        case wire::RESUMING:
        case wire::STOPPING:
            return true;
        default:
            return false;
    }
}

}  // namespace spillgate::online
