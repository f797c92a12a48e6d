// Entry of libFuzzer; SPILLGATE_FUZZ_TARGET names the target. With SPILLGATE_WRITE_SEEDS=DIRECTORY in the
// environment the seeds are written there first.
#include <cstdlib>
#include <fstream>
#include <string>

#include "tests/fuzz/fuzz_targets.hpp"

#define SPILLGATE_JOIN_(a, b) a##b
#define SPILLGATE_JOIN(a, b) SPILLGATE_JOIN_(a, b)

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    if (const char* directory = std::getenv("SPILLGATE_WRITE_SEEDS")) {
        int number = 0;
        for (const auto& seed : spillgate::fuzz::SPILLGATE_JOIN(SPILLGATE_FUZZ_TARGET, _seeds)())
            std::ofstream(std::string(directory) + "/seed-" + std::to_string(number++), std::ios::binary)
                << seed;
    }
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    spillgate::fuzz::SPILLGATE_FUZZ_TARGET(data, size);
    return 0;
}
