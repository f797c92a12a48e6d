#include "online/quality/run_judge.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "online/alarms/alarm_table.hpp"
#include "online/quality/judgement.hpp"
#include "online/quality/series_mean.hpp"
#include "proto/names.hpp"

namespace spillgate::online {

namespace {

constexpr std::size_t remembered = 16;
constexpr double ns_per_s = 1e9;
constexpr double enough = 0.5;          // of a run's time a series must be known
constexpr double all_but_joints = 0.9;  // … if online was away: then the rest will never be known

bool is_for(const config::QualityBand& band, wire::RunType type) {
    const auto& types = band.run_type();
    return types.empty() || std::ranges::find(types, wire::name_of(type)) != types.end();
}

// Online keeps a value of its own each second.
bool was_there(History& history, double utc_s) {
    constexpr double before_s = 60;
    constexpr std::size_t points = 100;
    const auto kept = history.read("console.history_off", utc_s - before_s, utc_s, points);
    return !kept || !kept->points.empty();
}

RunQuantity of_series(const std::string& name, const RunAccount& account, const HistoryAtHand& at_hand) {
    const auto unknown = [&](std::string reason) { return RunQuantity{name, "", {}, {}, std::move(reason)}; };
    const auto& run = *account.description;
    if (at_hand.history == nullptr) return unknown("the history is off: " + at_hand.off);
    if (run.stop_utc_ns() <= run.start_utc_ns() || run.start_utc_ns() == 0)
        return unknown("when the run ended is not known");
    const double end_s = static_cast<double>(run.stop_utc_ns()) / ns_per_s;
    const bool followed = account.followed && was_there(*at_hand.history, end_s);
    auto mean = mean_of_series(*at_hand.history, name, static_cast<double>(run.start_utc_ns()) / ns_per_s,
                               end_s, followed ? enough : all_but_joints);
    if (followed || mean.reason.empty()) return mean;
    return unknown("online was away, and " + mean.reason);
}

// Quantities of the run first, then series. What nobody knows is there once, without a value.
RunQuantities named_by(const config::QualityBand& band, const RunQuantities& of_run,
                       const RunAccount& account, const HistoryAtHand& at_hand) {
    RunQuantities out;
    const auto& pattern = band.quantity();
    for (const RunQuantity& quantity : of_run)
        if (matches(pattern, quantity.name)) out.push_back(quantity);
    if (at_hand.history != nullptr) {
        for (const auto& [name, unit] : at_hand.history->series())
            if (matches(pattern, name) && std::ranges::find(out, name, &RunQuantity::name) == out.end())
                out.push_back(of_series(name, account, at_hand));
    }
    if (!out.empty()) return out;
    if (pattern.starts_with("run.") && !account.spectra_not_whole.empty() && !account.spectra)
        return {{pattern, "", {}, {}, account.spectra_not_whole}};
    if (at_hand.history == nullptr) return {of_series(pattern, account, at_hand)};
    return {{pattern, "", {}, {}, "there is no such quantity of a run, and no such series in the history"}};
}

LogbookEntry entry_of(std::uint32_t run, std::string line, std::int64_t now_utc_ns) {
    LogbookEntry entry;
    entry.utc_ns = now_utc_ns;
    entry.run = run;
    entry.kind = EntryKind::QUALITY;
    entry.text = std::move(line);
    return entry;
}

bool has_same_verdicts(const std::vector<QualityRow>& one, const std::vector<QualityRow>& other) {
    return std::ranges::equal(one, other, [](const QualityRow& a, const QualityRow& b) {
        return a.quantity == b.quantity && a.verdict == b.verdict;
    });
}

JudgedBy kind_of(const RunAccount& account) {
    if (account.whole()) return JudgedBy::THE_WHOLE;
    return account.followed ? JudgedBy::A_PART : JudgedBy::ALL_THERE_IS;
}

// Whether what was judged stays when there is such an account of the run.
bool stands(std::optional<JudgedBy> judged_by, bool all_is_known, JudgedBy account) {
    if (!judged_by || *judged_by == JudgedBy::A_PART) return false;
    return account != JudgedBy::THE_WHOLE || (*judged_by == JudgedBy::THE_WHOLE && all_is_known);
}

bool is_known(const std::vector<QualityRow>& rows) {
    return !rows.empty() &&
           std::ranges::none_of(rows, [](const QualityRow& row) { return row.verdict == "unknown"; });
}

}  // namespace

std::vector<QualityRow> judged(const RunAccount& account, const config::Console& console,
                               const std::string& console_sha256, const HistoryAtHand& at_hand) {
    const auto of_run = quantities_of(account);
    std::map<std::string, QualityRow> rows;  // by quantity; the band that comes first counts
    for (const auto& band : console.quality()) {
        if (!is_for(band, account.description->type())) continue;
        for (const RunQuantity& quantity : named_by(band, of_run, account, at_hand)) {
            auto [verdict, reason] = judgement_of(quantity, band);
            rows.try_emplace(quantity.name,
                             QualityRow{account.description->number(), quantity.name, quantity.value,
                                        words_of(band, quantity.unit), std::move(verdict), std::move(reason),
                                        console_sha256, quantity.error, quantity.unit});
        }
    }
    std::vector<QualityRow> out;
    out.reserve(rows.size());
    for (auto& [name, row] : rows)
        out.push_back(std::move(row));
    return out;
}

std::string line_of(const std::vector<QualityRow>& rows) {
    std::string text;
    for (const char* verdict : {"bad", "doubtful"}) {
        for (const QualityRow& row : rows) {
            if (row.verdict != verdict) continue;
            if (text.empty())
                text = fmt::format("Run {} ended {}: ", row.run, verdict);
            else
                text += "; ";
            text += fmt::format("{} is {}, {}", row.quantity,
                                words_of(RunQuantity{row.quantity, row.unit, row.value, row.error, ""}),
                                row.reason);
        }
    }
    return text;
}

std::vector<RunJudge::Ended> RunJudge::not_judged(const Snapshot& snapshot) const {
    std::vector<Ended> out;
    const auto is_new = [&](std::uint32_t run, std::uint64_t version) {
        const auto known = judged_.find(run);
        return known == judged_.end() || version > known->second;
    };
    for (const auto& closed : snapshot.closed)
        if (is_new(closed->run.description->number(), closed->version))
            out.push_back({closed->version, account_of(*closed)});
    const auto lead = std::ranges::find_if(snapshot.daemons, [](const auto& one) { return one.lead; });
    if (snapshot.run.phase != RunPhase::REFUSED || lead == snapshot.daemons.end() || !lead->status)
        return out;
    const auto& run = lead->status->run();
    const bool is_it = run.number() == snapshot.run.description->number() && run.stop_utc_ns() != 0;
    if (!is_it || !is_new(run.number(), 0)) return out;
    RunAccount account;
    account.description = std::make_shared<const wire::RunDescription>(run);
    account.spectra_not_whole = fmt::format("online did not follow it ({})", snapshot.run.statement);
    out.push_back({0, std::move(account)});
    return out;
}

void RunJudge::note(std::uint32_t run, const std::vector<QualityRow>& rows) {
    if (run < newest_ || rows.empty()) return;
    newest_ = run;
    newest_bad_ =
        static_cast<std::size_t>(std::ranges::count(rows, std::string("bad"), &QualityRow::verdict));
}

Quantity RunJudge::bad() const {
    Quantity out{"quality.bad", "", {}};
    if (newest_bad_) out.value = static_cast<double>(*newest_bad_);
    return out;
}

// What the logbook should say.
proto::Result<std::string> RunJudge::judge(const Ended& ended, Database& desk, const HistoryAtHand& at_hand) {
    RunRecords records(desk);
    const std::uint32_t run = ended.account.description->number();
    const auto before = records.quality(run, run);
    if (!before) return before.error();
    const auto judged_by = records.judged_by(run);
    if (!judged_by) return judged_by.error();
    const auto account = kind_of(ended.account);
    if (stands(*judged_by, is_known(*before), account) && !judged_.contains(run)) {
        note(run, *before);
        return std::string();
    }
    const auto rows = judged(ended.account, console_, sha256_, at_hand);
    if (auto kept = records.judge(run, rows, account); !kept) return kept.error();
    note(run, rows);
    return has_same_verdicts(*before, rows) ? std::string() : line_of(rows);
}

proto::Result<std::vector<LogbookEntry>> RunJudge::look(const Snapshot& snapshot, Database& desk,
                                                        const HistoryAtHand& at_hand,
                                                        std::int64_t now_utc_ns) {
    std::vector<LogbookEntry> entries;
    if (console_.quality().empty()) return entries;
    for (const Ended& ended : not_judged(snapshot)) {
        const std::uint32_t run = ended.account.description->number();
        auto line = judge(ended, desk, at_hand);
        if (!line && entries.empty()) return line.error();
        if (!line) break;  // the next look says so
        judged_[run] = ended.version;
        if (judged_.size() > remembered) judged_.erase(judged_.begin());
        if (line->empty()) continue;
        entries.push_back(entry_of(run, std::move(*line), now_utc_ns));
    }
    return entries;
}

bool RunJudge::asks_for(wire::RunType type, std::string_view quantity) const {
    return std::ranges::any_of(console_.quality(), [&](const config::QualityBand& band) {
        return is_for(band, type) && (quantity.empty() || matches(band.quantity(), quantity));
    });
}

proto::Result<std::optional<LogbookEntry>> RunJudge::judge_late(const RunAccount& account, Database& desk,
                                                                const HistoryAtHand& at_hand,
                                                                std::int64_t now_utc_ns) {
    auto line = judge({0, account}, desk, at_hand);
    if (!line) return line.error();
    if (line->empty()) return std::optional<LogbookEntry>();
    return std::optional(entry_of(account.description->number(), std::move(*line), now_utc_ns));
}

}  // namespace spillgate::online
