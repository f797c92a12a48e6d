#include "hw/emulator/dig2/command_set.hpp"

#include <cstdint>
#include <vector>

#include <boost/json.hpp>
#include <fmt/format.h>

namespace spillgate::hw::emulator::dig2 {

namespace json = boost::json;

namespace {

constexpr std::string_view server_version = "10402";  // 1.4.2

json::value text_or_null(std::string_view text) {
    return text.empty() ? json::value(nullptr) : json::value(text);
}

std::string reply_text(std::string_view command, bool result, std::string_view flag,
                       const std::vector<std::string>& values) {
    return json::serialize(json::object{{"cmd", text_or_null(command)},
                                        {"flag", text_or_null(flag)},
                                        {"result", result},
                                        {"value", json::array(values.begin(), values.end())}});
}

std::string text_of(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace

struct CommandSet::Request {
    std::string command;
    std::uint32_t handle = 0;
    std::string query;
    std::string value;
};

struct CommandSet::Reply {
    std::string flag;
    std::vector<std::string> values;
};

std::string refusal(std::string_view command, std::string_view why) {
    return reply_text(command, false, {}, {std::string(why)});
}

std::string CommandSet::answer(const std::string& text, const std::function<proto::Status()>& connect) {
    boost::system::error_code failed;
    const auto parsed = json::parse(text, failed);
    if (failed || !parsed.is_object()) return refusal({}, "invalid JSON");
    const auto& object = parsed.get_object();
    Request request{text_of(object, "cmd"), 0, text_of(object, "query"), text_of(object, "value")};
    if (const auto* handle = object.if_contains("handle"))
        request.handle = handle->is_int64() ? static_cast<std::uint32_t>(handle->get_int64()) : 0;
    const auto reply = carry_out(request, connect);
    if (!reply) return refusal(request.command, reply.error().message);
    return reply_text(request.command, true, reply->flag, reply->values);
}

proto::Result<CommandSet::Reply> CommandSet::carry_out(const Request& request,
                                                       const std::function<proto::Status()>& connect) {
    const std::string& command = request.command;
    if (command == "connect") {
        if (request.value != "client" && request.value != "monitor")
            return proto::error(proto::ErrorKind::REFUSED, "connect as client or monitor");
        if (request.value == "client")
            if (auto status = connect(); !status) return status.error();
        return Reply{{}, {fmt::format("{}", tree_.handle_of("")), std::string(server_version)}};
    }
    if (command == "setValue") {
        if (auto status = tree_.set(request.handle, request.query, request.value); !status)
            return status.error();
        return Reply{};
    }
    auto path = tree_.resolve(request.handle, request.query);
    if (!path) return path.error();
    if (command == "getValue") {
        auto value = tree_.get(*path);
        if (!value) return value.error();
        return Reply{{}, {*value}};
    }
    if (command == "sendCommand") {
        auto flag = act_(*path);
        if (!flag) return flag.error();
        return Reply{*flag, {}};
    }
    const auto handle = [this](const std::string& of) { return fmt::format("{}", tree_.handle_of(of)); };
    if (command == "getHandle") return Reply{{}, {handle(*path)}};
    if (command == "getParentHandle") return Reply{{}, {handle(path->substr(0, path->rfind('/')))}};
    if (command == "getPath") return Reply{{}, {*path}};
    if (command == "getDeviceTree") return Reply{{}, {tree_.tree(*path)}};
    if (command == "getNodeProperties")
        return Reply{{}, {path->substr(path->rfind('/') + 1), std::string(name_of(tree_.node(*path).type))}};
    if (command == "getChildHandles") {
        Reply reply;
        for (const std::string& child : tree_.children(*path))
            reply.values.push_back(handle(child));
        return reply;
    }
    return proto::error(proto::ErrorKind::REFUSED, fmt::format("unknown command '{}'", command));
}

}  // namespace spillgate::hw::emulator::dig2
