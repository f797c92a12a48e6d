#include "daq/ctl/control_verb.hpp"

#include <thread>

#include <fmt/format.h>
#include <zmq.hpp>

#include "daq/control_client.hpp"
#include "daq/ctl/status_table.hpp"
#include "daq/run_limits.hpp"
#include "daq/run_states.hpp"
#include "proto/names.hpp"

namespace spillgate::daq {

namespace {

using Clock = std::chrono::steady_clock;
using R = wire::Request;

constexpr auto answer_within = std::chrono::seconds(2);
constexpr auto look_every = std::chrono::milliseconds(50);

bool has_arrived(State state, R::VerbCase verb) {
    switch (verb) {
        case R::kStart:
        case R::kResume:
            return state == wire::RUNNING;
        case R::kPause:
            return state == wire::PAUSED_STATE;
        case R::kStop:
        case R::kConfigure:
            return state == wire::CONFIGURED;
        default:
            return true;
    }
}

// Of a verb that did what it should.
std::string told_of(const wire::DaemonStatus& status, const ControlVerb& verb) {
    if (verb.json) return status_json(status) + "\n";
    if (verb.request.verb_case() == R::kStatus) return status_table(status);
    std::string told(name_of(status.state()));
    if (status.run().number() != 0) told += fmt::format(", run {}", status.run().number());
    if (verb.request.verb_case() == R::kLimit)
        told += fmt::format(", limits: {}{}", limits_text(verb.request.limit().limits()),
                            verb.request.limit().restart() ? ", then restart" : "");
    return told + "\n";
}

// A run so short that it is over: begun and ended.
bool is_over(const wire::DaemonStatus& status, R::VerbCase verb) {
    return verb == R::kStart && status.state() == wire::CONFIGURED && status.refusal().empty();
}

}  // namespace

proto::Result<ControlAnswer> run_control_verb(const ControlVerb& verb) {
    zmq::context_t context(1);
    ControlClient client(context, verb.endpoint);
    auto reply = client.ask(verb.request, answer_within);
    if (!reply)
        return proto::error(reply.error().kind,
                            fmt::format("{}; is spillgate-daq running?", reply.error().message));
    const auto not_done = [&](std::string why) {
        return ControlAnswer{false, verb.json ? status_json(reply->status()) + "\n" : "", std::move(why)};
    };
    if (!reply->ok()) return not_done(fmt::format("refused: {}", reply->reason()));

    R ask_status;
    ask_status.set_client(verb.request.client());
    ask_status.mutable_status();
    const auto asked = verb.request.verb_case();
    const auto deadline = Clock::now() + std::chrono::duration_cast<Clock::duration>(verb.timeout);
    while (!has_arrived(reply->status().state(), asked) || !is_steady(reply->status().state())) {
        const auto& status = reply->status();
        if (is_over(status, asked)) break;
        if (is_steady(status.state())) {
            const auto& why = status.fault().empty() ? status.refusal() : status.fault();
            return not_done(fmt::format("the daemon is {} now{}{}", name_of(status.state()),
                                        why.empty() ? "" : ": ", why));
        }
        if (Clock::now() >= deadline)
            return not_done(
                fmt::format("still {} after {} s", name_of(status.state()), verb.timeout.count()));
        std::this_thread::sleep_for(look_every);
        reply = client.ask(ask_status, answer_within);
        if (!reply) return reply.error();
    }
    return ControlAnswer{true, told_of(reply->status(), verb), {}};
}

}  // namespace spillgate::daq
