// The physics pane as the API tells it.
#pragma once

#include <boost/json/object.hpp>

#include "online/physics/physics.hpp"

namespace spillgate::online {

boost::json::object physics_json(const PhysicsState& state);

// Energy of a proton beam in GWh: what accelerators count their exposure in.
double gwh_of(double pot, double proton_energy_gev);
double pot_of_gwh(double gwh, double proton_energy_gev);

}  // namespace spillgate::online
