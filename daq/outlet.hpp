// Where the pipeline's messages go: the recorder first, then the publisher.
#pragma once

#include <cstddef>

#include "proto/wire.hpp"

namespace spillgate::daq {

class Outlet {
  public:
    virtual ~Outlet() = default;
    // Asked before a record gets its sequence number. false: the recorder has no room for `payload_bytes`;
    // the slot's verdict will say lost-disk and the record is not emitted, so that sequence numbers have no
    // gap and the ledger closes. May wait, where the sources can.
    virtual bool admit(std::size_t payload_bytes) = 0;
    // An admitted record, or a verdict (always admitted). In order of sequence.
    virtual void put(proto::MessagePtr message) = 0;
};

}  // namespace spillgate::daq
