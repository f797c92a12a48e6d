#include "online/feed/snapshot_topics.hpp"

#include <algorithm>
#include <cmath>

#include <boost/json/serialize.hpp>

#include "online/json_body.hpp"
#include "online/snapshot_json.hpp"

namespace spillgate::online {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

class StatusTopic final : public Topic {
  public:
    explicit StatusTopic(const SnapshotBoard& board) : board_(board) {}

    std::string_view name() const override { return "status"; }
    std::chrono::milliseconds period() const override { return 500ms; }
    proto::Status check(const json::object& want) const override { return only_fields(want, {}); }

    std::uint64_t version() override {
        auto newest = board_.newest();
        if (newest && newest != snapshot_) {
            snapshot_ = std::move(newest);
            text_ = nullptr;
        }
        return snapshot_ ? snapshot_->version : 0;
    }

    SharedText text(const json::object&, std::uint64_t) override {
        if (!text_) text_ = std::make_shared<const std::string>(json::serialize(status_json(*snapshot_)));
        return text_;
    }

  private:
    const SnapshotBoard& board_;
    SnapshotPtr snapshot_;
    SharedText text_;
};

// A point's time in microseconds is the version in which it came.
class TrendTopic final : public Topic {
  public:
    explicit TrendTopic(const SnapshotBoard& board) : board_(board) {}

    std::string_view name() const override { return "trend"; }
    proto::Status check(const json::object& want) const override {
        if (auto known = only_fields(want, {"since"}); !known) return known;
        const auto since = number_of(want, "since");
        return since ? proto::Status() : proto::Status(since.error());
    }

    std::uint64_t version() override {
        if (auto newest = board_.newest(); newest && newest != snapshot_) snapshot_ = std::move(newest);
        return snapshot_ && !snapshot_->trend->empty() ? microseconds(snapshot_->trend->back().utc_s) : 0;
    }

    SharedText text(const json::object& want, std::uint64_t had) override {
        const double since = number_of(want, "since").value();
        const auto newest = snapshot_->trend->back().utc_s;
        // The host's clock may have been set back: then all that is there is new.
        const double had_s = had > microseconds(newest) ? 0 : static_cast<double>(had) * 1e-6 + 1e-6;
        const auto points = trend_json(*snapshot_, std::max(since, had_s));
        if (points.get_array().empty()) return nullptr;
        return std::make_shared<const std::string>(json::serialize(points));
    }

  private:
    static std::uint64_t microseconds(double utc_s) {
        return static_cast<std::uint64_t>(std::llround(utc_s * 1e6));
    }

    const SnapshotBoard& board_;
    SnapshotPtr snapshot_;
};

}  // namespace

std::shared_ptr<Topic> status_topic(const SnapshotBoard& board) {
    return std::make_shared<StatusTopic>(board);
}

std::shared_ptr<Topic> trend_topic(const SnapshotBoard& board) {
    return std::make_shared<TrendTopic>(board);
}

}  // namespace spillgate::online
