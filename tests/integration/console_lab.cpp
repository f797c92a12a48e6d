#include "tests/integration/console_lab.hpp"

#include <filesystem>
#include <fstream>

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "proto/wire.hpp"

namespace spillgate::test {

namespace {

// What programs that are run meanwhile read from stdin.
class StdinFrom {
  public:
    StdinFrom(const std::string& path, const std::string& text) : before_(::fcntl(0, F_DUPFD_CLOEXEC, 0)) {
        std::ofstream(path) << text;
        const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
        ::dup2(file, 0);
        ::close(file);
    }
    ~StdinFrom() {
        ::dup2(before_, 0);
        ::close(before_);
    }
    StdinFrom(const StdinFrom&) = delete;
    StdinFrom& operator=(const StdinFrom&) = delete;

  private:
    int before_;
};

}  // namespace

ConsoleLab::ConsoleLab() {
    std::filesystem::create_directory(sockets());
    std::filesystem::permissions(sockets(), std::filesystem::perms{0750});
    write_configs();
    add_people();
    const std::vector<std::string> places{"--config", path() + "/lab.txtpb", "--runtime-dir",
                                          sockets(),  "--runs-dir",          runs()};
    daq_ = std::make_unique<Process>(path(), "spillgate-daq", places);
    auto with_port = places;
    with_port.insert(with_port.end(), {"--http-port", "0"});
    online_ = std::make_unique<Process>(path(), "spillgate-online", with_port);
    std::string out;
    REQUIRE(await([&] {
        out = online_->out();
        return out.find("console at http://") != std::string::npos && out.ends_with('\n');
    }));
    const auto begin = out.find("http://");
    url_ = out.substr(begin, out.find('\n', begin) - begin);
}

void ConsoleLab::write_configs() const {
    std::ofstream(path() + "/lab.txtpb")
        << std::ifstream(SPILLGATE_SOURCE_DIR "/config/demo-simulation.txtpb").rdbuf()
        << "blinded: true\n"
           "box { chain: \"csi\" range { variable: \"pe\" min: 4 max: 60 } "
           "range { variable: \"t_rec_us\" min: 0 max: 6 } }\n"
        << fmt::format(
               "slow_control {{ value {{ name: \"hv\" unit: \"V\" csv {{ path: \"{}/hv.csv\" column: "
               "\"HV\" }} alarm_below: 1200 stale_s: 3600 }} }}\n",
               path());
    std::ofstream(path() + "/hv.csv") << "HV\n1300\n";
    std::ofstream(path() + "/lab-console.txtpb")
        << "people_file: \"people.txtpb\"\n"
           "alarm { name: \"marks\" quantity: \"beam.mark_rate_hz\" above: 1 for_s: 0 }\n"
           "reference { name: \"first\" run: 1 }\n"
           "shift { check: \"Disk has room\" check: \"No alarm stands\" instructions: \"Call before HV\" }\n"
           "quality { quantity: \"run.complete_fraction\" low: 0.5 }\n"
           "quality { quantity: \"run.duration_s\" low: 1e6 }\n"
        << "plan { experiment: \"" SPILLGATE_SOURCE_DIR
           "/config/experiments/demo-csi.txtpb\" spectrum: \"pe_t_rec\" planned_pot: 1e23 }\n";
}

void ConsoleLab::keep_token(const std::string& who, const std::string& text) const {
    std::ofstream(token(who)) << text << '\n';
    std::filesystem::permissions(token(who), std::filesystem::perms{0600});
}

void ConsoleLab::add_person(const std::string& who, std::vector<std::string> named) const {
    named.insert(named.begin(), {"--people", path() + "/people.txtpb", "person", "add"});
    const auto added = run_program(path(), "spillgate-online", named);
    INFO(added.err);
    REQUIRE(added.status == 0);
    keep_token(who, added.out.substr(0, added.out.find('\n')));
}

void ConsoleLab::add_people() const {
    add_person("shift", {"A. Shift", "--role", "shift", "--role", "expert", "--role", "unblind"});
    add_person("guest", {"D. Guest"});
}

Outcome ConsoleLab::ctl(std::vector<std::string> arguments, const std::string& typed,
                        const std::string& who) const {
    arguments.insert(arguments.begin(), {"--console", url_, "--token-file", token(who)});
    const StdinFrom fed(path() + "/typed", typed);
    return run_program(path(), "spillgate-ctl", arguments);
}

std::string ConsoleLab::told(const std::vector<std::string>& arguments) const {
    const auto outcome = ctl(arguments);
    INFO(fmt::format("{}", fmt::join(arguments, " ")) << ": " << outcome.out << outcome.err);
    CHECK(outcome.status == 0);
    return outcome.out;
}

boost::json::object ConsoleLab::object(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "--json");
    return boost::json::parse(told(arguments)).as_object();
}

void ConsoleLab::take_run(std::uint64_t slots) const {
    auto daemon = control();
    REQUIRE(daemon.await_state(wire::CONFIGURED));
    REQUIRE(daemon.start(wire::TEST, "HV at 1300 V").ok());
    REQUIRE(daemon.await_status([&](const auto& status) { return status.slots() >= slots; }));
}

}  // namespace spillgate::test
