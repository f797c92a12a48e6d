// Spectra as deltas to what each console has had.
#include <algorithm>
#include <chrono>
#include <deque>
#include <map>
#include <tuple>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "online/feed/snapshot_topics.hpp"
#include "online/feed/spectrum_delta.hpp"
#include "online/json_body.hpp"
#include "online/spectrum_bins.hpp"

namespace spillgate::online {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr std::size_t max_names = 256;
// Snapshots to make deltas to: a console that is further behind gets its spectra whole.
constexpr std::size_t kept_snapshots = 16;
constexpr std::size_t kept_bytes = 64 << 20;
constexpr auto kept_unasked = 10s;

std::string range_of(const json::object& want) {
    const auto* range = want.if_contains("range");
    return range == nullptr ? std::string(RecentSpectra::whole_run) : std::string(range->get_string());
}

// What consoles that follow one range have had.
class Past {
  public:
    // `version`: of RecentSpectra, later than all before.
    void add(std::uint64_t version, SnapshotPtr snapshot) {
        if (!shown_.empty() && shown_.back().second == snapshot) return;
        const std::size_t each = std::max<std::size_t>(1, bytes_of(*snapshot->spectra));
        shown_.emplace_back(version, std::move(snapshot));
        while (shown_.size() > std::clamp<std::size_t>(kept_bytes / each, 2, kept_snapshots))
            shown_.pop_front();
    }
    const Snapshot& newest() const { return *shown_.back().second; }
    // What was newest in a version; null: it is not kept any more.
    const Snapshot* in(std::uint64_t version) const {
        const auto later = std::ranges::find_if(shown_, [&](const auto& one) { return one.first > version; });
        return later == shown_.begin() ? nullptr : std::prev(later)->second.get();
    }
    std::chrono::steady_clock::time_point asked_at;

  private:
    std::deque<std::pair<std::uint64_t, SnapshotPtr>> shown_;  // newest last
};

class SpectraTopic final : public Topic {
  public:
    SpectraTopic(const SnapshotBoard& board, std::shared_ptr<RecentSpectra> recent)
        : board_(board), recent_(std::move(recent)) {}

    std::string_view name() const override { return "spectra"; }

    proto::Status check(const json::object& want) const override {
        if (auto known = only_fields(want, {"names", "range"}); !known) return known;
        const auto* names = want.if_contains("names");
        const bool texts = names != nullptr && names->is_array() && names->get_array().size() <= max_names &&
                           std::ranges::all_of(names->get_array(), &json::value::is_string);
        if (!texts) {
            return proto::error(proto::ErrorKind::CONFIG,
                                fmt::format("\"names\" is an array of at most {} names", max_names));
        }
        const auto* range = want.if_contains("range");
        if (range != nullptr && !range->is_string())
            return proto::error(proto::ErrorKind::CONFIG, "\"range\" is a text");
        if (!recent_->knows(range_of(want)))
            return proto::error(proto::ErrorKind::CONFIG, recent_->not_known(range_of(want)));
        return {};
    }

    std::uint64_t version() override {
        const auto now = std::chrono::steady_clock::now();
        recent_->take(board_.newest(), now);
        if (recent_->version() == version_) return version_;
        version_ = recent_->version();
        texts_.clear();
        std::erase_if(past_, [&](const auto& one) { return now - one.second.asked_at > kept_unasked; });
        return version_;
    }

    SharedText text(const json::object& want, std::uint64_t had) override {
        auto [known, added] = texts_.try_emplace({json::serialize(want), had});
        if (added) known->second = make(want.at("names").get_array(), range_of(want), had);
        return known->second;
    }

  private:
    SharedText make(const json::array& names, const std::string& range, std::uint64_t had) {
        Past& past = past_[range];
        past.asked_at = std::chrono::steady_clock::now();
        past.add(version_, recent_->of(range));
        const Snapshot& now = past.newest();
        const Snapshot* const before = past.in(had);
        std::string text;
        for (std::size_t i = 0; i < now.spectra->size(); ++i) {
            const auto name = now.spectra->histogram(i).name;
            const bool asked = std::ranges::any_of(
                names, [&](const json::value& one) { return one.get_string() == json::string_view(name); });
            if (!asked || now.changed[i] <= had) continue;
            text += text.empty() ? '[' : ',';
            text += before == nullptr ? whole_spectrum(now, i) : spectrum_delta(now, *before, i);
        }
        if (text.empty()) return nullptr;
        text += ']';
        return std::make_shared<const std::string>(std::move(text));
    }

    const SnapshotBoard& board_;
    std::shared_ptr<RecentSpectra> recent_;
    std::uint64_t version_ = 0;
    std::map<std::string, Past, std::less<>> past_;                      // by range
    std::map<std::pair<std::string, std::uint64_t>, SharedText> texts_;  // of version_, by wish and `had`
};

}  // namespace

std::shared_ptr<Topic> spectra_topic(const SnapshotBoard& board, std::shared_ptr<RecentSpectra> recent) {
    return std::make_shared<SpectraTopic>(board, std::move(recent));
}

}  // namespace spillgate::online
