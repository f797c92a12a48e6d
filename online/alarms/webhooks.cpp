#include "online/alarms/webhooks.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "online/alarms/alarms_json.hpp"
#include "online/alarms/hmac.hpp"
#include "online/niceness.hpp"
#include "proto/http_client.hpp"
#include "proto/names.hpp"
#include "proto/secret_file.hpp"
#include "proto/time.hpp"

namespace spillgate::online {

namespace {

namespace json = boost::json;

constexpr int webhook_niceness = 15;

bool is_news(const Transition& moved) {
    const bool was_active = is_active(moved.from);
    return moved.to == AlarmState::UNACKNOWLEDGED || (was_active && moved.to != moved.from);
}

}  // namespace

proto::Result<std::unique_ptr<Webhooks>> Webhooks::start(const config::Console& console) {
    return start(console, Options{});
}

proto::Result<std::unique_ptr<Webhooks>> Webhooks::start(const config::Console& console,
                                                         const Options& options) {
    std::vector<Address> addresses;
    for (const auto& hook : console.webhook()) {
        auto place = proto::parse_address(hook.url());
        if (!place) return place.error();
        std::string secret;
        if (hook.has_secret_file()) {
            auto read = proto::read_secret(hook.secret_file());
            if (!read) return read.error();
            secret = std::move(*read);
        }
        addresses.push_back({hook, std::move(*place), std::move(secret)});
    }
    return std::unique_ptr<Webhooks>(new Webhooks(std::move(addresses), options));
}

Webhooks::Webhooks(std::vector<Address> addresses, const Options& options)
    : addresses_(std::move(addresses)),
      options_(options),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Webhooks::~Webhooks() {
    thread_.request_stop();
    thread_.join();
}

void Webhooks::tell(const Transition& moved) {
    if (!is_news(moved)) return;
    json::object body{{"kind", "alarm"}, {"alarm", transition_json(moved)}};
    const std::string text = json::serialize(body);
    for (const Address& address : addresses_) {
        if (moved.severity >= address.hook.from()) add(address, text);
    }
}

void Webhooks::tell_run_end(const wire::RunDescription& run) {
    const json::object body{{"kind", "run-end"},
                            {"run", run.number()},
                            {"type", wire::name_of(run.type())},
                            {"simulated", run.simulated()},
                            {"reason", run.stop_reason()},
                            {"slots", run.ledger().slots()},
                            {"complete", run.ledger().complete()},
                            {"spills", run.ledger().spills()}};
    const std::string text = json::serialize(body);
    for (const Address& address : addresses_) {
        if (address.hook.run_ends()) add(address, text);
    }
}

void Webhooks::add(const Address& address, const std::string& body) {
    {
        const std::lock_guard lock(mutex_);
        if (waiting_.size() >= max_waiting) {
            ++counts_.dropped;
            return;
        }
        waiting_.push_back({&address, body, ++numbers_, 0, Clock::now()});
    }
    woken_.notify_one();
}

Webhooks::Counts Webhooks::counts() const {
    const std::lock_guard lock(mutex_);
    Counts counts = counts_;
    counts.waiting = waiting_.size();
    return counts;
}

std::string Webhooks::newest_trouble() const {
    const std::lock_guard lock(mutex_);
    return trouble_;
}

void Webhooks::run(const std::stop_token& stop) {
    give_way(webhook_niceness);
    while (!stop.stop_requested()) {
        Message next;
        {
            std::unique_lock lock(mutex_);
            const auto first = std::ranges::min_element(waiting_, {}, &Message::due);
            if (first == waiting_.end()) {
                woken_.wait(lock, stop, [this] { return !waiting_.empty(); });
                continue;
            }
            if (const auto due = first->due; due > Clock::now()) {
                const auto known = numbers_;
                woken_.wait_until(lock, stop, due, [&] { return numbers_ != known; });
                continue;
            }
            next = std::move(*first);
            waiting_.erase(first);
        }
        attempt(std::move(next), stop);
    }
}

void Webhooks::attempt(Message message, const std::stop_token& stop) {
    const Address& address = *message.address;
    // What is signed is the body with the time of sending, so that an old message cannot be sent again by
    // others.
    const auto time = fmt::format("{}", proto::utc_now_ns() / 1'000'000'000);
    proto::HttpRequest request;
    request.method = "POST";
    request.agent = "spillgate-online";
    request.body = message.body;
    request.headers = {{"Content-Type", "application/json"},
                       {"X-Spillgate-Message", fmt::format("{}", message.number)},
                       {"X-Spillgate-Time", time}};
    if (!address.secret.empty())
        request.headers.emplace_back(
            "X-Spillgate-Signature",
            "sha256=" + hmac_sha256_hex(address.secret, fmt::format("{}.{}", time, message.body)));
    const auto answer = proto::http_exchange(address.place, request, {options_.patience}, stop);
    const std::lock_guard lock(mutex_);
    if (answer && answer->status >= 200 && answer->status < 300) {
        ++counts_.delivered;
        return;
    }
    ++counts_.attempts_failed;
    trouble_ = answer ? fmt::format("webhook {} answered {}", address.hook.name(), answer->status)
                      : fmt::format("webhook {}: {}", address.hook.name(), answer.error().message);
    if (message.attempts >= options_.pauses.size()) {
        ++counts_.given_up;
        spdlog::error("{}; given up", trouble_);
        return;
    }
    message.due = Clock::now() + options_.pauses[message.attempts++];
    waiting_.push_back(std::move(message));
}

}  // namespace spillgate::online
