// The console's server as a whole: who may ask, what is served, what is followed.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "online/access/access.hpp"
#include "online/assets.hpp"
#include "online/control_client.hpp"
#include "online/feed/feed.hpp"
#include "online/feed/updates.hpp"
#include "online/http/server.hpp"
#include "online/keeper/keeping.hpp"
#include "online/physics/physics.hpp"
#include "online/run/config_list.hpp"
#include "online/scope/scope.hpp"
#include "online/snapshot.hpp"
#include "online/worker.hpp"

namespace spillgate::online {

// What the console is made of; all of it must outlive the site, and `board` have a snapshot.
struct ConsoleParts {
    const SnapshotBoard& board;
    ControlClient& control;
    ConfigList& configs;
    Worker& worker;
    Keeping& keeping;
    Scope& scope;
    Physics& physics;
    const Assets& assets;
    std::string runs_dir;
    ResetRequests& resets;
};

class ConsoleSite final : public Site {  // used on the server's thread alone, once it is served
  public:
    ConsoleSite(const ConsoleParts& parts, const config::Console& console);

    const Router& router() const override { return router_; }
    std::variant<Caller, Response> admit(const Head& head, const Route* route) override;
    std::unique_ptr<Conversation> converse(const Caller& caller) override;
    void look() override;
    void close() override { updates_.close(); }

    // Of the server that serves this site, for /metrics. Before that: zeroes.
    void set_server(const HttpServer* server) { server_ = server; }

  private:
    void add_parts(const ConsoleParts& parts,
                   const config::Console& console);  // console_parts.cpp: the list of all routes and topics
    void add_page(const Assets& assets);
    void add_feed();

    const SnapshotBoard& board_;
    Router router_;
    Access access_;
    Feed feed_;
    Updates updates_;
    std::atomic<const HttpServer*> server_ = nullptr;
};

}  // namespace spillgate::online
