#include "tests/bench/report.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "tests/bench/machine.hpp"

namespace spillgate::bench {

namespace {

constexpr std::string_view head =
    "# Speed\n"
    "\n"
    "Written by `./bench.sh`; a row that was not measured again keeps its line. Values are medians; the "
    "ratio is to a\n"
    "reference measured in the same run, which the conditions name.\n"
    "\n"
    "| name | value | unit | reference | ratio | to reach | conditions | machine | compiler | date |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n";

std::string_view goal_of(std::string_view name) {
    for (const auto& benchmark : all_benchmarks())
        for (const auto known : benchmark.names)
            if (known == name) return benchmark.goal;
    return "";
}

std::string table_line(const Row& row) {
    const auto reference = row.reference ? fmt::format("{:.4g}", *row.reference) : std::string("–");
    const auto ratio = row.reference ? fmt::format("{:.3g}", row.value / *row.reference) : std::string("–");
    return fmt::format("| {} | {:.4g} | {} | {} | {} | {} | {} | {} | {} | {} |", row.name, row.value,
                       row.unit, reference, ratio, goal_of(row.name), row.conditions, machine(), compiler(),
                       today());
}

// The table's lines by name, from a file that write_table wrote.
std::map<std::string, std::string> lines_of(const std::filesystem::path& path) {
    std::map<std::string, std::string> lines;
    std::ifstream in(path);
    for (std::string line; std::getline(in, line);) {
        const auto end = line.find(" |", 2);
        if (!line.starts_with("| ") || end == std::string::npos) continue;
        const auto name = line.substr(2, end - 2);
        if (!goal_of(name).empty()) lines[name] = line;
    }
    return lines;
}

}  // namespace

std::string to_json(std::span<const Row> rows) {
    boost::json::array list;
    for (const auto& row : rows) {
        boost::json::object object{{"name", row.name}, {"value", row.value}, {"unit", row.unit}};
        if (row.reference) {
            object["reference"] = *row.reference;
            object["ratio"] = row.value / *row.reference;
        } else {
            object["reference"] = nullptr;
            object["ratio"] = nullptr;
        }
        object["conditions"] = row.conditions;
        list.push_back(std::move(object));
    }
    return boost::json::serialize(boost::json::object{{"rows", std::move(list)}});
}

proto::Status write_table(const std::filesystem::path& path, std::span<const Row> rows) {
    auto lines = lines_of(path);
    for (const auto& row : rows)
        lines[row.name] = table_line(row);
    std::ofstream out(path, std::ios::trunc);
    out << head;
    for (const auto& benchmark : all_benchmarks())
        for (const auto name : benchmark.names)
            if (const auto line = lines.find(std::string(name)); line != lines.end())
                out << line->second << '\n';
    out.close();
    if (!out)
        return proto::error(proto::ErrorKind::IO,
                            fmt::format("cannot write {}: {}", path.string(), std::strerror(errno)), errno);
    return {};
}

}  // namespace spillgate::bench
