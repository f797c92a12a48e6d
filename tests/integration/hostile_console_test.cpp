// spillgate-ctl against no console, and against servers that are none.
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/daq/scratch_directory.hpp"
#include "tests/data/canned_server.hpp"
#include "tests/integration/daemon_process.hpp"

using namespace spillgate;
using test::CannedServer;
using test::Outcome;

namespace {

namespace json = boost::json;

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

// Of any verb against this server.
Outcome asked_of(const test::ScratchDirectory& directory, const std::string& url,
                 const std::vector<std::string>& verb) {
    std::vector<std::string> arguments{"--console", url};
    arguments.insert(arguments.end(), verb.begin(), verb.end());
    return test::run_program(directory.path(), "spillgate-ctl", arguments);
}

std::string answer_of(const std::string& body) {
    return fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", body.size(), body);
}

}  // namespace

TEST_CASE("without a console, or with an address that may not be, one message says so", "[integration]") {
    const test::ScratchDirectory directory;
    std::string gone;
    gone = CannedServer("").url();
    const auto nobody = asked_of(directory, gone, {"health"});
    CHECK(nobody.status == 1);
    CHECK(contains(nobody.err, "no connection"));
    CHECK(contains(nobody.err, "is spillgate-online running?"));
    const auto as_json = asked_of(directory, gone, {"--json", "runs"});
    CHECK(as_json.status == 1);
    CHECK(json::parse(as_json.out).at("ok") == false);
    for (const char* wrong : {"http://daq.example.org", "ftp://127.0.0.1", "https://daq.example.org/console",
                              "127.0.0.1:8080", "http://127.0.0.1.example.org"})
        CHECK(asked_of(directory, wrong, {"health"}).status == 2);
    // The port of the configuration.
    const auto config = test::write_config({directory.path(), {"daq"}, false, 0, 60, "", "", "http_port: 0"});
    const auto any_port = test::run_program(directory.path(), "spillgate-ctl", {"--config", config, "runs"});
    CHECK(any_port.status == 2);
    CHECK(contains(any_port.err, "network.http_port is 0"));
}

TEST_CASE("a server that is no console, or a hostile one, does no harm", "[integration]") {
    const test::ScratchDirectory directory;
    const auto refused = [&](const CannedServer& server, const std::vector<std::string>& verb,
                             const std::string& why) {
        const auto outcome = asked_of(directory, server.url(), verb);
        INFO(outcome.out << outcome.err);
        CHECK(outcome.status == 1);
        CHECK(outcome.out.empty());
        CHECK(contains(outcome.err, why));
    };
    const CannedServer page(answer_of("<html>not here</html>"));
    refused(page, {"health"}, "does not answer as a console does");
    const CannedServer list(answer_of("[1, 2, 3]"));
    refused(list, {"alarms"}, "does not answer as a console does");
    const CannedServer deep(answer_of("{\"runs\": " + std::string(100'000, '[')));
    refused(deep, {"runs"}, "does not answer as a console does");
    const CannedServer broken("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 4\r\n\r\noops");
    refused(broken, {"runs"}, "answered 502");
    const CannedServer mail("220 mail.example.org ESMTP\r\n");
    refused(mail, {"runs"}, "does not speak HTTP");
    const CannedServer endless("HTTP/1.1 200 OK\r\n\r\n{\"runs\": \"" + std::string(1 << 20, 'x'),
                               CannedServer::Then::REPEAT);
    refused(endless, {"runs"}, "answers with more than 67108864 bytes");
    const CannedServer misfit(
        answer_of(R"({"name": "pe", "axes": [{"variable": "pe", "bins": 1e15, "min": 0, "max": 1}],)"
                  R"( "in_time": {"counts": [1]}})"));
    refused(misfit, {"spectra", "pe"}, "does not fit itself");
    const CannedServer misfit_trace(answer_of(
        R"({"channels": [{"traces": [{"first_us": 0, "period_us": 1, "from": 0, "count": 1e12, "step": 1}]}]})"));
    refused(misfit_trace, {"scope", "show"}, "does not fit itself");
    refused(misfit_trace, {"scope", "show", "--format", "csv"}, "does not fit itself");
    refused(misfit, {"trend"}, "does not answer as a console does");
    const CannedServer silent("", CannedServer::Then::HOLD);
    refused(silent, {"--timeout", "0.2", "runs"}, "did not answer within 200 ms");

    // What a terminal might obey is not passed on; what is of another type is not known.
    const CannedServer odd(
        answer_of("{\"lights\": [7, {\"name\": \"\\u001b[2Jdisk\", \"state\": 3, \"reason\": [\"x\"]}, {}], "
                  "\"more\": null}"));
    const auto shown = asked_of(directory, odd.url(), {"health"});
    CHECK(shown.status == 0);
    CHECK(shown.out == "light     state  reason\n [2Jdisk  3      \n-         -      \n");
    const CannedServer nothing(answer_of("{}"));
    const std::vector<std::vector<std::string>> verbs{{"health"},
                                                      {"alarms"},
                                                      {"alarms", "log"},
                                                      {"logbook"},
                                                      {"runs"},
                                                      {"runs", "show", "1"},
                                                      {"history"},
                                                      {"spectra"},
                                                      {"references"},
                                                      {"controls"},
                                                      {"unblinding"},
                                                      {"health", "channels"},
                                                      {"health", "slow"},
                                                      {"health", "losses"},
                                                      {"health", "log"},
                                                      {"beam"},
                                                      {"beam", "slots"},
                                                      {"beam", "times"},
                                                      {"physics"},
                                                      {"scope"},
                                                      {"scope", "show"},
                                                      {"shift"},
                                                      {"shift", "list"},
                                                      {"quality"},
                                                      {"quality", "run", "1"},
                                                      {"good-runs"},
                                                      {"good-runs", "show", "1"},
                                                      {"configs"},
                                                      {"configs", "difference", "x"},
                                                      {"layouts"},
                                                      {"layouts", "show", "x"},
                                                      {"whoami"}};
    for (const auto& verb : verbs)
        CHECK(asked_of(directory, nothing.url(), verb).status == 0);
}
