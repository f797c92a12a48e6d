#include "daq/journal.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace spillgate::daq {

namespace {
constexpr std::size_t remembered = 20;
constexpr std::size_t most_kinds = 1000;
}  // namespace

void Journal::info(const std::string& text) {
    spdlog::info("{}", text);
}

void Journal::warn(const std::string& kind, const std::string& text) {
    report(false, kind, text);
}

void Journal::error(const std::string& kind, const std::string& text) {
    report(true, kind, text);
}

void Journal::report(bool is_error, const std::string& kind, const std::string& text) {
    const auto now = std::chrono::steady_clock::now();
    std::string line;
    {
        const std::lock_guard lock(mutex_);
        if (last_.size() >= most_kinds && !last_.contains(kind)) last_.clear();
        const auto [entry, first] = last_.try_emplace(kind);
        auto& last = entry->second;
        if (!first && now - last.told < std::chrono::seconds(1)) {
            ++last.untold;
            return;
        }
        line = last.untold ? fmt::format("{} ({} more like this since)", text, last.untold) : text;
        last = {now, 0};
        if (recent_.empty() || recent_.back() != line) recent_.push_back(line);
        if (recent_.size() > remembered) recent_.pop_front();
    }
    if (is_error)
        spdlog::error("{}", line);
    else
        spdlog::warn("{}", line);
}

std::vector<std::string> Journal::recent() const {
    const std::lock_guard lock(mutex_);
    return {recent_.begin(), recent_.end()};
}

}  // namespace spillgate::daq
