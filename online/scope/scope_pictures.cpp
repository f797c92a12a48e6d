#include "online/scope/scope_pictures.hpp"

#include <algorithm>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "online/scope/scope_choice.hpp"
#include "online/scope/scope_picture.hpp"

namespace spillgate::online {

namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr std::size_t most_wishes = 64;
constexpr auto forgotten_after = 10s;

std::string none_in_words(const ScopeView& view) {
    if (view.slots.empty()) return "no slot has come yet";
    return fmt::format("none of the last {} slots passes this filter", view.slots.size());
}

}  // namespace

void ScopePictures::wake(std::function<void()> made) {
    const std::lock_guard lock(mutex_);
    made_ = std::move(made);
}

std::uint64_t ScopePictures::version(Clock::time_point now) {
    const auto view = ring_.newest();
    const std::lock_guard lock(mutex_);
    if (view && view->generation != generation_) {
        generation_ = view->generation;
        ++version_;
    }
    if (owed_ && now >= *owed_) {
        owed_.reset();
        ++version_;
    }
    return version_;
}

SharedText ScopePictures::text(const ScopeWish& wish, const std::string& key, std::uint64_t had,
                               Clock::time_point now) {
    const std::lock_guard lock(mutex_);
    if (!kept_.contains(key)) forget_old(now);
    if (!kept_.contains(key) && kept_.size() >= most_wishes) return nullptr;
    Kept& kept = kept_[key];
    kept.asked_at = now;
    const bool behind = kept.generation != generation_ || kept.version == 0;
    if (behind && !kept.at_work && now >= kept.not_before) {
        kept.at_work = worker_.post([this, wish, key] { make(wish, key); });
        kept.not_before = now + period_;
    }
    // Too early, or the worker had no room.
    if (behind && !kept.at_work) owed_ = std::min(owed_.value_or(kept.not_before), kept.not_before);
    return kept.version > had ? kept.text : nullptr;
}

// On the worker's thread.
void ScopePictures::make(const ScopeWish& wish, const std::string& key) {
    const auto view = ring_.newest();
    const auto channel =
        view ? scope_channel(view->config->config, wish.channels.empty() ? "" : wish.channels.front())
             : std::nullopt;
    ScopeSlotPtr slot;
    std::string why = "there is no such channel";
    if (channel) {
        const auto chosen = chosen_slots(*view, *channel, wish.filter);
        if (!chosen.empty()) slot = chosen.back();
        why = none_in_words(*view);
    }
    const std::uint64_t number = slot ? slot->number : 0;
    const bool sealed = slot && view->sealed(*slot);
    {
        const std::lock_guard lock(mutex_);
        Kept& kept = kept_[key];
        if (kept.version != 0 && slot && kept.slot == number && kept.sealed == sealed) {
            kept.generation = view->generation;
            kept.at_work = false;
            return;
        }
    }
    auto text = std::make_shared<const std::string>(
        json::serialize(slot ? scope_picture(*view, *slot, wish) : no_scope_picture(std::move(why))));
    const std::lock_guard lock(mutex_);
    Kept& kept = kept_[key];
    kept.at_work = false;
    kept.generation = view ? view->generation : 0;
    kept.slot = number;
    kept.sealed = sealed;
    if (kept.text && *kept.text == *text) return;
    kept.text = std::move(text);
    kept.version = ++version_;
    if (made_) made_();
}

void ScopePictures::forget_old(Clock::time_point now) {
    std::erase_if(kept_, [&](const auto& one) {
        return !one.second.at_work && now - one.second.asked_at > forgotten_after;
    });
}

namespace {

class ScopeTopic final : public Topic {
  public:
    explicit ScopeTopic(std::shared_ptr<ScopePictures> pictures) : pictures_(std::move(pictures)) {}
    std::string_view name() const override { return "scope"; }
    proto::Status check(const json::object& want) const override {
        const auto wish = scope_wish(want);
        return wish ? proto::Status() : proto::Status(wish.error());
    }
    std::uint64_t version() override { return pictures_->version(ScopePictures::Clock::now()); }
    SharedText text(const json::object& want, std::uint64_t had) override {
        return pictures_->text(scope_wish(want).value(), json::serialize(want), had,
                               ScopePictures::Clock::now());
    }

  private:
    std::shared_ptr<ScopePictures> pictures_;
};

}  // namespace

std::shared_ptr<Topic> scope_topic(std::shared_ptr<ScopePictures> pictures) {
    return std::make_shared<ScopeTopic>(std::move(pictures));
}

}  // namespace spillgate::online
