// The hash of a segment: SHA-256 over the fixed headers of its blocks. Each of them holds the CRC32C of what
// follows it, so together they pin every byte, at 64 bytes hashed per block.
#pragma once

#include <memory>
#include <string>

#include "proto/run_file/block.hpp"

namespace spillgate::proto {

class HeaderHash {
  public:
    HeaderHash();
    ~HeaderHash();
    void add(const BlockHeader& block);
    std::string digest() const;  // 32 bytes of what was added so far

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace spillgate::proto
