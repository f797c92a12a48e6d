#include "tests/offline/verbs/blinded_twins.hpp"

#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

#include "tests/offline/verbs/recorded_run.hpp"

namespace spillgate::offline::testing {

namespace {

void replace(std::string& text, const std::string& from, const std::string& to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

}  // namespace

std::string twin_config(const std::string& more) {
    return run_config() + R"(
selection { name: "roi" cut { variable: "roi_peaks" min: 1 cost: EFFICIENCY } }
spectrum { name: "rise" selection: "csi-2017" axis { variable: "t10_90_ns" bins: 20 min: 0 max: 400 } }
spectrum { name: "roi_peaks" selection: "roi" axis { variable: "roi_peaks" bins: 10 min: 0 max: 10 } }
spectrum { name: "for_fit" selection: "csi-2017"
  axis { variable: "pe" bins: 8 min: 0 max: 40 } axis { variable: "t_rec_us" bins: 6 min: 0 max: 6 } }
)" + more;
}

Twins::Twins(const std::string& more) : Twins(twin_config(more), false) {}

Twins::Twins(const std::string& config, bool overflowing_signals) {
    RunOptions options;
    options.slots = 240;
    options.config = config;
    options.overflowing_signals = overflowing_signals;
    for (const std::string name : {"one", "other"}) {
        options.signal_seed = name == "one" ? 1 : 2;
        std::filesystem::create_directories(path(name));
        write_run(path(name) + "/runs", options);
    }
}

void Twins::write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name)) << text;
}

Said Twins::ask(const std::string& name, std::vector<std::string> arguments) const {
    for (auto& argument : arguments) {
        replace(argument, "@", path(name));
        replace(argument, "#", directory_.path());
    }
    auto said = run_program(arguments);
    replace(said.out, path(name), "@");
    replace(said.err, path(name), "@");
    return said;
}

Said Twins::ask_both(const std::vector<std::string>& arguments) const {
    auto one = ask("one", arguments);
    const auto other = ask("other", arguments);
    std::string line;
    for (const auto& argument : arguments)
        line += argument + " ";
    INFO(line);
    CHECK(one.status == other.status);
    CHECK(one.out == other.out);
    CHECK(one.err == other.err);
    return one;
}

bool Twins::same_file(const std::string& name) const {
    const auto one = content_of(path("one/" + name)), other = content_of(path("other/" + name));
    INFO(name);
    CHECK_FALSE(one.empty());
    return one == other;
}

void Twins::unblind() const {
    for (const std::string name : {"one", "other"}) {
        const auto said = ask(
            name, {"unblind", "--runs-dir", "@/runs", "--first-run", "12", "--last-run", "12", "--signed-by",
                   "A. Person", "--reason", "all is frozen", "--confirm", "UNBLIND 12-12"});
        INFO(said.err);
        REQUIRE(said.status == 0);
        CHECK(said.out.find("unblinding 1 (") != std::string::npos);
    }
}

}  // namespace spillgate::offline::testing
