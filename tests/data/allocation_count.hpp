// Counts calls of operator new in this test program.
#pragma once

#include <cstdint>

namespace spillgate::tests {

std::uint64_t allocations();  // since the program started, on all threads

}  // namespace spillgate::tests
