// spillgate-online: live spectra, console, metrics.
#include <csignal>
#include <cstdio>
#include <optional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "offline/engine.hpp"
#include "online/console/console_assets.hpp"
#include "online/console_api.hpp"
#include "online/control_client.hpp"
#include "online/http_server.hpp"
#include "online/live_spectra.hpp"
#include "proto/config_loader.hpp"

namespace {

using namespace spillgate;

constexpr int failed_status = 1;
constexpr int wrong_usage = 2;
constexpr auto control_patience = std::chrono::seconds(15);  // a two-phase start waits for marks

int complain(const proto::Error& error, int status) {
    fmt::print(stderr, "spillgate-online: {}\n", error.message);
    return status;
}

int serve(const proto::LoadedConfig& config, const std::string& web_root, const sigset_t& signals) {
    auto engine = offline::Engine::make(config.config);
    if (!engine) return complain(engine.error(), wrong_usage);
    const auto& network = config.config.network();
    online::SnapshotBoard board;
    // Destroyed in the reverse order: first what asks, then what is asked.
    std::unique_ptr<online::HttpServer> server;
    online::ControlClient control(network.runtime_dir(), control_patience);
    online::LiveSpectra spectra(config, *engine, board, control);
    auto assets = web_root.empty() ? online::embedded_assets(online::console_assets())
                                   : online::directory_assets(web_root);
    auto console = std::make_shared<online::LiveConsole>(board, config, control, std::move(assets));
    online::HttpOptions options;
    options.address = network.http_address();
    options.port = static_cast<std::uint16_t>(network.http_port());
    options.update_period =
        std::chrono::milliseconds(static_cast<int>(1000 / config.config.online().snapshot_hz()));
    auto started = online::HttpServer::start(console, options);
    if (!started) return complain(started.error(), failed_status);
    server = std::move(*started);
    console->set_server(server.get());
    spectra.start();
    fmt::print("console at {}\n", server->url());
    std::fflush(stdout);
    int received = 0;
    sigwait(&signals, &received);
    spdlog::info("stopping");
    server->stop();
    spectra.stop();
    return 0;
}

int execute(int argc, char** argv) {
    CLI::App app(
        "Live spectra of running daemons, with the console and metrics.\n\n"
        "Example: spillgate-online --config config/demo.txtpb\n"
        "prints \"console at http://127.0.0.1:8080\"; Ctrl-C ends it.",
        "spillgate-online");
    std::string config_path;
    std::string web_root;
    std::string runtime_dir;
    std::string runs_dir;
    std::optional<std::uint32_t> http_port;
    app.add_option("--config", config_path, "the config that the daemons use (*.txtpb)")->required();
    app.add_option("--runtime-dir", runtime_dir, "directory of sockets, instead of network.runtime_dir");
    app.add_option("--runs-dir", runs_dir, "directory of runs, instead of storage.runs_dir");
    app.add_option("--http-port", http_port,
                   "port of the console, instead of network.http_port; 0: any free one")
        ->check(CLI::Range(0, 65535));
    app.add_option("--web-root", web_root, "serve the page from this directory instead of the built-in one")
        ->check(CLI::ExistingDirectory);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& wrong) {
        return app.exit(wrong) == 0 ? 0 : wrong_usage;
    }
    spdlog::set_default_logger(spdlog::stderr_color_mt("online"));
    spdlog::set_pattern("%Y-%m-%d %H:%M:%S.%e %n %^%l%$ %v");
    // Before any thread starts, so that all of them leave these to sigwait.
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    auto config = proto::load_config(config_path);
    if (!config) return complain(config.error(), wrong_usage);
    // Where things lie on this machine is no part of what the hash compares.
    if (!runtime_dir.empty()) config->config.mutable_network()->set_runtime_dir(runtime_dir);
    if (!runs_dir.empty()) config->config.mutable_storage()->set_runs_dir(runs_dir);
    if (http_port) config->config.mutable_network()->set_http_port(*http_port);
    return serve(*config, web_root, signals);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return execute(argc, argv);
    } catch (const std::exception& unexpected) {
        std::fprintf(stderr, "spillgate-online: %s\n", unexpected.what());
    } catch (...) {
        std::fputs("spillgate-online: failed for an unknown reason\n", stderr);
    }
    return failed_status;
}
