#include "online/quality/good_run_request.hpp"

#include <limits>

#include <fmt/format.h>

#include "online/json_body.hpp"
#include "proto/run_catalogue.hpp"

namespace spillgate::online {

namespace {

namespace json = boost::json;
using proto::error;
using proto::ErrorKind;

constexpr std::size_t max_flags = 100;
constexpr std::size_t max_reason_bytes = 1000;

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

proto::Result<offline::GoodRunFlag> flag_in(const json::value& value) {
    const auto* body = value.if_object();
    if (body == nullptr) return error(ErrorKind::CONFIG, "each of \"flags\" must be an object");
    if (auto known =
            only_fields(*body, {"good", "first_run", "last_run", "first_slot", "last_slot", "reason"});
        !known)
        return known.error();
    if (!has(*body, "good"))
        return error(ErrorKind::CONFIG, "\"good\" must say true or false of what is flagged");
    const auto good = flag_of(*body, "good");
    if (!good) return good.error();
    const auto first_run = number_in(*body, "first_run");
    if (!first_run) return first_run.error();
    const auto last_run = has(*body, "last_run") ? number_in(*body, "last_run") : first_run;
    if (!last_run) return last_run.error();
    const auto first_slot = count_of(*body, "first_slot");
    if (!first_slot) return first_slot.error();
    const auto last_slot = has(*body, "last_slot") ? count_of(*body, "last_slot")
                                                   : proto::Result<std::uint64_t>(offline::last_slot_of_run);
    if (!last_slot) return last_slot.error();
    auto reason = text_of(*body, "reason", max_reason_bytes);
    if (!reason) return reason.error();
    if ((has(*body, "first_slot") || has(*body, "last_slot")) && *last_run != *first_run)
        return error(ErrorKind::CONFIG, "slots are given, so it must be one run");
    return offline::GoodRunFlag{*good,
                                {{*first_run, *first_slot}, {*last_run, *last_slot}, std::move(*reason)}};
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

proto::Result<offline::GoodRunSigning> signing_of(const Request& request) {
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
    for (const auto& each : flags->get_array()) {
        auto flag = flag_in(each);
        if (!flag) return flag.error();
        signing.flags.push_back(std::move(*flag));
    }
    return signing;
}

proto::Status check_runs(const offline::GoodRunSigning& signing, const std::string& runs_dir,
                         std::uint32_t going_on) {
    const auto catalogue = proto::RunCatalogue::open_read_only(runs_dir);
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
