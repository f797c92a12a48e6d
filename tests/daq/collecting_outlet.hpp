// An outlet that keeps what the pipeline emits, decoded, and checks the order of sequence as it goes.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "daq/outlet.hpp"
#include "proto/wire.hpp"

namespace spillgate::daq::test {

class CollectingOutlet : public Outlet {
  public:
    bool admit(std::size_t) override { return ++asked != refuse_record; }
    void put(proto::MessagePtr message) override {
        if (message->sequence != next_sequence) in_sequence = false;
        ++next_sequence;
        raw.push_back(message->header);
        order += message->topic == proto::Topic::SPILL ? 's' : 'v';
        if (message->topic == proto::Topic::SPILL) {
            proto::SpillRecord record;
            const auto decoded =
                proto::decode_spill(std::as_bytes(std::span(message->header)), message->payload(), record);
            REQUIRE(decoded.has_value());
            records[record.slot] = std::move(record);
        } else {
            auto verdict = proto::decode_verdict(std::as_bytes(std::span(message->header)));
            REQUIRE(verdict.has_value());
            if (!verdicts.empty() && verdict->slot != verdicts.back().slot + 1) in_slot_order = false;
            verdicts.push_back(std::move(*verdict));
        }
    }

    std::map<std::uint64_t, proto::SpillRecord> records;
    std::vector<proto::Verdict> verdicts;
    std::string order;             // 's' and 'v' as they came
    std::vector<std::string> raw;  // headers, which hold the samples' checksum
    std::uint64_t next_sequence = 0;
    bool in_sequence = true;
    bool in_slot_order = true;
    int asked = 0;
    int refuse_record = 0;  // the how manyth is refused; 0: none
};

}  // namespace spillgate::daq::test
