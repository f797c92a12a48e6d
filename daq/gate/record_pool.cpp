#include "daq/gate/record_pool.hpp"

#include <cstddef>
#include <mutex>
#include <vector>

namespace spillgate::daq {

using proto::SpillRecord;

// Free records, and free memory of the size that a shared_ptr's control block turned out to need.
struct RecordPool::Shelf {
    std::mutex mutex;
    std::vector<std::unique_ptr<SpillRecord>> records;
    std::vector<void*> blocks;
    std::size_t block_bytes = 0;

    Shelf() = default;
    Shelf(const Shelf&) = delete;
    Shelf& operator=(const Shelf&) = delete;
    ~Shelf() {
        for (void* block : blocks)
            ::operator delete(block);
    }

    void* take_block(std::size_t bytes) {
        const std::lock_guard lock(mutex);
        if (bytes != block_bytes || blocks.empty()) {
            if (block_bytes == 0) block_bytes = bytes;
            return ::operator new(bytes);
        }
        void* block = blocks.back();
        blocks.pop_back();
        return block;
    }
    void give_block(void* block, std::size_t bytes) {
        const std::lock_guard lock(mutex);
        if (bytes == block_bytes)
            blocks.push_back(block);
        else
            ::operator delete(block);
    }
};

namespace {

// The control block keeps the shelf alive, so a record may come back after the pool has gone.
template <class T, class ShelfPtr>
struct BlockAllocator {
    using value_type = T;
    ShelfPtr shelf;

    explicit BlockAllocator(ShelfPtr s) : shelf(std::move(s)) {}
    template <class U>
    BlockAllocator(const BlockAllocator<U, ShelfPtr>& other) : shelf(other.shelf) {}
    T* allocate(std::size_t n) { return static_cast<T*>(shelf->take_block(n * sizeof(T))); }
    void deallocate(T* block, std::size_t n) { shelf->give_block(block, n * sizeof(T)); }
    template <class U>
    bool operator==(const BlockAllocator<U, ShelfPtr>& other) const {
        return shelf == other.shelf;
    }
};

}  // namespace

RecordPool::RecordPool() : shelf_(std::make_shared<Shelf>()) {}

std::shared_ptr<SpillRecord> RecordPool::take() {
    std::unique_ptr<SpillRecord> record;
    {
        const std::lock_guard lock(shelf_->mutex);
        if (!shelf_->records.empty()) {
            record = std::move(shelf_->records.back());
            shelf_->records.pop_back();
        }
    }
    if (!record) record = std::make_unique<SpillRecord>();
    auto back = [shelf = shelf_](SpillRecord* used) {
        const std::lock_guard lock(shelf->mutex);
        shelf->records.emplace_back(used);
    };
    return {record.release(), std::move(back), BlockAllocator<SpillRecord, std::shared_ptr<Shelf>>(shelf_)};
}

}  // namespace spillgate::daq
