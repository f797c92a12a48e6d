// JSON as clients send it: bounded, and judged field by field.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "proto/result.hpp"

namespace spillgate::online {

// An object, nested no deeper than anything of ours; none if it is anything else.
std::optional<boost::json::object> parse_object(std::string_view text);

// The body of a POST; an empty one is an empty object. Errors: CONFIG.
proto::Result<boost::json::object> body_of(std::string_view text);

constexpr std::size_t max_note_bytes = 4096;

// Fields, as they are if absent: "", 0, false. Errors: CONFIG, with the field's name and what is allowed.
proto::Result<std::string> text_of(const boost::json::object& body, std::string_view field,
                                   std::size_t max_bytes = max_note_bytes);
proto::Result<double> number_of(const boost::json::object& body, std::string_view field);  // ≥ 0, finite
proto::Result<std::uint64_t> count_of(const boost::json::object& body, std::string_view field);  // whole
proto::Result<bool> flag_of(const boost::json::object& body, std::string_view field);
// Nothing but these. Errors: CONFIG, with the one that is not known.
proto::Status only_fields(const boost::json::object& body, std::initializer_list<std::string_view> known);

}  // namespace spillgate::online
