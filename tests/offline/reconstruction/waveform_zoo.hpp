// Waveforms that are hard on kernels: saturated, all equal, alternating, with a pulse at each edge, noisy,
// wild.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace spillgate::offline::test {

// Words of unsigned samples of `bits` bits, of several lengths each, with their names.
std::vector<std::pair<std::string, std::vector<std::uint16_t>>> waveform_zoo(unsigned bits);

}  // namespace spillgate::offline::test
