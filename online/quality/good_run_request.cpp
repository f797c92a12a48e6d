#include "online/quality/good_run_request.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "online/json_body.hpp"
#include "online/keeper/query_number.hpp"
#include "online/quality/runs_by_utc.hpp"
#include "proto/run_catalogue.hpp"

namespace spillgate::online {

namespace {

namespace json = boost::json;
using proto::error;
using proto::ErrorKind;

constexpr std::size_t max_flags = 100;
constexpr std::size_t max_reason_bytes = 1000;
constexpr double last_utc_s = 9e9;  // 2255: fits in nanoseconds

proto::Result<std::uint32_t> number_in(const json::object& body, std::string_view field) {
    const auto number = count_of(body, field);
    if (!number) return number.error();
    if (*number > std::numeric_limits<std::int32_t>::max())
        return error(ErrorKind::CONFIG, fmt::format("\"{}\" = {} is too large", field, *number));
    return static_cast<std::uint32_t>(*number);
}

bool has(const json::object& body, std::string_view field) {
    const auto* value = body.if_contains(field);
    return value != nullptr && !value->is_null();
}

// What is flagged, as it was asked for.
struct Asked {
    bool good = false;
    offline::Stretch stretch;              // its note is the reason
    std::optional<double> begin_s, end_s;  // by UTC, of the runs of `stretch`; 0: of all runs
    bool is_by_utc() const { return begin_s || end_s; }
};

proto::Result<std::optional<double>> time_in(const json::object& body, std::string_view field) {
    if (!has(body, field)) return std::optional<double>();
    const auto utc_s = number_of(body, field);
    if (!utc_s) return utc_s.error();
    return std::optional(*utc_s);
}

proto::Result<Asked> asked_in(const json::value& value) {
    const auto* body = value.if_object();
    if (body == nullptr) return error(ErrorKind::CONFIG, "each of \"flags\" must be an object");
    if (auto known = only_fields(*body, {"good", "first_run", "last_run", "first_slot", "last_slot",
                                         "begin_utc_s", "end_utc_s", "reason"});
        !known)
        return known.error();
    if (!has(*body, "good"))
        return error(ErrorKind::CONFIG, "\"good\" must say true or false of what is flagged");
    const auto good = flag_of(*body, "good");
    if (!good) return good.error();
    const auto first_run =
        has(*body, "first_run") ? number_in(*body, "first_run") : proto::Result<std::uint32_t>(0U);
    if (!first_run) return first_run.error();
    const auto last_run = has(*body, "last_run") ? number_in(*body, "last_run") : first_run;
    if (!last_run) return last_run.error();
    const auto first_slot = count_of(*body, "first_slot");
    if (!first_slot) return first_slot.error();
    const auto last_slot = has(*body, "last_slot") ? count_of(*body, "last_slot")
                                                   : proto::Result<std::uint64_t>(offline::last_slot_of_run);
    if (!last_slot) return last_slot.error();
    const auto begin_s = time_in(*body, "begin_utc_s");
    if (!begin_s) return begin_s.error();
    const auto end_s = time_in(*body, "end_utc_s");
    if (!end_s) return end_s.error();
    auto reason = text_of(*body, "reason", max_reason_bytes);
    if (!reason) return reason.error();
    const bool has_slots = has(*body, "first_slot") || has(*body, "last_slot");
    Asked asked{
        *good, {{*first_run, *first_slot}, {*last_run, *last_slot}, std::move(*reason)}, *begin_s, *end_s};
    if (has_slots && asked.is_by_utc())
        return error(ErrorKind::CONFIG, "what is flagged is given by slots or by UTC, not by both");
    if (has_slots && *last_run != *first_run)
        return error(ErrorKind::CONFIG, "slots are given, so it must be one run");
    return asked;
}

// Whole milliseconds, as words say them.
std::int64_t ns_of(double utc_s) {
    return std::llround(std::min(utc_s, last_utc_s) * 1000) * 1'000'000;
}

proto::Result<offline::UtcRange> range_of(const Asked& asked, const GoodRunPlace& place) {
    const auto wrong = [](std::string what) { return error(ErrorKind::CONFIG, std::move(what)); };
    const auto& [first, last, reason] = asked.stretch;
    if (first.run == 0 && !(asked.begin_s && asked.end_s))
        return wrong("without a run, \"begin_utc_s\" and \"end_utc_s\" must both be there");
    if (last.run < first.run)
        return wrong(fmt::format("runs {} to {}: it ends before it begins", first.run, last.run));
    const offline::UtcRange range{asked.begin_s ? ns_of(*asked.begin_s) : 0,
                                  asked.end_s ? ns_of(*asked.end_s) : place.utc_ns};
    if (range.end_ns <= range.begin_ns)
        return wrong(fmt::format("{}: it ends before it begins", words_of(range)));
    if (range.end_ns > place.utc_ns)
        return wrong(
            fmt::format("{}: it is not over; what is still to come cannot be flagged", words_of(range)));
    return range;
}

// Adds what it comes to, in runs and slots.
proto::Status add_flags(const Asked& asked, const GoodRunPlace& place,
                        std::vector<offline::GoodRunFlag>& flags) {
    if (!asked.is_by_utc()) {
        flags.push_back({asked.good, asked.stretch});
        return {};
    }
    const auto range = range_of(asked, place);
    if (!range) return range.error();
    const auto& [first, last, reason] = asked.stretch;
    if (reason.empty())
        return error(ErrorKind::CONFIG, fmt::format("{}: a flag needs a reason", words_of(*range)));
    auto stretches = stretches_in({*range, first.run, last.run, place.going_on}, place.runs_dir);
    if (!stretches) return stretches.error();
    if (stretches->empty())
        return error(ErrorKind::REFUSED, fmt::format("no slot of any such run lies in {}", words_of(*range)));
    for (offline::Stretch& stretch : *stretches) {
        stretch.note = fmt::format("{}: {}", words_of(*range), reason);
        flags.push_back({asked.good, std::move(stretch)});
    }
    return {};
}

proto::Status check_run(const proto::RunCatalogue& catalogue, std::uint32_t number,
                        const offline::Stretch& stretch) {
    const auto run = catalogue.run(number);
    if (!run && run.error().kind == ErrorKind::NOT_FOUND)
        return error(ErrorKind::CONFIG, fmt::format("there is no run {}", number));
    if (!run) return run.error();
    const std::uint64_t slots = run->ledger().slots();  // 0: not known
    for (const auto& [of_run, slot] : {stretch.first, stretch.last}) {
        const bool is_said = slot != 0 && slot != offline::last_slot_of_run;
        if (of_run == number && is_said && slots > 0 && slot >= slots)
            return error(ErrorKind::CONFIG, fmt::format("run {} has no slot {}; its slots are 0 to {}",
                                                        number, slot, slots - 1));
    }
    return {};
}

}  // namespace

proto::Result<std::vector<offline::Stretch>> stretches_asked(const Request& request,
                                                             const GoodRunPlace& place) {
    Asked asked;
    for (auto* const time : {&asked.begin_s, &asked.end_s}) {
        const auto* const name = time == &asked.begin_s ? "begin_utc_s" : "end_utc_s";
        if (!request.asked(name)) continue;
        const auto utc_s = query_real(request, name, 0);
        if (!utc_s) return utc_s.error();
        if (*utc_s < 0) return error(ErrorKind::CONFIG, fmt::format("{} must not be negative", name));
        *time = *utc_s;
    }
    const auto first_run = query_number(request, "first_run", 0);
    if (!first_run) return first_run.error();
    const auto last_run = query_number(request, "last_run", *first_run);
    if (!last_run) return last_run.error();
    if (std::max(*first_run, *last_run) > std::numeric_limits<std::int32_t>::max())
        return error(ErrorKind::CONFIG, "there is no such run");
    asked.stretch.first.run = static_cast<std::uint32_t>(*first_run);
    asked.stretch.last.run = static_cast<std::uint32_t>(*last_run);
    const auto range = range_of(asked, place);
    if (!range) return range.error();
    return stretches_in({*range, asked.stretch.first.run, asked.stretch.last.run, place.going_on},
                        place.runs_dir);
}

proto::Result<offline::GoodRunSigning> signing_of(const Request& request, const GoodRunPlace& place) {
    const auto body = body_of(request.body);
    if (!body) return body.error();
    if (auto known = only_fields(*body, {"replaces", "note", "flags"}); !known) return known.error();
    offline::GoodRunSigning signing;
    const auto replaces = number_in(*body, "replaces");
    if (!replaces) return replaces.error();
    auto note = text_of(*body, "note");
    if (!note) return note.error();
    const auto* flags = body->if_contains("flags");
    if (flags == nullptr || !flags->is_array() || flags->get_array().size() > max_flags)
        return error(ErrorKind::CONFIG, fmt::format("\"flags\" must be a list of 1 to {}", max_flags));
    signing.replaces = *replaces;
    signing.signed_by = request.caller.person;
    signing.note = std::move(*note);
    signing.utc_ns = place.utc_ns;
    for (const auto& each : flags->get_array()) {
        const auto asked = asked_in(each);
        if (!asked) return asked.error();
        if (auto added = add_flags(*asked, place, signing.flags); !added) return added.error();
    }
    return signing;
}

proto::Status check_runs(const offline::GoodRunSigning& signing, const GoodRunPlace& place) {
    const std::uint32_t going_on = place.going_on;
    const auto catalogue = proto::RunCatalogue::open_read_only(place.runs_dir);
    if (!catalogue) return catalogue.error();
    for (const auto& [good, stretch] : signing.flags) {
        for (const std::uint32_t run : {stretch.first.run, stretch.last.run})
            if (auto there = check_run(*catalogue, run, stretch); !there) return there;
        if (good && going_on != 0 && stretch.first.run <= going_on && going_on <= stretch.last.run)
            return error(
                ErrorKind::REFUSED,
                fmt::format("run {} still goes on; it can be called good when it is over", going_on));
    }
    return {};
}

}  // namespace spillgate::online
