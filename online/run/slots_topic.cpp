#include "online/run/slots_topic.hpp"

#include <map>
#include <vector>

#include <boost/json/serialize.hpp>

#include "online/json_body.hpp"
#include "online/run/beam_json.hpp"

namespace spillgate::online {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

class SlotsTopic final : public Topic {
  public:
    explicit SlotsTopic(const SnapshotBoard& board) : board_(board) {}

    std::string_view name() const override { return "slots"; }
    std::chrono::milliseconds period() const override { return 500ms; }
    proto::Status check(const json::object& want) const override { return only_fields(want, {}); }

    std::uint64_t version() override {
        const auto now = board_.newest();
        if (now && now->strip && now->strip != strip_) take(now->strip);
        return version_;
    }

    SharedText text(const json::object&, std::uint64_t had) override {
        SharedText& known = texts_[had];
        if (!known) known = make(had);
        return known;
    }

  private:
    struct Told {
        std::int64_t utc_ns = 0;    // of the verdict
        std::uint64_t version = 0;  // in which it was new
    };

    // O(slots of the strip).
    void take(std::shared_ptr<const SlotStripView> strip) {
        if (strip_ && strip->run != strip_->run) told_.clear();
        strip_ = std::move(strip);
        std::map<std::uint64_t, Told> told;
        bool is_new = false;
        for (const SlotPoint& slot : strip_->slots) {
            const auto before = told_.find(slot.slot);
            const bool same = before != told_.end() && before->second.utc_ns == slot.utc_ns;
            told[slot.slot] = same ? before->second : Told{slot.utc_ns, version_ + 1};
            is_new |= !same;
        }
        told_ = std::move(told);
        if (!is_new) return;
        ++version_;
        texts_.clear();
    }

    SharedText make(std::uint64_t had) const {
        std::vector<SlotPoint> slots;
        for (const SlotPoint& slot : strip_->slots)
            if (told_.at(slot.slot).version > had) slots.push_back(slot);
        return std::make_shared<const std::string>(
            json::serialize(json::object{{"run", strip_->run}, {"slots", slots_json(slots)}}));
    }

    const SnapshotBoard& board_;
    std::shared_ptr<const SlotStripView> strip_;
    std::map<std::uint64_t, Told> told_;  // by slot, those of strip_
    std::uint64_t version_ = 0;
    std::map<std::uint64_t, SharedText> texts_;  // of version_, by `had`
};

}  // namespace

std::shared_ptr<Topic> slots_topic(const SnapshotBoard& board) {
    return std::make_shared<SlotsTopic>(board);
}

}  // namespace spillgate::online
