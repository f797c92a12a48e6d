#include "online/access/controls.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "proto/time.hpp"

namespace spillgate::online {

namespace json = boost::json;

proto::Error Controls::held() const {
    return proto::error(proto::ErrorKind::REFUSED,
                        holder_ ? fmt::format("{} holds the controls", holder_->person)
                                : std::string("nobody holds the controls: take them first"));
}

void Controls::give(const Caller& caller, Clock::time_point now) {
    holder_ = Holder{caller.person, caller.session, proto::utc_now_ns(), now};
    offer_.reset();
    ++version_;
    spdlog::info("{} holds the controls", caller.person);
}

proto::Status Controls::take(const Caller& caller, bool force, Clock::time_point now) {
    if (held_by(caller, now)) return {};
    if (holder_ && !force) return held();
    if (holder_ && !caller.expert) {
        return proto::error(
            proto::ErrorKind::REFUSED,
            fmt::format("{} holds the controls; only an expert can take them away", holder_->person));
    }
    if (holder_) spdlog::warn("{} takes the controls away from {}", caller.person, holder_->person);
    give(caller, now);
    return {};
}

proto::Status Controls::release(const Caller& caller, Clock::time_point now) {
    if (!held_by(caller, now)) return held();
    gone(caller.session);
    return {};
}

proto::Status Controls::offer(const Caller& caller, const std::string& session, Clock::time_point now) {
    if (!held_by(caller, now)) return held();
    const auto to = present_.find(session);
    if (to == present_.end() || session == caller.session) {
        return proto::error(proto::ErrorKind::REFUSED,
                            "there is no other session like that; allowed are those of \"present\"");
    }
    offer_ = Offer{to->second.person, session};
    ++version_;
    return {};
}

proto::Status Controls::accept(const Caller& caller, Clock::time_point now) {
    look(now);
    if (!offer_ || offer_->session != caller.session)
        return proto::error(proto::ErrorKind::REFUSED, "the controls are not offered to you");
    give(caller, now);
    return {};
}

proto::Status Controls::decline(const Caller& caller, Clock::time_point now) {
    look(now);
    if (!offer_ || offer_->session != caller.session)
        return proto::error(proto::ErrorKind::REFUSED, "the controls are not offered to you");
    offer_.reset();
    ++version_;
    return {};
}

void Controls::heard(std::string_view session, Clock::time_point now) {
    if (holder_ && holder_->session == session) holder_->heard = now;
}

void Controls::enter(const Caller& caller) {
    if (!caller.shift) return;
    Present& present = present_[caller.session];
    present.person = caller.person;
    if (++present.pages == 1) ++version_;
}

void Controls::leave(const std::string& session) {
    const auto found = present_.find(session);
    if (found == present_.end() || --found->second.pages > 0) return;
    present_.erase(found);
    ++version_;
}

void Controls::look(Clock::time_point now) {
    if (!holder_) return;
    if (present_.contains(holder_->session)) holder_->heard = now;
    if (now - holder_->heard < patience_) return;
    spdlog::warn("{} has been silent for {} s: the controls are free", holder_->person, patience_.count());
    gone(std::string(holder_->session));
}

void Controls::gone(std::string_view session) {
    if (offer_ && offer_->session == session) {
        offer_.reset();
        ++version_;
    }
    if (!holder_ || holder_->session != session) return;
    holder_.reset();
    offer_.reset();
    ++version_;
}

bool Controls::held_by(const Caller& caller, Clock::time_point now) {
    look(now);
    return holder_ && !caller.session.empty() && holder_->session == caller.session;
}

json::object Controls::json(Clock::time_point now) {
    look(now);
    json::array present;
    for (const auto& [session, one] : present_)
        present.push_back(json::object{{"person", one.person}, {"session", session}});
    json::object out{{"holder", nullptr}, {"offer", nullptr}, {"present", std::move(present)}};
    if (holder_) {
        out["holder"] =
            json::object{{"person", holder_->person},
                         {"session", holder_->session},
                         {"since_utc_s", static_cast<double>(holder_->since_utc_ns) * 1e-9},
                         {"silent_s", std::chrono::duration<double>(now - holder_->heard).count()}};
    }
    if (offer_) out["offer"] = json::object{{"person", offer_->person}, {"session", offer_->session}};
    return out;
}

}  // namespace spillgate::online
