// What the console can ask: the newest snapshot as JSON, by request or pushed over WebSocket, and run
// control, which goes to the lead daemon. docs/online.md lists it.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "online/assets.hpp"
#include "online/control_client.hpp"
#include "online/http_server.hpp"
#include "online/snapshot.hpp"
#include "proto/config_loader.hpp"

namespace spillgate::online {

// JSON texts of one snapshot, made once for all clients. Single-threaded.
class SnapshotTexts {
  public:
    SnapshotTexts(const SnapshotBoard& board, const proto::LoadedConfig& config)
        : board_(board), config_(config) {}

    SnapshotPtr newest() const { return board_.newest(); }
    const std::string& status(const SnapshotPtr& snapshot);
    const std::string& spectrum(const SnapshotPtr& snapshot, std::size_t index);

  private:
    struct Text {
        std::uint64_t version = 0;
        std::string text;
    };
    const SnapshotBoard& board_;
    const proto::LoadedConfig& config_;
    Text status_;
    std::vector<Text> spectra_;
};

class LiveConsole final : public Console {
  public:
    LiveConsole(const SnapshotBoard& board, const proto::LoadedConfig& config, ControlClient& control,
                std::unique_ptr<Assets> assets);

    HttpResponse get(const HttpRequest& request) override;
    void post(const HttpRequest& request, std::function<void(HttpResponse)> answer) override;
    std::unique_ptr<Conversation> converse() override;
    const std::string& token() const override { return token_; }

    // Counts of the server that serves this console, for /metrics.
    void set_server(const HttpServer* server) { server_ = server; }

  private:
    HttpResponse page();
    HttpResponse api(const std::string& path);

    ControlClient& control_;
    std::unique_ptr<Assets> assets_;
    std::string token_;
    std::string lead_;
    std::shared_ptr<SnapshotTexts> texts_;
    const HttpServer* server_ = nullptr;
};

// A POST's path and body as a request to the lead. Errors: NOT_FOUND (no such action), CONFIG (what is wrong
// with the body).
proto::Result<wire::Request> run_request(std::string_view path, std::string_view body);

}  // namespace spillgate::online
