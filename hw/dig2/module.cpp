#include "hw/dig2/module.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include "proto/number_text.hpp"

namespace spillgate::hw::dig2 {

namespace {

constexpr std::size_t block_bytes_default = std::size_t{64} << 20;
constexpr std::size_t block_bytes_cap = std::size_t{256} << 20;

// "DPP_PSD", "DPP-PSD" and "Dpp Psd" are one firmware.
std::string plain(std::string_view text) {
    std::string out;
    for (const char c : text)
        if (std::isalnum(static_cast<unsigned char>(c)) != 0)
            out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return out;
}

// "/ch/7/par/triggerthr" → "/ch/*/par/triggerthr": all channels of a module have the same limits.
std::string kind_of(const std::string& path) {
    if (!path.starts_with("/ch/")) return path;
    const auto end = path.find('/', 4);
    return "/ch/*" + (end == std::string::npos ? "" : path.substr(end));
}

bool is_answer(proto::ErrorKind kind) {
    return kind == proto::ErrorKind::REFUSED;
}

}  // namespace

Module::Module(boost::asio::io_context& io, const config::Board& board)
    : board_(board), timeout_(static_cast<std::int64_t>(board.dig2().timeout_ms() * 1e3)), link_(io) {}

Limit Module::limit(const std::stop_token& stop) const {
    return {SteadyClock::now() + timeout_, stop};
}

proto::Error Module::named(proto::Error error) const {
    error.message = fmt::format("{} at {}:{}: {}", name_of(board_), board_.dig2().address(),
                                board_.dig2().port(), error.message);
    return error;
}

proto::Result<std::string> Module::ask(std::string_view command, std::uint32_t handle, std::string_view query,
                                       const std::stop_token& stop) {
    auto reply = link_.call({.command = command, .handle = handle, .query = query, .value = {}}, limit(stop));
    if (!reply) return named(reply.error());
    if (reply->values.empty())
        return named(
            proto::error(proto::ErrorKind::CORRUPT, fmt::format("{} {} has no value", command, query)));
    return std::move(reply->values.front());
}

proto::Result<std::string> Module::value(std::string_view path, const std::stop_token& stop) {
    return ask("getValue", device_, path, stop);
}

proto::Result<double> Module::number(std::string_view path, const std::stop_token& stop) {
    auto text = value(path, stop);
    if (!text) return text.error();
    if (const auto found = proto::number_in<double>(*text)) return *found;
    return named(
        proto::error(proto::ErrorKind::CORRUPT, fmt::format("{} is '{}', not a number", path, *text)));
}

proto::Status Module::command(std::string_view path, const std::stop_token& stop) {
    const auto reply =
        link_.call({.command = "sendCommand", .handle = device_, .query = path, .value = {}}, limit(stop));
    if (!reply) return named(reply.error());
    return {};
}

proto::Status Module::command_within(std::string_view path, std::chrono::milliseconds time) {
    const auto reply = link_.call({.command = "sendCommand", .handle = device_, .query = path, .value = {}},
                                  {SteadyClock::now() + time, {}});
    if (!reply) return named(reply.error());
    return {};
}

proto::Result<ModuleFacts> Module::identify(const std::stop_token& stop) {
    boost::system::error_code bad;
    const auto address = boost::asio::ip::make_address(board_.dig2().address(), bad);
    if (bad)
        return proto::error(proto::ErrorKind::CONFIG, fmt::format("{}: dig2.address '{}' is no IP address",
                                                                  name_of(board_), board_.dig2().address()));
    const auto port = static_cast<std::uint16_t>(board_.dig2().port());
    if (auto status = link_.open({address, port}, limit(stop)); !status) return named(status.error());
    // The handle means nothing to this command.
    const auto hello =
        link_.call({.command = "connect", .handle = 0, .query = {}, .value = "client"}, limit(stop));
    if (!hello) return named(hello.error());
    const auto handle = hello->values.empty() ? std::nullopt : proto::number_in<double>(hello->values[0]);
    if (!handle || *handle < 0 || *handle >= 1U << 24)
        return named(proto::error(proto::ErrorKind::CORRUPT, "connect gave no handle of 24 bits"));
    device_ = static_cast<std::uint32_t>(*handle);

    ModuleFacts facts;
    if (hello->values.size() > 1)
        if (const auto version = proto::number_in<double>(hello->values[1]);
            version && *version >= 0 && *version < 1e9)
            facts.server_version = static_cast<std::uint32_t>(*version);
    struct Text {
        std::string_view path;
        std::string* to;
    };
    for (const auto& [path, to] :
         {Text{"/par/modelname", &facts.model}, Text{"/par/serialnum", &facts.serial},
          Text{"/par/fwtype", &facts.firmware}}) {
        auto text = value(path, stop);
        if (!text) return text.error();
        *to = std::move(*text);
    }
    const auto channels = number("/par/numch", stop);
    if (!channels) return channels.error();
    const auto rate = number("/par/adc_samplrate", stop);
    if (!rate) return rate.error();
    const auto adc_bits = number("/par/adc_nbit", stop);
    if (!adc_bits) return adc_bits.error();
    if (*channels < 1 || *channels > channels_max || *adc_bits < 1 || *adc_bits > 16)
        return named(proto::error(proto::ErrorKind::UNSUPPORTED,
                                  fmt::format("{} channels of {} bits; at most {} of 16 can be read",
                                              *channels, *adc_bits, channels_max)));
    facts.sample_rate_mhz = *rate;
    facts.traits.channels = static_cast<std::uint32_t>(*channels);
    facts.traits.adc_bits = static_cast<unsigned>(*adc_bits);
    facts.traits.input_range_v = stated("/par/inputrange", stop).value_or(0);
    facts.traits.has_channel_gain = stated("/ch/0/par/chgain", stop).has_value();
    facts.impedance_ohm = stated("/par/zin", stop);
    if (!facts.impedance_ohm) facts.impedance_ohm = stated("/par/inputimpedance", stop);
    const auto block = stated("/par/maxrawdatasize", stop);
    facts.block_bytes_max = block_bytes_default;
    if (block && *block >= 4096)
        facts.block_bytes_max =
            static_cast<std::size_t>(std::min(*block, static_cast<double>(block_bytes_cap)));
    const auto data = data_port(stop);
    if (!data) return data.error();
    facts.data_port = *data;
    return facts;
}

// The port of the endpoint that carries the events: "raw", whose bytes are the same whichever is active; else
// that of the active one.
proto::Result<std::uint16_t> Module::data_port(const std::stop_token& stop) {
    const std::string_view active = board_.dig2().firmware() == config::Dig2::DPP_PSD ? "dpppsd" : "scope";
    proto::Error last;
    for (const std::string_view name : {std::string_view("raw"), active}) {
        const auto node = ask("getHandle", device_, fmt::format("/endpoint/{}", name), stop);
        if (!node && !is_answer(node.error().kind)) return node.error();
        last = node ? proto::Error{} : node.error();
        const auto handle = node ? proto::number_in<double>(*node) : std::nullopt;
        if (!handle || *handle < 0 || *handle >= 1U << 24) continue;
        auto port = ask("getValue", static_cast<std::uint32_t>(*handle), "/port", stop);
        if (!port && !is_answer(port.error().kind)) return port.error();
        last = port ? proto::Error{} : port.error();
        const auto number = port ? proto::number_in<double>(*port) : std::nullopt;
        if (number && *number >= 1 && *number <= 65535) return static_cast<std::uint16_t>(*number);
    }
    if (!last.message.empty()) return last;
    return named(proto::error(proto::ErrorKind::CORRUPT, "no endpoint has a port"));
}

// A number that not every firmware has.
std::optional<double> Module::stated(const std::string& path, const std::stop_token& stop) {
    const std::string kind = kind_of(path);
    if (const auto known = stated_.find(kind); known != stated_.end()) return known->second;
    const auto text = value(path, stop);
    if (!text && !is_answer(text.error().kind)) return std::nullopt;
    return stated_[kind] = text ? proto::number_in<double>(*text) : std::nullopt;
}

proto::Status Module::check(const ModuleFacts& facts) const {
    const auto& wanted = board_.dig2();
    const auto refuse = [&](std::string_view field, const std::string& why) {
        return proto::error(proto::ErrorKind::CONFIG,
                            fmt::format("{} at {}:{} ({} {}): {}: {}", name_of(board_), wanted.address(),
                                        wanted.port(), facts.model, facts.serial, field, why));
    };
    if (wanted.has_serial() && wanted.serial() != facts.serial)
        return refuse("dig2.serial", fmt::format("this is {}, not {}", facts.serial, wanted.serial()));
    const bool psd = wanted.firmware() == config::Dig2::DPP_PSD;
    if (plain(facts.firmware) != (psd ? "dpppsd" : "scope"))
        return refuse("dig2.firmware", fmt::format("FwType is '{}', configured is {}", facts.firmware,
                                                   psd ? "DPP_PSD" : "SCOPE"));
    if (std::abs(facts.sample_rate_mhz - board_.sample_rate_mhz()) > 1e-6)
        return refuse("sample_rate_mhz", fmt::format("ADC_SamplRate is {}, configured is {}",
                                                     facts.sample_rate_mhz, board_.sample_rate_mhz()));
    if (board_.is_signed() || facts.traits.adc_bits != board_.bits())
        return refuse(
            "bits",
            fmt::format("samples are unsigned and have {} bits (ADC_Nbit), configured are {} {}",
                        facts.traits.adc_bits, board_.is_signed() ? "signed" : "unsigned", board_.bits()));
    for (const auto& input : wanted.input())
        if (input.has_terminated() && facts.impedance_ohm &&
            input.terminated() != (*facts.impedance_ohm <= 100))
            return refuse("dig2.input.terminated", fmt::format("{}; the inputs have {} Ω and no switch",
                                                               input.terminated(), *facts.impedance_ohm));
    return {};
}

proto::Status Module::check_limits(const ModuleFacts& facts, const Setting& setting,
                                   const std::stop_token& stop) {
    const auto wanted = proto::number_in<double>(setting.value);
    if (!wanted) return {};
    const auto low = stated(setting.path + "/minvalue", stop);
    const auto high = stated(setting.path + "/maxvalue", stop);
    const auto step = stated(setting.path + "/increment", stop);
    const double from = low.value_or(-HUGE_VAL);
    const double to = high.value_or(HUGE_VAL);
    const double base = low.value_or(0);
    const bool on_step =
        !step || *step <= 0 || setting.tolerance > 0 ||
        std::abs(std::remainder(*wanted - base, *step)) < 1e-9 * std::max(1.0, std::abs(*wanted)) ||
        std::abs(std::remainder(*wanted, *step)) < 1e-9;
    if (*wanted >= from && *wanted <= to && on_step) return {};
    return proto::error(
        proto::ErrorKind::CONFIG,
        fmt::format("{} ({} {}): {}: {} = {} cannot be held; allowed are {} to {} in steps of {}",
                    name_of(board_), facts.model, facts.serial, setting.field, setting.path, setting.value,
                    from, to, step.value_or(0)));
}

proto::Status Module::configure(const ModuleFacts& facts, const std::vector<Setting>& settings,
                                const std::stop_token& stop) {
    if (auto status = command("/cmd/reset", stop); !status) return status;
    for (const Setting& setting : settings) {
        if (auto status = check_limits(facts, setting, stop); !status) return status;
        const auto reply = link_.call(
            {.command = "setValue", .handle = device_, .query = setting.path, .value = setting.value},
            limit(stop));
        if (reply) continue;
        if (!is_answer(reply.error().kind)) return named(reply.error());
        if (setting.may_be_absent) continue;
        return proto::error(
            proto::ErrorKind::CONFIG,
            fmt::format("{} ({} {}): {}: {} = {}: {}", name_of(board_), facts.model, facts.serial,
                        setting.field, setting.path, setting.value, reply.error().message));
    }
    const auto different = differences(settings, stop);
    if (!different) return different.error();
    if (different->empty()) return {};
    std::string list;
    for (const Difference& difference : *different)
        list += fmt::format("{}{} is {}, set was {} ({})", list.empty() ? "" : "; ", difference.setting.path,
                            difference.read, difference.setting.value, difference.setting.field);
    return proto::error(proto::ErrorKind::CONFIG,
                        fmt::format("{} ({} {}) holds other values than set: {}", name_of(board_),
                                    facts.model, facts.serial, list));
}

proto::Result<std::vector<Difference>> Module::differences(const std::vector<Setting>& settings,
                                                           const std::stop_token& stop) {
    std::vector<Difference> different;
    for (const Setting& setting : settings) {
        auto read = value(setting.path, stop);
        if (!read && is_answer(read.error().kind) && setting.may_be_absent) continue;
        if (!read) return read.error();
        if (!same_value(setting.value, *read, setting.tolerance))
            different.push_back({setting, std::move(*read)});
    }
    return different;
}

}  // namespace spillgate::hw::dig2
