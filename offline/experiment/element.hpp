// The element of a nuclide, by its name.
#pragma once

#include <string>
#include <string_view>

namespace spillgate::offline {

// "Cs" of "Cs133".
inline std::string element_of(std::string_view nuclide) {
    return std::string(nuclide.substr(0, nuclide.find_first_of("0123456789")));
}

}  // namespace spillgate::offline
