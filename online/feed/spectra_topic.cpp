// Spectra as deltas to what each console has had.
#include <algorithm>
#include <deque>
#include <map>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "online/feed/snapshot_topics.hpp"
#include "online/feed/spectrum_delta.hpp"
#include "online/json_body.hpp"

namespace spillgate::online {
namespace {

namespace json = boost::json;

constexpr std::size_t max_names = 256;
// Snapshots to make deltas to: a console that is further behind gets its spectra whole.
constexpr std::size_t kept_snapshots = 16;
constexpr std::size_t kept_bytes = 64 << 20;

std::size_t bytes_of(const offline::Spectra& spectra) {
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < spectra.size(); ++i) {
        const auto histogram = spectra.histogram(i);
        bytes += 4 * sizeof(std::uint64_t) * histogram.in_time.size();
    }
    return bytes;
}

class SpectraTopic final : public Topic {
  public:
    explicit SpectraTopic(const SnapshotBoard& board) : board_(board) {}

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
        if (range != nullptr && *range != "run")
            return proto::error(proto::ErrorKind::CONFIG, "\"range\" is not known; allowed is \"run\"");
        return {};
    }

    // The newest change of any spectrum.
    std::uint64_t version() override {
        auto newest = board_.newest();
        const auto changed_in = [](const Snapshot& snapshot) {
            return snapshot.changed.empty() ? 0 : std::ranges::max(snapshot.changed);
        };
        if (newest && (past_.empty() || changed_in(*past_.back()) != changed_in(*newest))) {
            texts_.clear();
            past_.push_back(std::move(newest));
            const std::size_t each = std::max<std::size_t>(1, bytes_of(*past_.back()->spectra));
            while (past_.size() > std::clamp<std::size_t>(kept_bytes / each, 2, kept_snapshots))
                past_.pop_front();
        }
        return past_.empty() ? 0 : changed_in(*past_.back());
    }

    SharedText text(const json::object& want, std::uint64_t had) override {
        auto [known, added] = texts_.try_emplace({json::serialize(want), had});
        if (added) known->second = make(want.at("names").get_array(), had);
        return known->second;
    }

  private:
    SharedText make(const json::array& names, std::uint64_t had) const {
        const Snapshot& now = *past_.back();
        const auto before = std::ranges::find_if(past_, [&](const SnapshotPtr& snapshot) {
            return had != 0 && !snapshot->changed.empty() && std::ranges::max(snapshot->changed) == had;
        });
        std::string text;
        for (std::size_t i = 0; i < now.spectra->size(); ++i) {
            const auto name = now.spectra->histogram(i).name;
            const bool asked = std::ranges::any_of(
                names, [&](const json::value& one) { return one.get_string() == json::string_view(name); });
            if (!asked || now.changed[i] <= had) continue;
            text += text.empty() ? '[' : ',';
            text += before == past_.end() ? whole_spectrum(now, i) : spectrum_delta(now, **before, i);
        }
        if (text.empty()) return nullptr;
        text += ']';
        return std::make_shared<const std::string>(std::move(text));
    }

    const SnapshotBoard& board_;
    std::deque<SnapshotPtr> past_;  // in which spectra have changed, newest last
    std::map<std::pair<std::string, std::uint64_t>, SharedText> texts_;  // of the newest, by wish and `had`
};

}  // namespace

std::shared_ptr<Topic> spectra_topic(const SnapshotBoard& board) {
    return std::make_shared<SpectraTopic>(board);
}

}  // namespace spillgate::online
