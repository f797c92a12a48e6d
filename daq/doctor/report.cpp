#include "daq/doctor/report.hpp"

#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

namespace spillgate::daq::doctor {

namespace {

constexpr std::size_t indent = 8;  // below the verdict

Verdict worst(const std::vector<Finding>& findings) {
    Verdict verdict = Verdict::OK;
    for (const auto& finding : findings)
        verdict = std::max(verdict, finding.verdict);
    return verdict;
}

}  // namespace

std::string_view name_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::OK:
            return "ok";
        case Verdict::WARN:
            return "warn";
        case Verdict::BAD:
            return "bad";
        default:
            return "unknown";
    }
}

std::string findings_table(const std::vector<Finding>& findings) {
    std::size_t widest = 0;
    for (const auto& finding : findings)
        widest = std::max(widest, finding.check.size());
    std::string out;
    for (const auto& finding : findings) {
        out += fmt::format("{:<{}} {:<{}}  {}\n", name_of(finding.verdict), indent - 1, finding.check, widest,
                           finding.found);
        const auto below = [&](const char* mark, const std::string& text) {
            if (!text.empty()) out += fmt::format("{:{}}{} {}\n", "", indent + widest + 2, mark, text);
        };
        below("→", finding.advice);
        below("$", finding.command);
    }
    return out;
}

std::string findings_json(const std::vector<Finding>& findings) {
    boost::json::array list;
    for (const auto& finding : findings)
        list.push_back({{"check", finding.check},
                        {"verdict", std::string(name_of(finding.verdict))},
                        {"found", finding.found},
                        {"advice", finding.advice},
                        {"command", finding.command}});
    const boost::json::object whole{{"verdict", std::string(name_of(worst(findings)))},
                                    {"findings", std::move(list)}};
    return boost::json::serialize(whole);
}

bool is_any_bad(const std::vector<Finding>& findings) {
    return worst(findings) == Verdict::BAD;
}

}  // namespace spillgate::daq::doctor
