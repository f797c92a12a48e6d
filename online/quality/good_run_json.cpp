#include "online/quality/good_run_json.hpp"

namespace spillgate::online {

namespace {

namespace json = boost::json;

json::value text_or_null(const std::string& text) {
    return text.empty() ? json::value(nullptr) : json::value(text);
}

}  // namespace

json::array stretches_json(const std::vector<offline::Stretch>& stretches) {
    json::array out;
    for (const offline::Stretch& stretch : stretches) {
        const bool open = stretch.last.slot == offline::last_slot_of_run;
        out.push_back(
            json::object{{"first_run", stretch.first.run},
                         {"first_slot", stretch.first.slot},
                         {"last_run", stretch.last.run},
                         {"last_slot", open ? json::value(nullptr) : json::value(stretch.last.slot)},
                         {"words", offline::words_of(stretch)},
                         {"note", stretch.note}});
    }
    return out;
}

json::object version_json(const offline::GoodRuns& version) {
    const auto& list = version.list;
    return {{"version", list.version()},
            {"name", list.name()},
            {"signed_by", list.signed_by()},
            {"signed_utc_s", list.has_signed_utc_ns()
                                 ? json::value(static_cast<double>(list.signed_utc_ns()) * 1e-9)
                                 : json::value(nullptr)},
            {"note", list.note()},
            {"sha256", version.sha256},
            {"replaces_sha256", text_or_null(list.replaces_sha256())}};
}

json::object difference_json(const offline::GoodRuns* from, const offline::GoodRuns& to) {
    const auto before = from != nullptr ? offline::GoodStretches(from->list) : offline::GoodStretches();
    const offline::GoodStretches after(to.list);
    return {{"added", stretches_json(offline::only_in(after, before))},
            {"removed", stretches_json(offline::only_in(before, after))}};
}

}  // namespace spillgate::online
