#include "tests/offline/verbs/experiment_program.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "tests/offline/verbs/run_program.hpp"

namespace spillgate::offline::testing {

std::string experiment_file(const std::string& name) {
    return std::string(SPILLGATE_SOURCE_DIR) + "/config/experiments/" + name + ".txtpb";
}

boost::json::object said(std::vector<std::string> arguments, int status) {
    arguments.emplace_back("--json");
    const auto run = run_program(arguments);
    INFO(run.err);
    REQUIRE(run.status == status);
    return boost::json::parse(run.out).as_object();
}

}  // namespace spillgate::offline::testing
