#include "hw/dig2/protocol.hpp"

#include <boost/endian/conversion.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

namespace spillgate::hw::dig2 {

namespace {

proto::Error corrupt(std::string_view command, std::string_view what) {
    return proto::error(proto::ErrorKind::CORRUPT, fmt::format("the reply to {} {}", command, what));
}

// Absent and null are the same: the module writes null for what a reply does not have.
const boost::json::value* present(const boost::json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value != nullptr && !value->is_null() ? value : nullptr;
}

}  // namespace

std::string request_frame(const Request& request) {
    const std::string json = boost::json::serialize(boost::json::object{{"cmd", request.command},
                                                                        {"handle", request.handle},
                                                                        {"query", request.query},
                                                                        {"value", request.value}});
    std::array<std::uint8_t, header_bytes> header{};
    boost::endian::store_big_u64(header.data(), json.size());
    return std::string(header.begin(), header.end()) + json;
}

proto::Result<std::size_t> reply_size(std::span<const std::uint8_t, header_bytes> header) {
    const std::uint64_t size = boost::endian::load_big_u64(header.data());
    const unsigned version = header[8];
    if (version != 0)
        return proto::error(
            proto::ErrorKind::CORRUPT,
            fmt::format("a reply of protocol version {}; spillgate speaks version 0, JSON", version));
    if (size == 0 || size > reply_bytes_max)
        return proto::error(proto::ErrorKind::CORRUPT,
                            fmt::format("a reply of {} bytes; allowed are 1 to {}", size, reply_bytes_max));
    return static_cast<std::size_t>(size);
}

proto::Result<Reply> parse_reply(std::string_view json, std::string_view command) {
    boost::system::error_code failed;
    boost::json::parse_options options;
    options.max_depth = 16;
    const auto parsed = boost::json::parse(json, failed, {}, options);
    if (failed) return corrupt(command, "is not JSON");
    const auto* object = parsed.if_object();
    if (object == nullptr) return corrupt(command, "is no JSON object");

    const auto* name = present(*object, "cmd");
    if (name == nullptr || !name->is_string() || name->get_string() != command)
        return corrupt(command, "names another command");
    const auto* result = present(*object, "result");
    if (result == nullptr || !result->is_bool()) return corrupt(command, "has no result");

    Reply reply;
    reply.result = result->get_bool();
    if (const auto* flag = present(*object, "flag")) {
        if (!flag->is_string()) return corrupt(command, "has a flag that is no text");
        reply.flag = std::string_view(flag->get_string());
    }
    if (const auto* values = present(*object, "value")) {
        if (!values->is_array()) return corrupt(command, "has values that are no list");
        for (const auto& value : values->get_array()) {
            if (!value.is_string()) return corrupt(command, "has a value that is no text");
            reply.values.emplace_back(std::string_view(value.get_string()));
        }
    }
    return reply;
}

BlockHeader parse_block_header(std::span<const std::uint8_t, header_bytes> header) {
    return {.bytes = boost::endian::load_big_u64(header.data()),
            .events = boost::endian::load_big_u32(header.data() + 8),
            .aligned = header[12] != 0};
}

}  // namespace spillgate::hw::dig2
