// Spill records for reuse: a record returns when its last reader lets go, on whatever thread, with its
// memory.
#pragma once

#include <memory>

#include "proto/spill_record.hpp"

namespace spillgate::daq {

class RecordPool {
  public:
    RecordPool();
    // A record with what its last user left in it; every field is the taker's to set. Allocates only when all
    // records are in use. Records may outlive the pool.
    std::shared_ptr<proto::SpillRecord> take();

  private:
    struct Shelf;
    std::shared_ptr<Shelf> shelf_;
};

}  // namespace spillgate::daq
