#include "daq/request_words.hpp"

#include <limits>

#include <catch2/catch.hpp>

using namespace spillgate;

namespace {

wire::Request from(const std::string& client, const std::string& person) {
    wire::Request request;
    request.set_client(client);
    request.set_person(person);
    return request;
}

}  // namespace

TEST_CASE("who asks for what is said in words") {
    auto stop = from("console", "A. Person");
    stop.mutable_stop();
    CHECK(daq::words_of(stop) == "stop by A. Person via console");
    CHECK(daq::asker_of(stop) == "A. Person");
    stop.clear_person();
    CHECK(daq::words_of(stop) == "stop by console");
    CHECK(daq::asker_of(stop) == "console");
    stop.clear_client();
    CHECK(daq::words_of(stop) == "stop by somebody unnamed");
    stop.set_client("lead");
    CHECK(daq::words_of(stop) == "stop by the lead");
    CHECK(daq::asker_of(stop).empty());
    stop.set_person("A. Person");
    CHECK(daq::words_of(stop) == "stop by A. Person via the lead");

    auto prepare = from("lead", "A. Person");
    prepare.mutable_prepare();
    CHECK(daq::words_of(prepare) == "start by A. Person via the lead");
    auto status = from("spillgate-ctl", "a");
    status.mutable_status();
    CHECK(daq::words_of(status).empty());
}

TEST_CASE("a note says who wrote it, and when") {
    auto note = from("console", "A. Person");
    note.mutable_note()->set_text("HV lowered");
    note.mutable_note()->set_utc_ns(1'795'918'540'700'000'000);
    CHECK(daq::note_line(note) == "HV lowered (A. Person, 2026-11-29 02:15:40 UTC)");
    note.set_client("lead");
    CHECK(daq::note_line(note) == "HV lowered (A. Person, 2026-11-29 02:15:40 UTC)");
    note.clear_person();
    CHECK(daq::note_line(note) == "HV lowered (2026-11-29 02:15:40 UTC)");
    note.set_client("a script");
    CHECK(daq::note_line(note) == "HV lowered (a script, 2026-11-29 02:15:40 UTC)");
}

TEST_CASE("requests that ask for another state are told from those that do not") {
    auto request = from("console", "A. Person");
    for (auto* change :
         {+[](wire::Request& r) { r.mutable_configure(); }, +[](wire::Request& r) { r.mutable_start(); },
          +[](wire::Request& r) { r.mutable_pause(); }, +[](wire::Request& r) { r.mutable_resume(); },
          +[](wire::Request& r) { r.mutable_stop(); }, +[](wire::Request& r) { r.mutable_reset(); }}) {
        change(request);
        CHECK(daq::changes_state(request));
    }
    for (auto* other :
         {+[](wire::Request& r) { r.mutable_note(); }, +[](wire::Request& r) { r.mutable_limit(); },
          +[](wire::Request& r) { r.mutable_status(); }, +[](wire::Request& r) { r.mutable_loss(); }}) {
        other(request);
        CHECK_FALSE(daq::changes_state(request));
    }
}

TEST_CASE("content that no state would make right is refused with the field and what is allowed") {
    const auto why = [](const wire::Request& request) {
        const auto status = daq::check_content(request);
        return status ? std::string() : status.error().message;
    };
    auto start = from("console", "A. Person");
    start.mutable_start();
    CHECK(why(start) == "a run needs a type");
    start.mutable_start()->set_type(wire::PHYSICS);
    CHECK(why(start).empty());
    start.mutable_start()->set_operator_("A\nB");
    CHECK(why(start) == "operator must be a name of at most 200 bytes, without control characters");
    start.mutable_start()->set_operator_("A. Shift");
    start.mutable_start()->set_restart(true);
    CHECK(why(start).find("without one") != std::string::npos);
    start.mutable_start()->mutable_limits()->set_protons(-1);
    CHECK(why(start).starts_with("limits.protons is -1"));

    auto limit = from("console", "A. Person");
    limit.mutable_limit()->mutable_limits()->set_seconds(std::numeric_limits<double>::quiet_NaN());
    CHECK(why(limit).starts_with("limits.seconds is nan"));
    auto stop = from("console", std::string(201, 'p'));
    stop.mutable_stop();
    CHECK(why(stop).starts_with("person must be a name"));
}
