#include "daq/request_words.hpp"

#include <string_view>

#include <fmt/format.h>

#include "daq/plain_text.hpp"
#include "daq/run_limits.hpp"
#include "proto/utc_text.hpp"

namespace spillgate::daq {

namespace {

using R = wire::Request;

constexpr std::size_t longest_text = 10000;  // of a note or reason, bytes
constexpr std::size_t longest_name = 200;    // of a client, in words

proto::Error refused(std::string why) {
    return proto::error(proto::ErrorKind::REFUSED, std::move(why));
}

// Only a bare file name: requests never name a path.
proto::Status check_config_name(const std::string& name) {
    if (name.empty()) return {};
    if (name.size() > 200 || name.front() == '.' || name.find('/') != std::string::npos ||
        name.find('\0') != std::string::npos)
        return refused(fmt::format("'{}' is not a file name in the configuration's directory", name));
    return {};
}

proto::Status check_name(const char* field, const std::string& name) {
    if (is_plain_name(name)) return {};
    return refused(fmt::format("{} must be a name of at most {} bytes, without control characters", field,
                               longest_name));
}

proto::Status check_start(const R::Start& start) {
    if (start.type() == wire::RUN_TYPE_UNSPECIFIED || !wire::RunType_IsValid(start.type()))
        return refused("a run needs a type");
    if (start.note().size() > longest_text)
        return refused(fmt::format("a note has at most {} bytes", longest_text));
    if (auto status = check_name("operator", start.operator_()); !status) return status;
    return check_limits(start.limits(), start.restart());
}

std::string_view verb_of(const R& request) {
    switch (request.verb_case()) {
        case R::kConfigure:
            return "configure";
        case R::kStart:
        case R::kPrepare:
            return "start";
        case R::kPause:
            return "pause";
        case R::kResume:
            return "resume";
        case R::kStop:
            return "stop";
        case R::kReset:
            return "reset";
        case R::kNote:
            return "note";
        case R::kLimit:
            return "limits";
        default:
            return "";
    }
}

}  // namespace

proto::Status check_content(const R& request) {
    if (auto status = check_name("person", request.person()); !status) return status;
    switch (request.verb_case()) {
        case R::kConfigure:
            return check_config_name(request.configure().name());
        case R::kStart:
            return check_start(request.start());
        case R::kStop:
            if (request.stop().reason().size() > longest_text) return refused("the reason is too long");
            return {};
        case R::kNote:
            if (request.note().text().empty() || request.note().text().size() > longest_text)
                return refused(fmt::format("a note has 1 to {} bytes", longest_text));
            return {};
        case R::kLimit:
            return check_limits(request.limit().limits(), request.limit().restart());
        default:
            return {};
    }
}

std::string asker_of(const R& request) {
    if (!request.person().empty()) return request.person();
    if (request.client() == "lead" || request.client() == "daemon") return {};
    return request.client().empty() ? "somebody unnamed" : plain_text(request.client(), longest_name);
}

std::string words_of(const R& request) {
    const auto verb = verb_of(request);
    if (verb.empty()) return {};
    std::string client = plain_text(request.client(), longest_name);
    if (client == "lead" || client == "daemon") client.insert(0, "the ");
    if (request.person().empty())
        return fmt::format("{} by {}", verb, client.empty() ? asker_of(request) : client);
    return fmt::format("{} by {}{}{}", verb, request.person(), client.empty() ? "" : " via ", client);
}

std::string note_line(const R& request) {
    const auto asker = asker_of(request);
    return fmt::format("{} ({}{}{} UTC)", request.note().text(), asker, asker.empty() ? "" : ", ",
                       proto::utc_text(request.note().utc_ns()));
}

bool changes_state(const R& request) {
    const auto verb = request.verb_case();
    return !verb_of(request).empty() && verb != R::kNote && verb != R::kLimit;
}

}  // namespace spillgate::daq
