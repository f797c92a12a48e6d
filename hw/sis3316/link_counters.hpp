// What a link had to mend or ignore, each under its own name.
#pragma once

#include <cstdint>

namespace spillgate::hw::sis3316 {

struct LinkCounters {
    std::uint64_t requests = 0;
    std::uint64_t timeouts = 0;         // waits for an answer that did not come in time
    std::uint64_t retransmissions = 0;  // 0xEE sent
    std::uint64_t repeated_reads = 0;
    std::uint64_t stale = 0;          // datagrams that had come before the request was sent
    std::uint64_t other_address = 0;  // datagrams not from the module
    std::uint64_t too_short = 0;
    std::uint64_t too_long = 0;
    std::uint64_t other_command = 0;
    std::uint64_t other_id = 0;
    std::uint64_t access_timeouts = 0;  // status bit 5 of a read
    std::uint64_t protocol_errors = 0;  // status bit 6
    std::uint64_t no_grant = 0;         // status bit 4
    std::uint64_t out_of_order = 0;     // packets of a FIFO answer
    std::uint64_t duplicates = 0;       // packets of a FIFO answer
    std::uint64_t lost_packets = 0;     // packets of a FIFO answer that never came
    std::uint64_t send_failures = 0;
    bool operator==(const LinkCounters&) const = default;
};

}  // namespace spillgate::hw::sis3316
