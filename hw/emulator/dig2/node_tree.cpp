#include "hw/emulator/dig2/node_tree.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "proto/number_text.hpp"

namespace spillgate::hw::emulator::dig2 {

namespace {

constexpr std::uint32_t first_handle = 0x1000;

proto::Error refused(std::string message) {
    return proto::error(proto::ErrorKind::REFUSED, std::move(message));
}

std::vector<std::string> words_of(std::string_view list) {
    std::vector<std::string> words(1);
    for (const char c : list) {
        if (c == '|')
            words.emplace_back();
        else if (c != ' ')
            words.back() += c;
    }
    return words;
}

std::string parent_of(const std::string& path) {
    return path.substr(0, path.rfind('/'));
}
std::string leaf_of(const std::string& path) {
    return path.substr(path.rfind('/') + 1);
}

}  // namespace

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::tolower(c); });
    return out;
}

std::string_view name_of(Node::Type type) {
    switch (type) {
        case Node::Type::DIGITIZER:
            return "DIGITIZER";
        case Node::Type::FOLDER:
            return "FOLDER";
        case Node::Type::CHANNEL:
            return "CHANNEL";
        case Node::Type::PARAMETER:
            return "PARAMETER";
        case Node::Type::ATTRIBUTE:
            return "ATTRIBUTE";
        case Node::Type::COMMAND:
            return "COMMAND";
        case Node::Type::ENDPOINT:
            return "ENDPOINT";
    }
    return "UNKNOWN";
}

NodeTree::NodeTree(const Identity& identity) : identity_(identity) {
    build();
    for (const auto& [path, node] : nodes_) {
        handles_[path] = first_handle + static_cast<std::uint32_t>(paths_.size());
        paths_.push_back(path);
    }
}

void NodeTree::reset() {
    nodes_.clear();
    build();
}

void NodeTree::add(const std::string& path, Node node) {
    nodes_[path] = std::move(node);
}

void NodeTree::number_node(const std::string& path, double value, double least, double most, double step) {
    Node node;
    node.type = Node::Type::PARAMETER;
    node.value = fmt::format("{}", value);
    node.writable = node.number = true;
    node.least = least;
    node.most = most;
    node.step = step;
    add(path, node);
    for (const auto& [name, number] :
         {std::pair("minvalue", least), std::pair("maxvalue", most), std::pair("increment", step)}) {
        Node attribute;
        attribute.type = Node::Type::ATTRIBUTE;
        attribute.value = fmt::format("{}", number);
        add(fmt::format("{}/{}", path, name), attribute);
    }
}

void NodeTree::text_node(const std::string& path, std::string value, std::vector<std::string> allowed,
                         bool list) {
    Node node;
    node.type = Node::Type::PARAMETER;
    node.value = std::move(value);
    node.writable = true;
    node.allowed = std::move(allowed);
    node.list = list;
    add(path, node);
}

void NodeTree::fact(const std::string& path, std::string value) {
    Node node;
    node.type = Node::Type::PARAMETER;
    node.value = std::move(value);
    add(path, node);
}

void NodeTree::build() {
    Node node;
    node.type = Node::Type::DIGITIZER;
    add("", node);
    node.type = Node::Type::FOLDER;
    for (const char* folder : {"/par", "/ch", "/cmd", "/endpoint", "/endpoint/par"})
        add(folder, node);
    node.type = Node::Type::COMMAND;
    for (const char* command : {"reset", "cleardata", "armacquisition", "disarmacquisition",
                                "swstartacquisition", "swstopacquisition", "sendswtrigger"})
        add(fmt::format("/cmd/{}", command), node);

    fact("/par/cupver", "2026.1");
    fact("/par/fpga_fwver", "1.0.0");
    fact("/par/fwtype", identity_.psd ? "DPP_PSD" : "Scope");
    fact("/par/modelname", identity_.model);
    fact("/par/serialnum", identity_.serial);
    fact("/par/numch", fmt::format("{}", identity_.channels));
    fact("/par/adc_nbit", fmt::format("{}", identity_.adc_bits));
    fact("/par/adc_samplrate", fmt::format("{}", identity_.sample_rate_mhz));
    fact("/par/inputrange", "2");
    fact("/par/zin", "50");
    fact("/par/maxrawdatasize", "67108864");
    for (const char* measured : {"acquisitionstatus", "realtimemonitor", "deadtimemonitor", "triggercnt"})
        fact(fmt::format("/par/{}", measured), "0");
    if (!identity_.psd) fact("/par/losttriggercnt", "0");

    text_node("/par/clocksource", "Internal", {"Internal", "FPClkIn"});
    text_node("/par/startsource", "SWcmd", {"SWcmd", "SINedge", "SINlevel", "EncodedClkIn"}, true);
    text_node("/par/iolevel", "NIM", {"NIM", "TTL"});
    if (identity_.psd) {
        text_node("/par/globaltriggersource", "Disabled", {"Disabled", "TrgIn", "SwTrg", "ITLA", "TestPulse"},
                  true);
        text_node("/par/enstatevents", "False", {"True", "False"});
        text_node("/par/endatareduction", "False", {"True", "False"});
    } else {
        build_scope();
    }
    const char* active = identity_.psd ? "dpppsd" : "scope";
    text_node("/endpoint/par/activeendpoint", "raw", {"raw", active});
    node.type = Node::Type::ENDPOINT;
    add("/endpoint/raw", node);
    add(fmt::format("/endpoint/{}", active), node);
    fact("/endpoint/raw/port", fmt::format("{}", identity_.data_port));
    for (std::uint32_t channel = 0; channel < identity_.channels; ++channel)
        build_channel(channel);
}

void NodeTree::build_scope() {
    text_node("/par/acqtriggersource", "SwTrg", {"Disabled", "TrgIn", "SwTrg", "ITLA", "ITLB", "TestPulse"},
              true);
    text_node("/par/triggeridmode", "EventCnt", {"EventCnt", "TriggerCnt"});
    text_node("/par/entriggeroverlap", "False", {"True", "False"});
    text_node("/par/itlamainlogic", "OR", {"OR", "AND", "Majority"});
    text_node("/par/itlapairlogic", "NONE", {"NONE", "AND", "OR"});
    const double grid = std::max(4.0, std::round(identity_.sample_rate_mhz * 8e-3));
    number_node("/par/recordlengths", 1024, grid, 4194304, grid);
    number_node("/par/pretriggers", 100, 0, 2097152, 1);
}

void NodeTree::build_channel(std::uint32_t channel) {
    Node node;
    node.type = Node::Type::CHANNEL;
    const std::string ch = fmt::format("/ch/{}", channel);
    add(ch, node);
    node.type = Node::Type::FOLDER;
    add(ch + "/par", node);
    const std::string par = ch + "/par/";
    const double codes = std::exp2(identity_.adc_bits);
    text_node(par + "chenable", "True", {"True", "False"});
    number_node(par + "dcoffset", 50, 0, 100, 0.001);
    if (identity_.model.find("2730") != std::string::npos) number_node(par + "chgain", 0, 0, 29, 1);
    if (!identity_.psd) {
        number_node(par + "triggerthr", 0, 1 - codes, codes - 1, 1);
        text_node(par + "triggerthrmode", "Absolute", {"Absolute", "Relative"});
        text_node(par + "selftriggeredge", "Rise", {"Rise", "Fall"});
        text_node(par + "itlconnect", "Disabled", {"Disabled", "ITLA", "ITLB"});
        return;
    }
    const std::vector<std::string> sources{"Disabled", "ChSelfTrigger", "GlobalTriggerSource", "TRGIN",
                                           "SwTrg"};
    text_node(par + "eventtriggersource", "Disabled", sources, true);
    text_node(par + "wavetriggersource", "Disabled", sources, true);
    text_node(par + "wavesaving", "Always", {"Always", "OnRequest"});
    text_node(par + "pulsepolarity", "Positive", {"Positive", "Negative"});
    number_node(par + "triggerthr", 100, 1, codes / 2 - 1, 1);
    text_node(par + "waveanalogprobe0", "ADCInput",
              {"ADCInput", "ADCInput16", "ADCInputBaseline", "CFDFilter"});
    number_node(par + "chrecordlengths", 512, 4, 8100, 2);
    number_node(par + "chpretriggers", 100, 4, 4000, 1);
    number_node(par + "gatelonglengths", 100, 0, 4000, 1);
    number_node(par + "gateshortlengths", 20, 0, 4000, 1);
    number_node(par + "gateoffsets", 10, 0, 250, 1);
}

proto::Result<std::string> NodeTree::resolve(std::uint32_t handle, std::string_view query) const {
    if (handle < first_handle || handle - first_handle >= paths_.size())
        return refused(fmt::format("invalid handle {:#x}", handle));
    std::string path = paths_[handle - first_handle] + lower(query);
    if (path.ends_with('/')) path.pop_back();
    if (!nodes_.contains(path)) return refused(fmt::format("node {} not found", path));
    return path;
}

proto::Result<std::string> NodeTree::get(const std::string& path) const {
    if (const auto found = measured_.find(path); found != measured_.end()) return found->second();
    const Node& found = node(path);
    if (found.type != Node::Type::PARAMETER && found.type != Node::Type::ATTRIBUTE)
        return refused(fmt::format("node {} has no value", path));
    return found.value;
}

proto::Status NodeTree::set(std::uint32_t handle, std::string_view query, std::string_view value) {
    const std::string text = lower(query);
    const auto dots = text.find("..");
    if (dots == std::string::npos) {
        const auto path = resolve(handle, text);
        if (!path) return path.error();
        return set_one(*path, value);
    }
    const auto from = text.rfind('/', dots) + 1;
    const auto to = std::min(text.find('/', dots), text.size());
    const auto first = proto::number_in<double>(std::string_view(text).substr(from, dots - from));
    const auto last = proto::number_in<double>(std::string_view(text).substr(dots + 2, to - dots - 2));
    if (!first || !last || *first > *last || *last >= identity_.channels)
        return refused(fmt::format("invalid range in {}", text));
    for (auto i = static_cast<std::uint32_t>(*first); i <= static_cast<std::uint32_t>(*last); ++i) {
        const auto path = resolve(handle, fmt::format("{}{}{}", text.substr(0, from), i, text.substr(to)));
        if (!path) return path.error();
        if (auto status = set_one(*path, value); !status) return status;
    }
    return {};
}

proto::Status NodeTree::set_one(const std::string& path, std::string_view value) {
    Node& node = nodes_.at(path);
    if (!node.writable) return refused(fmt::format("node {} is read only", path));
    if (node.number) {
        const auto number = proto::number_in<double>(value);
        if (!number || *number < node.least || *number > node.most)
            return refused(fmt::format("value {} not allowed for {}", value, path));
        const double rounded = std::round(*number / node.step) * node.step;
        node.value = fmt::format("{:.10g}", std::clamp(rounded, node.least, node.most));
        return {};
    }
    std::string canonical;
    const auto words = words_of(value);
    if (words.size() > 1 && !node.list) return refused(fmt::format("{} holds one value", path));
    for (const std::string& word : words) {
        const auto known = std::ranges::find_if(
            node.allowed, [&](const std::string& allowed) { return lower(allowed) == lower(word); });
        if (known == node.allowed.end())
            return refused(fmt::format("value {} not allowed for {}", word, path));
        if (!canonical.empty()) canonical += " | ";
        canonical += *known;
    }
    node.value = canonical;
    return {};
}

std::uint32_t NodeTree::handle_of(const std::string& path) const {
    return handles_.at(path);
}

std::vector<std::string> NodeTree::children(const std::string& path) const {
    std::vector<std::string> found;
    for (const auto& [candidate, node] : nodes_)
        if (!candidate.empty() && parent_of(candidate) == path) found.push_back(candidate);
    return found;
}

std::string NodeTree::tree(const std::string& path) const {
    boost::json::object root;
    const std::string prefix = path + "/";
    for (const auto& [candidate, node] : nodes_) {
        if (!candidate.starts_with(prefix)) continue;
        boost::json::object* at = &root;
        std::string_view rest = std::string_view(candidate).substr(path.size() + 1);
        for (auto slash = rest.find('/'); slash != std::string_view::npos; slash = rest.find('/')) {
            at = &at->at(rest.substr(0, slash)).as_object();
            rest = rest.substr(slash + 1);
        }
        auto& object = at->emplace(leaf_of(candidate), boost::json::object{}).first->value().as_object();
        object["handle"] = fmt::format("{}", handle_of(candidate));
        if (node.type == Node::Type::PARAMETER || node.type == Node::Type::ATTRIBUTE)
            object["value"] = node.value;
    }
    return boost::json::serialize(root);
}

double NodeTree::number(const std::string& path) const {
    return proto::number_in<double>(node(path).value).value_or(0);
}

bool NodeTree::is(const std::string& path, std::string_view value) const {
    return lower(node(path).value) == lower(value);
}

bool NodeTree::contains(const std::string& path, std::string_view word) const {
    const auto words = words_of(lower(node(path).value));
    return std::ranges::find(words, lower(word)) != words.end();
}

}  // namespace spillgate::hw::emulator::dig2
