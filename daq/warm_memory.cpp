#include "daq/warm_memory.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include <malloc.h>
#include <sys/mman.h>

namespace spillgate::daq {

namespace {

constexpr std::size_t page_bytes = std::size_t{2} << 20;
constexpr std::size_t reserved_bytes = std::size_t{1} << 30;  // address space; nothing is fetched yet

bool is_kept = false;

// Whatever the heap's end grows by from now on comes in large pages.
void reserve() {
    void* block = std::malloc(reserved_bytes);
    if (block == nullptr) return;
    const auto begin = reinterpret_cast<std::uintptr_t>(block);
    const auto first = (begin + page_bytes - 1) / page_bytes * page_bytes;
    const auto end = (begin + reserved_bytes) / page_bytes * page_bytes;
    ::madvise(reinterpret_cast<void*>(first), end - first, MADV_HUGEPAGE);
    std::free(block);  // the heap's end does not go back
}

}  // namespace

void keep_memory_warm() {
    // One heap for all threads, which only grows, and large blocks in it. Sanitizers have heaps of their own.
    if (mallopt(M_ARENA_MAX, 1) == 0 || mallopt(M_MMAP_MAX, 0) == 0 || mallopt(M_TRIM_THRESHOLD, -1) == 0)
        return;
    is_kept = true;
    reserve();
}

void give_memory_back() {
    (void)malloc_trim(page_bytes);
    if (is_kept) reserve();  // the heap's end went back, and with it the wish for large pages there
}

}  // namespace spillgate::daq
