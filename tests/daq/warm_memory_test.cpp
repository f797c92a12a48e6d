#include "daq/warm_memory.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>

#include <catch2/catch.hpp>
#include <sys/wait.h>
#include <unistd.h>

using namespace spillgate;

namespace {

constexpr std::size_t block_bytes = std::size_t{64} << 20;

// Whether the kernel was asked for large pages in the mapping that holds this address: "hg" in the flags
// that /proc/self/smaps lists below "begin-end …".
bool wants_large_pages(std::uintptr_t address) {
    std::ifstream maps("/proc/self/smaps");
    bool is_here = false;
    for (std::string line; std::getline(maps, line);) {
        std::uintptr_t begin = 0;
        std::uintptr_t end = 0;
        const char* last = line.data() + line.size();
        const auto first = std::from_chars(line.data(), last, begin, 16);
        if (first.ptr != last && *first.ptr == '-' &&
            std::from_chars(first.ptr + 1, last, end, 16).ec == std::errc())
            is_here = begin <= address && address < end;
        else if (is_here && line.starts_with("VmFlags:"))
            return line.find(" hg") != std::string::npos;
    }
    return false;
}

// Nothing else is asked of the heap before the block goes back to it: what lay behind would keep its end.
std::uintptr_t middle_of_a_block() {
    void* block = std::malloc(block_bytes);
    if (block == nullptr) return 0;
    std::memset(block, 1, block_bytes);
    const auto middle = reinterpret_cast<std::uintptr_t>(block) + block_bytes / 2;
    std::free(block);
    return middle;
}

enum Outcome : int { KEPT, NOT_KEPT, CANNOT_BE_KNOWN };

Outcome large_pages_of_a_second_run() {
    daq::keep_memory_warm();
    if (!wants_large_pages(middle_of_a_block())) return CANNOT_BE_KNOWN;
    daq::give_memory_back();
    return wants_large_pages(middle_of_a_block()) ? KEPT : NOT_KEPT;
}

}  // namespace

TEST_CASE("what a later run needs comes in large pages, too, after memory was given back") {
    // In a process of its own: the settings of the heap are for good.
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) ::_exit(large_pages_of_a_second_run());
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    // A sanitizer's heap, and a kernel without large pages, have nothing to keep.
    CHECK((WEXITSTATUS(status) == KEPT || WEXITSTATUS(status) == CANNOT_BE_KNOWN));
}
