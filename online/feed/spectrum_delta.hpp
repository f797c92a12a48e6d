// One spectrum as consoles follow it: whole at first, then the bins that have changed.
#pragma once

#include <cstddef>
#include <string>

#include "online/snapshot.hpp"

namespace spillgate::online {

// All of it but the residual, which a console makes of C, AC and α by itself: most of the bytes are saved.
// {"name", "base": null, "version", "axes", "in_time": {"counts": […] …} …}. Bins in row-major order, first
// axis slowest, without under- and overflow.
std::string whole_spectrum(const Snapshot& now, std::size_t index);

// What has changed since `before`, whose version of this spectrum is "base": {"in_time": {"set": [bin, new
// content, …] …}}. Contents are absolute: applied twice, it is the same. The whole, if the two are of
// different configurations or most bins have changed.
std::string spectrum_delta(const Snapshot& now, const Snapshot& before, std::size_t index);

}  // namespace spillgate::online
