#include "daq/journal.hpp"

#include <utility>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "daq/plain_text.hpp"
#include "proto/time.hpp"

namespace spillgate::daq {

namespace {

using Level = wire::LogLine;

constexpr std::size_t remembered = 20;
constexpr std::size_t remembered_lines = 50;
constexpr std::size_t most_kinds = 1000;
constexpr int most_infos = 10;              // of a kind within a second: people's requests, not troubles
constexpr std::size_t longest_text = 1000;  // bytes of a line in the status
constexpr std::size_t longest_kind = 100;

void log(Level::Level level, const std::string& line) {
    switch (level) {
        case Level::ERROR:
            return spdlog::error("{}", line);
        case Level::WARN:
            return spdlog::warn("{}", line);
        default:
            return spdlog::info("{}", line);
    }
}

}  // namespace

void Journal::info(const std::string& kind, const std::string& text) {
    report(Level::INFO, kind, text);
}

void Journal::warn(const std::string& kind, const std::string& text) {
    report(Level::WARN, kind, text);
}

void Journal::error(const std::string& kind, const std::string& text) {
    report(Level::ERROR, kind, text);
}

// Under the mutex. Also fills in how many lines of its kind were not.
bool Journal::is_told(wire::LogLine& line) {
    const bool is_info = line.level() == Level::INFO;
    const std::pair key(line.kind(), is_info);
    if (last_.size() >= most_kinds && !last_.contains(key)) last_.clear();
    const auto now = std::chrono::steady_clock::now();
    auto& last = last_[key];
    if (last.told == 0 || now - last.first >= std::chrono::seconds(1)) {
        last.first = now;
        last.told = 0;
    }
    if (last.told >= (is_info ? most_infos : 1)) {
        ++last.untold;
        return false;
    }
    ++last.told;
    line.set_untold(std::exchange(last.untold, 0));
    return true;
}

void Journal::report(wire::LogLine::Level level, const std::string& kind, const std::string& text) {
    wire::LogLine told;
    told.set_utc_ns(proto::utc_now_ns());
    told.set_level(level);
    told.set_kind(plain_text(kind, longest_kind));
    std::string line;
    {
        const std::lock_guard lock(mutex_);
        told.set_number(++number_);
        if (!is_told(told)) return;
        line = told.untold() ? fmt::format("{} ({} more like this since)", text, told.untold()) : text;
        if (level != Level::INFO && (recent_.empty() || recent_.back() != line)) recent_.push_back(line);
        if (recent_.size() > remembered) recent_.pop_front();
        told.set_text(plain_text(text, longest_text));
        lines_.push_back(std::move(told));
        if (lines_.size() > remembered_lines) lines_.pop_front();
    }
    log(level, line);
}

std::vector<std::string> Journal::recent() const {
    const std::lock_guard lock(mutex_);
    return {recent_.begin(), recent_.end()};
}

std::vector<wire::LogLine> Journal::lines() const {
    const std::lock_guard lock(mutex_);
    return {lines_.begin(), lines_.end()};
}

}  // namespace spillgate::daq
