// A small EPICS Channel Access server for tests: process variables of type double on loopback. Owns sockets
// and a thread. Protocol: "Channel Access Protocol Specification" 1.4 (CA 4.13), the messages that a client
// needs for monitors: search, version, create channel, add event, echo, clear channel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace spillgate::test {

class ChannelAccessServer {
  public:
    ChannelAccessServer();  // on free ports; throws std::runtime_error if there are none
    ~ChannelAccessServer();
    ChannelAccessServer(const ChannelAccessServer&) = delete;
    ChannelAccessServer& operator=(const ChannelAccessServer&) = delete;

    // Makes or changes a process variable; whoever monitors it is told. Severity: 0 none, 1 minor, 2 major,
    // 3 invalid. The time is cut to whole ns since 1990 as the protocol has it.
    void set(const std::string& name, double value, std::int16_t severity, std::int64_t utc_ns);
    // A process variable that exists, but whose value cannot be given as a number.
    void set_unreadable(const std::string& name);
    // Not reachable: circuits are closed, and nobody is answered.
    void set_reachable(bool reachable);

    // Environment variables with which a client finds this server and no other.
    std::vector<std::pair<std::string, std::string>> environment() const;
    void set_environment() const;  // of this process, for contexts made from now on

  private:
    struct Variable {
        double value = 0;
        std::int16_t severity = 0;
        std::int64_t utc_ns = 0;
        bool readable = true;
    };
    struct Subscription {
        std::string name;
        std::uint32_t id = 0;
    };
    struct Circuit {
        int socket = -1;
        std::string received;
        std::map<std::uint32_t, std::string> channels;  // by the server's id: its variable
        std::vector<Subscription> subscriptions;
    };
    struct Message {
        std::uint16_t command = 0;
        std::uint16_t type = 0;
        std::uint16_t count = 0;
        std::uint32_t first = 0;   // m_cid
        std::uint32_t second = 0;  // m_available
        std::string payload;
    };

    static std::string bytes_of(const Message& message);
    static bool take(std::string_view& bytes, Message& message);
    void serve();
    void answer_search();
    void answer_registration();
    void accept();
    bool hear(Circuit& circuit);  // false: it is closed
    void answer(Circuit& circuit, const Message& message);
    void tell(const Circuit& circuit, const Subscription& subscription);
    void wake() const;

    std::uint16_t search_port_ = 0;  // the sockets set these, so they come first
    std::uint16_t repeater_port_ = 0;
    std::uint16_t tcp_port_ = 0;
    int search_ = -1;
    int repeater_ = -1;  // so that the client starts no repeater of its own
    int listener_ = -1;
    int wake_ = -1;

    std::mutex mutex_;  // of all below
    std::map<std::string, Variable> variables_;
    std::vector<Circuit> circuits_;
    std::uint32_t next_channel_ = 1;
    bool reachable_ = true;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace spillgate::test
