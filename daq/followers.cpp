#include "daq/followers.hpp"

#include <fmt/format.h>

#include "proto/endpoints.hpp"

namespace spillgate::daq {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto answer_within = std::chrono::milliseconds(2000);
constexpr auto poll_every = std::chrono::milliseconds(100);
constexpr auto reachable_for = std::chrono::seconds(2);

}  // namespace

struct Followers::Follower {
    Follower(zmq::context_t& context, std::string follower, const std::string& endpoint)
        : name(std::move(follower)), asking(context, endpoint), polling(context, endpoint) {
        last.set_daemon(name);
    }
    bool reachable() const {
        return answered != Clock::time_point{} && Clock::now() - answered <= reachable_for;
    }

    std::string name;
    ControlClient asking;
    ControlClient polling;
    wire::DaemonStatus last;
    Clock::time_point asked{};
    Clock::time_point answered{};
};

Followers::Followers(const std::vector<std::string>& names, const std::string& runtime_dir) : context_(1) {
    for (const auto& name : names)
        followers_.push_back(
            std::make_unique<Follower>(context_, name, proto::control_endpoint(runtime_dir, name)));
}

Followers::~Followers() = default;

proto::Status Followers::ask(Follower& follower, const wire::Request& request) {
    auto reply = follower.asking.ask(request, answer_within);
    if (!reply)
        return proto::error(reply.error().kind, fmt::format("daemon {} does not answer", follower.name));
    if (reply->has_status()) {
        follower.last = reply->status();
        follower.answered = Clock::now();
    }
    if (reply->ok()) return {};
    return proto::error(proto::ErrorKind::REFUSED,
                        fmt::format("daemon {}: {}", follower.name, reply->reason()));
}

proto::Status Followers::ask_each(const wire::Request& request) {
    for (auto& follower : followers_)
        if (auto answer = ask(*follower, request); !answer) return answer;
    return {};
}

proto::Status Followers::ask_each_in_run(const wire::Request& request) {
    proto::Status first;
    for (auto& follower : followers_) {
        const auto state = follower->last.state();
        if (!follower->reachable() || state == wire::IDLE || state == wire::CONFIGURED ||
            state == wire::FAULT)
            continue;
        if (auto answer = ask(*follower, request); !answer && first) first = answer;
    }
    return first;
}

void Followers::poll() {
    const auto now = Clock::now();
    auto request = from_lead();
    request.mutable_status();
    for (auto& follower : followers_) {
        try {
            wire::Reply reply;
            if (follower->polling.collect(reply) && reply.has_status()) {
                follower->last = reply.status();
                follower->answered = now;
            }
            if (now - follower->asked < poll_every) continue;
            follower->asked = now;
            follower->polling.send(request);
        } catch (const zmq::error_t&) {
            continue;  // it stays as it was, and becomes unreachable in time
        }
    }
}

std::vector<wire::DaemonStatus> Followers::statuses() const {
    std::vector<wire::DaemonStatus> statuses;
    for (const auto& follower : followers_) {
        statuses.push_back(follower->last);
        statuses.back().set_daemon(follower->name);
        statuses.back().set_reachable(follower->reachable());
    }
    return statuses;
}

wire::Request from_lead() {
    wire::Request request;
    request.set_client("lead");
    return request;
}

}  // namespace spillgate::daq
