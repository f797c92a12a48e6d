// What people do on the shift page, each in the name of whoever asks. All of it is done within together()
// (keeper/desk.hpp): whole, with its entry in the logbook, or not at all. Errors come as proto::Failure.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "online/http/exchange.hpp"
#include "online/keeper/records.hpp"
#include "proto/schema/console.pb.h"

namespace spillgate::online {

struct Act {
    Records& records;
    Database& desk;
    const Request& request;
    boost::json::object body;
    std::int64_t utc_ns = 0;
    const config::ShiftPage& page;
    std::vector<std::int64_t>& entries;  // that log() has written: to be told of once they stay

    const Caller& caller() const { return request.caller; }
    void knows(std::initializer_list<std::string_view> fields) const;
    std::string text(std::string_view field, std::size_t max_bytes) const;
    std::int64_t number(std::string_view field) const;
    // Of UTC in seconds; `absent` if it is not there.
    std::int64_t time_ns(std::string_view field, std::int64_t absent) const;
    std::int64_t log(std::string text) const;  // into the logbook; its number there
};

Response begin_shift(const Act& act);
Response join_shift(const Act& act);
Response leave_shift(const Act& act);
Response tick_line(const Act& act);
Response hand_shift_over(const Act& act);
Response acknowledge_handover(const Act& act);
// 403: experts speak for all, others for themselves alone.
Response put_on_call(const Act& act);
Response take_off_call(const Act& act);  // {number} of the path

}  // namespace spillgate::online
