#include "online/shift/shift_words.hpp"

#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "online/logbook/logbook.hpp"
#include "proto/utc_text.hpp"

namespace spillgate::online {

namespace {

std::string people_words(const Shift& shift) {
    std::set<std::string> seen;  // who left and came again is named once
    std::vector<std::string> names;
    for (const OnShift& one : shift.people)
        if (seen.insert(one.person).second) names.push_back(one.person);
    return fmt::format("{}", fmt::join(names, ", "));
}

std::string line_words(const CheckLine& line) {
    std::string words = fmt::format("{} {}", line.done ? "✔" : "– not ticked:", line.text);
    if (line.utc_ns != 0) words += fmt::format(" ({}, {} UTC)", line.person, proto::utc_text(line.utc_ns));
    if (!line.remark.empty()) words += ": " + line.remark;
    return words;
}

std::string with_lines(std::string text, const Shift& shift) {
    constexpr std::size_t spare = 100;  // for the last line
    std::size_t left_out = 0;
    for (const CheckLine& line : shift.lines) {
        const auto words = line_words(line);
        if (text.size() + words.size() + spare > Logbook::max_text_bytes)
            ++left_out;
        else
            text += "\n" + words;
    }
    if (left_out > 0) text += fmt::format("\nand {} lines for which there is no room", left_out);
    return text;
}

}  // namespace

std::string begun_words(const Shift& shift, const std::optional<Shift>& over) {
    auto words = fmt::format("Shift {} begun by {}.", shift.number, shift.begun_by);
    if (over)
        words +=
            fmt::format(" Shift {} ({}) ended without a handover, {} of {} lines of its checklist ticked.",
                        over->number, people_words(*over), over->lines_done(), over->lines.size());
    return words;
}

std::string complete_words(const Shift& shift) {
    return with_lines(fmt::format("Checklist of shift {} complete:", shift.number), shift);
}

std::string handed_over_words(const Shift& shift) {
    auto words = fmt::format("Shift {} handed over:\n{}\n\nFrom {} to {} UTC: {}.", shift.number,
                             shift.handover ? shift.handover->text : "", proto::utc_text(shift.begin_utc_ns),
                             proto::utc_text(shift.end_utc_ns), people_words(shift));
    if (shift.lines.empty()) return words;
    words += fmt::format(" {} of {} lines of the checklist ticked:", shift.lines_done(), shift.lines.size());
    return with_lines(std::move(words), shift);
}

}  // namespace spillgate::online
