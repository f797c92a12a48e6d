#include "online/access/sessions.hpp"

#include <algorithm>

#include "online/request_guard.hpp"

namespace spillgate::online {
namespace {

constexpr std::size_t max_sessions = 256;
constexpr std::size_t wrong_per_minute = 5;
constexpr std::size_t id_digits = 16;

}  // namespace

void Sessions::forget_old(Clock::time_point now) {
    while (!sessions_.empty() && now - sessions_.front().opened >= lifetime)
        sessions_.pop_front();
}

const Session& Sessions::open(std::string token_sha256, Clock::time_point now) {
    forget_old(now);
    if (sessions_.size() >= max_sessions) sessions_.pop_front();
    sessions_.push_back(
        {make_token().substr(0, id_digits), make_token(), make_token(), std::move(token_sha256), now});
    return sessions_.back();
}

const Session* Sessions::find(std::string_view cookie, Clock::time_point now) {
    forget_old(now);
    const auto found = std::ranges::find_if(
        sessions_, [&](const Session& session) { return tokens_equal(session.cookie, cookie); });
    return found == sessions_.end() ? nullptr : &*found;
}

const Session* Sessions::by_id(std::string_view id, Clock::time_point now) {
    forget_old(now);
    const auto found = std::ranges::find(sessions_, id, &Session::id);
    return found == sessions_.end() ? nullptr : &*found;
}

void Sessions::end(std::string_view id) {
    std::erase_if(sessions_, [&](const Session& session) { return session.id == id; });
}

bool Sessions::forgive(Clock::time_point now) {
    while (!wrong_.empty() && now - wrong_.front() >= std::chrono::minutes(1))
        wrong_.pop_front();
    if (wrong_.size() >= wrong_per_minute) return false;
    wrong_.push_back(now);
    return true;
}

std::string_view cookie_in(std::string_view header, std::string_view name) {
    while (!header.empty()) {
        const auto end = std::min(header.find(';'), header.size());
        auto pair = header.substr(0, end);
        header.remove_prefix(std::min(end + 1, header.size()));
        pair.remove_prefix(std::min(pair.find_first_not_of(' '), pair.size()));
        if (pair.starts_with(name) && pair.substr(name.size()).starts_with('='))
            return pair.substr(name.size() + 1);
    }
    return {};
}

}  // namespace spillgate::online
