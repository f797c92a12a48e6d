#include "proto/http_client.hpp"

#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "proto/secret_file.hpp"
#include "tests/data/canned_server.hpp"
#include "tests/proto/temporary_directory.hpp"

using namespace spillgate;
using proto::ErrorKind;
using proto::HttpBounds;
using proto::HttpRequest;
using std::chrono::milliseconds;
using test::CannedServer;

namespace {

constexpr milliseconds minute{60'000};

proto::Result<proto::HttpAnswer> asked(const CannedServer& server, const HttpRequest& request,
                                       const HttpBounds& bounds) {
    return proto::http_exchange(proto::parse_address(server.url() + "/a?b=c").value(), request, bounds);
}

proto::Result<proto::HttpAnswer> got(const CannedServer& server, std::size_t most_bytes = 1000) {
    return asked(server, HttpRequest{"GET", "test"}, {minute, most_bytes});
}

}  // namespace

TEST_CASE("a request is sent as it was asked for, and the answer has status, type and body") {
    const CannedServer server(
        "HTTP/1.1 201 Made\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello");
    HttpRequest request;
    request.method = "POST";
    request.agent = "test";
    request.headers = {{"X-Word", "a b"}};
    request.body = "{}";
    const auto answer = asked(server, request, {minute, 5}).value();
    CHECK(answer.status == 201);
    CHECK(answer.content_type == "text/plain");
    CHECK(answer.body == "hello");
    REQUIRE(server.requests().size() == 1);
    const auto sent = server.requests()[0];
    CHECK(sent.starts_with("POST /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:"));
    for (const char* line : {"\r\nUser-Agent: test\r\n", "\r\nContent-Length: 2\r\n", "\r\nX-Word: a b\r\n"})
        CHECK(sent.find(line) != std::string::npos);
}

TEST_CASE("an answer in chunks, and one that ends with its connection, are read whole") {
    const CannedServer chunks(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    CHECK(got(chunks).value().body == "abcde");
    const CannedServer open_end("HTTP/1.1 404 No\r\n\r\nabc");
    CHECK(got(open_end).value().status == 404);
    CHECK(got(open_end).value().body == "abc");
}

TEST_CASE(
    "a longer answer than is wanted is refused before it has come, and none is read if none is wanted") {
    const auto endless = std::string(2000, 'x');
    const CannedServer said("HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n" + endless,
                            CannedServer::Then::REPEAT);
    CHECK(got(said).error().kind == ErrorKind::REFUSED);
    CHECK(got(said, 0).value().status == 200);
    const CannedServer unsaid("HTTP/1.1 200 OK\r\n\r\n" + endless, CannedServer::Then::REPEAT);
    CHECK(got(unsaid).error().kind == ErrorKind::REFUSED);
    const CannedServer header("HTTP/1.1 200 OK\r\nX: " + endless, CannedServer::Then::REPEAT);
    CHECK(got(header).error().kind == ErrorKind::CORRUPT);
}

TEST_CASE("silence is an error after its time, and what is no HTTP or no TLS is said to be so") {
    const CannedServer silent("", CannedServer::Then::HOLD);
    CHECK(asked(silent, {}, {milliseconds(20), 1}).error().kind == ErrorKind::TIMED_OUT);
    const CannedServer half("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    CHECK(got(half).error().kind == ErrorKind::IO);
    const CannedServer gone("");
    CHECK(got(gone).error().kind == ErrorKind::IO);
    const CannedServer other("220 mail.example.org ESMTP\r\n");
    CHECK(got(other).error().message.find("does not speak HTTP") != std::string::npos);
    auto address = proto::parse_address(other.url()).value();
    address.tls = true;
    CHECK(proto::http_exchange(address, {}, {minute}).error().message.find("no TLS") != std::string::npos);
}

TEST_CASE("a stop ends an exchange") {
    const CannedServer silent("", CannedServer::Then::HOLD);
    std::stop_source stop;
    stop.request_stop();
    const auto answer = proto::http_exchange(proto::parse_address(silent.url()).value(), {},
                                             {std::chrono::hours(1)}, stop.get_token());
    CHECK(answer.error().kind == ErrorKind::CLOSED);
}

TEST_CASE("addresses are read strictly") {
    const auto address = proto::parse_address("https://hooks.example.org:8443/a/b?c=d#e").value();
    CHECK(address.tls);
    CHECK(address.host == "hooks.example.org");
    CHECK(address.port == "8443");
    CHECK(address.target == "/a/b?c=d");
    CHECK(address.shown == "hooks.example.org:8443");
    CHECK(proto::parse_address("http://[::1]/x").value().host == "::1");
    CHECK(proto::parse_address("https://h").value().port == "443");
    CHECK(proto::parse_address("https://h").value().target == "/");
    for (const char* wrong :
         {"", "h", "ftp://h/", "https://", "https://h:0/", "https://h:99999/", "https://h:8x/",
          "https://user:secret@h/", "https://h/a b", "https://h/\r\nX: y", "https://[::1/"})
        CHECK(proto::parse_address(wrong).error().kind == ErrorKind::CONFIG);
}

TEST_CASE("what stands in an address is escaped") {
    CHECK(proto::percent_encoded("slow.hv/1 é&=%") == "slow.hv%2F1%20%C3%A9%26%3D%25");
    CHECK(proto::percent_encoded("aZ09-._~") == "aZ09-._~");
}

TEST_CASE("a secret is read from a file that nobody else may read") {
    const proto::testing::TemporaryDirectory directory;
    const std::string path = directory.path() + "/secret";
    CHECK(proto::read_secret(path).error().kind == ErrorKind::NOT_FOUND);
    std::ofstream(path) << "word\n";
    std::filesystem::permissions(path, std::filesystem::perms(0640));
    CHECK(proto::read_secret(path).error().kind == ErrorKind::REFUSED);
    std::filesystem::permissions(path, std::filesystem::perms(0600));
    CHECK(proto::read_secret(path).value() == "word");
    std::ofstream(path) << "\n";
    CHECK(proto::read_secret(path).error().kind == ErrorKind::CONFIG);
}
