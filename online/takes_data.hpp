// Which states of a daemon are of a run that takes data.
#pragma once

#include "proto/schema/control.pb.h"

namespace spillgate::online {

// A daemon in this state may send data of its run.
bool takes_data(wire::State state);

}  // namespace spillgate::online
