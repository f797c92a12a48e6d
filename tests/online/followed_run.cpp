#include "tests/online/followed_run.hpp"

#include <catch2/catch.hpp>

namespace spillgate::test {

using namespace std::chrono_literals;
using online::LiveRun;
using online::RunPhase;

FollowedRun::FollowedRun(std::uint32_t number, const std::string& directory, bool from_start,
                         const std::shared_ptr<const offline::Engine>& engine)
    : crew_(*engine, 2), run(engine, crew_, 1000, synthetic_description(number)) {
    run.join("daq", directory, from_start);
}

bool FollowedRun::arrive(const proto::Message& message) {
    const auto header = std::as_bytes(std::span(message.header));
    if (message.topic == proto::Topic::VERDICT) return run.take(proto::decode_verdict(header).value());
    online::SpillJob job;
    job.header = header;
    job.samples = message.payload();
    crew_.run({&job, 1});
    REQUIRE(job.status.has_value());
    return run.take(job);
}

void FollowedRun::arrive(std::span<const proto::Message> messages) {
    for (const auto& message : messages)
        arrive(message);
}

void FollowedRun::heal() {
    while (run.heal(LiveRun::Clock::now(), LiveRun::Clock::now() + 20ms)) {
    }
}

void FollowedRun::close() {
    const auto end = LiveRun::Clock::now() + 120s;
    while (run.phase() != RunPhase::CLOSED && LiveRun::Clock::now() < end)
        heal();
    REQUIRE(run.phase() == RunPhase::CLOSED);
}

}  // namespace spillgate::test
