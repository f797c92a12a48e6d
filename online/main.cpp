// spillgate-online: live spectra, console, metrics.
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <optional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "offline/engine.hpp"
#include "online/checkpoint.hpp"
#include "online/console/console_assets.hpp"
#include "online/console_site.hpp"
#include "online/keeper/keeping.hpp"
#include "online/live_spectra.hpp"
#include "online/physics/physics.hpp"
#include "online/run/config_follower.hpp"
#include "proto/config_loader.hpp"
#include "proto/console_loader.hpp"
#include "proto/software_version.hpp"
#include "proto/time.hpp"

namespace {

using namespace spillgate;

constexpr int failed_status = 1;
constexpr int wrong_usage = 2;
constexpr auto control_patience = std::chrono::seconds(2);  // what goes on longer is seen by heartbeats
constexpr auto follow_period = std::chrono::milliseconds(500);
constexpr std::size_t worker_tasks = 16;

struct Options {
    std::string config_path;
    std::string console_path;  // empty: NAME-console.txtpb beside NAME.txtpb, if it is there
    std::string people_path;   // instead of people_file
    std::string web_root;
    online::LocalPlaces places;
};

int complain(const proto::Error& error, int status) {
    fmt::print(stderr, "spillgate-online: {}\n", error.message);
    return status;
}

// A file that the console's configuration names lies beside it, unless it has a whole path.
proto::Result<proto::LoadedConsole> load_console_of(const Options& options) {
    std::string path = options.console_path;
    if (path.empty()) path = proto::console_path_of(options.config_path);
    const bool absent = options.console_path.empty() && !std::filesystem::exists(path);
    auto console = absent ? proto::parse_console("", "no file") : proto::load_console(path);
    if (!console) return console;
    const auto put_beside = [&](std::string& file) {
        if (!file.empty()) file = (std::filesystem::path(path).parent_path() / file).string();
    };
    put_beside(*console->console.mutable_people_file());
    for (auto& webhook : *console->console.mutable_webhook())
        put_beside(*webhook.mutable_secret_file());
    for (auto& reference : *console->console.mutable_reference())
        if (reference.has_file()) put_beside(*reference.mutable_file());
    auto& plan = *console->console.mutable_plan();
    if (plan.has_experiment()) put_beside(*plan.mutable_experiment());
    if (plan.has_data()) put_beside(*plan.mutable_data());
    if (console->console.has_reprocessed_dir()) put_beside(*console->console.mutable_reprocessed_dir());
    if (console->console.has_good_runs_dir()) put_beside(*console->console.mutable_good_runs_dir());
    if (!options.people_path.empty()) console->console.set_people_file(options.people_path);
    return console;
}

online::ServerOptions server_options(const config::Config& config, const config::Console& console) {
    online::ServerOptions options;
    options.address = config.network().http_address();
    options.port = static_cast<std::uint16_t>(config.network().http_port());
    // Shorter than the snapshots' period: what comes of other topics must not hold up the next spectra.
    options.push_period = std::chrono::milliseconds(static_cast<int>(1000 / console.push_hz()));
    return options;
}

online::Physics::Options physics_options(const config::Config& config, const config::Console& console) {
    online::Physics::Options options;
    const auto& plan = console.plan();  // is there with its defaults, if nothing is planned
    if (plan.has_spectrum() || plan.has_planned_pot() || plan.has_planned_gwh()) options.plan = plan;
    options.runs_dir = config.storage().runs_dir();
    options.exports_dir = online::checkpoint_directory(config);
    return options;
}

// The writer of one configuration after another.
class Writers {
  public:
    Writers(online::SnapshotBoard& board, online::ControlClient& control, online::ScopeRing& scope,
            online::ResetRequests& resets)
        : board_(board), control_(control), scope_(scope), resets_(resets) {}

    // Errors: CONFIG. Throws proto::Failure as LiveSpectra.
    proto::Status begin(const std::shared_ptr<const proto::LoadedConfig>& config) {
        auto engine = offline::Engine::make(config->config);
        if (!engine) return engine.error();
        if (live_) live_->stop();
        live_.reset();
        live_ = std::make_unique<online::LiveSpectra>(config, *engine, board_, control_, scope_, resets_);
        return {};
    }
    void start() { live_->start(); }
    void stop() { live_->stop(); }

    // False: it cannot be, and all stays as it is.
    bool go_over_to(proto::LoadedConfig next) {
        const auto before = board_.newest()->config;
        const auto config = std::make_shared<const proto::LoadedConfig>(std::move(next));
        bool went = false;
        try {
            if (const auto begun = begin(config); !begun) {
                spdlog::error("not going over to {}: {}", config->path, begun.error().message);
                return false;
            }
            spdlog::info("going over to {}", config->path);
            went = true;
        } catch (const proto::Failure& failure) {
            spdlog::error("going back to {}: {}", before->path, failure.what());
            begin(before).value();
        }
        start();
        return went;
    }

  private:
    online::SnapshotBoard& board_;
    online::ControlClient& control_;
    online::ScopeRing& scope_;
    online::ResetRequests& resets_;
    std::unique_ptr<online::LiveSpectra> live_;
};

// Returns at a signal.
void follow_until(const sigset_t& signals, online::ConfigFollower& follower,
                  const online::SnapshotBoard& board, Writers& writers) {
    const timespec period{0, std::chrono::nanoseconds(follow_period).count()};
    while (sigtimedwait(&signals, nullptr, &period) < 0) {
        auto next = follower.next(*board.newest());
        if (!next) continue;
        const std::string hash = next->sha256;
        if (!writers.go_over_to(std::move(*next))) follower.give_up(hash);
    }
}

int serve(const std::shared_ptr<const proto::LoadedConfig>& config, const proto::LoadedConsole& console,
          const Options& options, const sigset_t& signals) {
    online::SnapshotBoard board;
    // Destroyed in the reverse order: whoever may still answer a request goes before the server does.
    std::unique_ptr<online::HttpServer> server;
    const auto assets = options.web_root.empty() ? online::embedded_assets(online::console_assets())
                                                 : online::directory_assets(options.web_root);
    online::ConfigList configs(config->path);
    online::ControlClient control(config->config.network().runtime_dir(), control_patience);
    online::Worker worker(worker_tasks);
    online::Scope scope(console.console.scope());
    online::ResetRequests resets;
    Writers writers(board, control, scope.ring(), resets);
    if (auto begun = writers.begin(config); !begun) return complain(begun.error(), wrong_usage);
    const auto keeping = online::Keeping::start(config->config, console, board, worker);
    if (!keeping) return complain(keeping.error(), wrong_usage);
    online::Physics physics(physics_options(config->config, console.console), board);
    const auto site = std::make_shared<online::ConsoleSite>(
        online::ConsoleParts{board, control, configs, worker, **keeping, scope, physics, *assets,
                             config->config.storage().runs_dir(), resets},
        console.console);
    auto started = online::HttpServer::start(site, server_options(config->config, console.console));
    if (!started) return complain(started.error(), failed_status);
    server = std::move(*started);
    site->set_server(server.get());
    board.notify([&server] { server->wake(); });
    (*keeping)->wake([&server] { server->wake(); });
    scope.wake([&server] { server->wake(); });
    writers.start();
    fmt::print("console at {}\n", server->url());
    std::fflush(stdout);
    online::ConfigFollower follower(config->path, options.places);
    follow_until(signals, follower, board, writers);
    spdlog::info("stopping");
    server->stop();
    worker.stop();  // what it still does may post to the keeper, which ends first
    writers.stop();
    return 0;
}

struct NewPerson {
    std::string name;
    std::vector<std::string> roles;
    std::optional<double> days;
};

int add(const NewPerson& person, const Options& options) {
    std::string path = options.people_path;
    if (path.empty()) {
        const auto console = load_console_of(options);
        if (!console) return complain(console.error(), wrong_usage);
        path = console->console.people_file();
    }
    if (path.empty()) {
        fmt::print(stderr,
                   "spillgate-online: the console's configuration names no people_file; name one with "
                   "--people\n");
        return wrong_usage;
    }
    std::vector<config::Person::Role> roles;
    for (const auto& name : person.roles) {
        config::Person::Role role{};
        if (!config::Person::Role_Parse(name, &role))
            return wrong_usage;  // CLI11 let it through as one of them
        roles.push_back(role);
    }
    std::optional<std::int64_t> expires;
    if (person.days)
        expires = proto::utc_now_ns() / 1'000'000'000 + static_cast<std::int64_t>(*person.days * 86400);
    const auto token = online::add_person(path, person.name, roles, expires);
    if (!token) return complain(token.error(), failed_status);
    fmt::print("{}\n", *token);
    std::fflush(stdout);
    if (isatty(STDOUT_FILENO) == 1)
        fmt::print(stderr, "This token of {} is shown only now; {} holds its hash.\n", person.name, path);
    return 0;
}

sigset_t block_signals() {
    // Before any thread starts, so that all of them leave these to the main one.
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    return signals;
}

void add_options(CLI::App& app, Options& options) {
    app.add_option("--config", options.config_path, "the config that the daemons use (*.txtpb)");
    app.add_option("--console", options.console_path,
                   "the console's own config; default: NAME-console.txtpb beside NAME.txtpb, if it is there");
    app.add_option("--people", options.people_path, "who may act, instead of the console's people_file");
    app.add_option("--runtime-dir", options.places.runtime_dir,
                   "directory of sockets, instead of network.runtime_dir");
    app.add_option("--runs-dir", options.places.runs_dir, "directory of runs, instead of storage.runs_dir");
    app.add_option("--http-port", options.places.http_port,
                   "port of the console, instead of network.http_port; 0: any free one")
        ->check(CLI::Range(0, 65535));
    app.add_option("--web-root", options.web_root,
                   "serve the page from this directory instead of the built-in one")
        ->check(CLI::ExistingDirectory);
}

int execute(int argc, char** argv) {
    CLI::App app("Live spectra of running daemons, with the console and metrics.", "spillgate-online");
    app.footer(
        "Examples:\n"
        "  spillgate-online --config config/demo.txtpb\n"
        "  spillgate-online --people people.txtpb person add \"A. Shift\" --role shift\n"
        "The first prints the console's address, the second the token with which A. Shift signs in.\n"
        "SIGINT and SIGTERM end it. Exit status: 0 success, 1 failed, 2 wrong usage or configuration.");
    app.set_version_flag("--version", proto::software_version());
    Options options;
    NewPerson person;
    add_options(app, options);
    app.require_subcommand(0, 1);
    auto* people = app.add_subcommand("person", "people who may act by the console");
    people->require_subcommand(1);
    people->fallthrough();
    auto* adding = people->add_subcommand("add", "add somebody to the people file and print the token, once");
    adding->fallthrough();
    adding->add_option("name", person.name, "as it stands in runs and logs")->required();
    adding
        ->add_option("--role", person.roles,
                     "what the person may do, several times for several; none: read, also from elsewhere")
        ->transform(CLI::CheckedTransformer(std::map<std::string, std::string>{
            {"shift", "SHIFT"}, {"expert", "EXPERT"}, {"unblind", "UNBLIND"}}));
    adding->add_option("--days", person.days, "how long the token is good; default: for ever")
        ->check(CLI::Range(0.001, 36500.0));
    try {
        app.parse(argc, argv);
        if (options.config_path.empty() && options.people_path.empty()) throw CLI::RequiredError("--config");
        if (options.config_path.empty() && !adding->parsed()) throw CLI::RequiredError("--config");
    } catch (const CLI::ParseError& wrong) {
        return app.exit(wrong) == 0 ? 0 : wrong_usage;
    }
    if (adding->parsed()) return add(person, options);
    spdlog::set_default_logger(spdlog::stderr_color_mt("online"));
    spdlog::set_pattern("%Y-%m-%d %H:%M:%S.%e %n %^%l%$ %v");
    const sigset_t signals = block_signals();
    auto config = proto::load_config(options.config_path);
    if (!config) return complain(config.error(), wrong_usage);
    const auto console = load_console_of(options);
    if (!console) return complain(console.error(), wrong_usage);
    options.places.apply(config->config);
    return serve(std::make_shared<const proto::LoadedConfig>(std::move(*config)), *console, options, signals);
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
