#include "hw/emulator/sis3316/bank_memory.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <sys/mman.h>

namespace spillgate::hw::emulator::sis3316 {

namespace {

constexpr std::uint32_t kept_words = 0x100000;  // 4 MiB

}  // namespace

proto::Result<BankMemory> BankMemory::create(std::uint32_t words_per_bank) {
    BankMemory sized(nullptr, words_per_bank);
    void* memory = ::mmap(nullptr, sized.bytes(), PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        return proto::error(proto::ErrorKind::IO,
                            fmt::format("no address space for {} bytes of bank memory: {}", sized.bytes(),
                                        std::strerror(errno)),
                            errno);
    // First touches come by the megabyte, in mid-run; a kernel without large pages does no harm.
    ::madvise(memory, sized.bytes(), MADV_HUGEPAGE);
    BankMemory banks(static_cast<std::uint32_t*>(memory), words_per_bank);
    for (unsigned channel = 0; channel < channel_count; ++channel)
        for (unsigned bank = 0; bank < bank_count; ++bank)
            banks.bank(channel, bank).front() = 0;
    return banks;
}

BankMemory::BankMemory(BankMemory&& other) noexcept
    : memory_(std::exchange(other.memory_, nullptr)), words_(other.words_) {}

BankMemory& BankMemory::operator=(BankMemory&& other) noexcept {
    std::swap(memory_, other.memory_);
    std::swap(words_, other.words_);
    return *this;
}

BankMemory::~BankMemory() {
    if (memory_ != nullptr) ::munmap(memory_, bytes());
}

std::size_t BankMemory::bytes() const {
    return std::size_t{words_} * sizeof(std::uint32_t) * bank_count * channel_count;
}

std::span<std::uint32_t> BankMemory::bank(unsigned channel, unsigned bank) const {
    return {memory_ + std::size_t{words_} * (channel * bank_count + bank), words_};
}

void BankMemory::give_back(unsigned channel, unsigned bank, std::uint32_t words_used) const {
    if (words_used <= kept_words) return;
    // A kernel that keeps them all the same does no harm.
    const auto words = this->bank(channel, bank).subspan(kept_words, words_used - kept_words);
    const std::size_t page = 4096;
    const auto begin = reinterpret_cast<std::uintptr_t>(words.data());
    const std::uintptr_t first = (begin + page - 1) / page * page;
    const std::uintptr_t end = (begin + words.size_bytes()) / page * page;
    if (end > first) ::madvise(reinterpret_cast<void*>(first), end - first, MADV_DONTNEED);
}

}  // namespace spillgate::hw::emulator::sis3316
