// The verbs that work on experiments, run as a person does.
#pragma once

#include <string>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace spillgate::offline::testing {

// config/experiments/NAME.txtpb.
std::string experiment_file(const std::string& name);

// What spillgate-offline says with --json; its exit status must be this one.
boost::json::object said(std::vector<std::string> arguments, int status = 0);

// Whole or not.
inline double number(const boost::json::value& value) {
    return value.to_number<double>();
}

}  // namespace spillgate::offline::testing
