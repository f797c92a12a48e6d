#include "online/run/state_routes.hpp"

#include <string>
#include <utility>

#include <boost/json/serialize.hpp>

#include "online/channels/channels_json.hpp"
#include "online/json_body.hpp"
#include "online/run/beam_json.hpp"
#include "online/run/health_json.hpp"
#include "proto/time.hpp"

namespace spillgate::online {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

using Judge = std::string (*)(const Snapshot&);

std::string health_of(const Snapshot& now) {
    auto health = health_json(lights(now, *now.strip, now.config->config, proto::utc_now_ns()));
    if (now.channels) health.as_object()["channels"] = channels_json(*now.channels);
    return json::serialize(health);
}

json::object beam_now(const Snapshot& now) {
    return beam_json(now, beam_of(now, *now.strip, proto::utc_now_ns()), *now.strip);
}

std::string beam_text(const Snapshot& now) {
    return json::serialize(beam_now(now));
}

std::string beam_with_slots(const Snapshot& now) {
    json::object beam = beam_now(now);
    beam["slots"] = slots_json(now.strip->slots);
    return json::serialize(beam);
}

class JudgedTopic final : public Topic {
  public:
    JudgedTopic(std::string_view name, const SnapshotBoard& board, Judge judge)
        : name_(name), board_(board), judge_(judge) {}

    std::string_view name() const override { return name_; }
    std::chrono::milliseconds period() const override { return 1s; }
    proto::Status check(const json::object& want) const override { return only_fields(want, {}); }

    std::uint64_t version() override {
        const auto now = board_.newest();
        if (!now || !now->strip) return 0;
        if (auto text = judge_(*now); !text_ || text != *text_) {
            text_ = std::make_shared<const std::string>(std::move(text));
            ++version_;
        }
        return version_;
    }

    SharedText text(const json::object&, std::uint64_t) override { return text_; }

  private:
    std::string_view name_;
    const SnapshotBoard& board_;
    Judge judge_;
    SharedText text_;
    std::uint64_t version_ = 0;
};

}  // namespace

std::vector<Route> run_state_routes(const SnapshotBoard& board) {
    std::vector<Route> routes;
    routes.push_back(answering("GET", "/api/health", Need::READ,
                               [&board](const Request&) { return as_json(health_of(*board.newest())); }));
    routes.push_back(answering("GET", "/api/beam", Need::READ, [&board](const Request&) {
        return as_json(beam_with_slots(*board.newest()));
    }));
    return routes;
}

std::shared_ptr<Topic> health_topic(const SnapshotBoard& board) {
    return std::make_shared<JudgedTopic>("health", board, health_of);
}

std::shared_ptr<Topic> beam_topic(const SnapshotBoard& board) {
    return std::make_shared<JudgedTopic>("beam", board, beam_text);
}

}  // namespace spillgate::online
