#include "daq/ctl/module_verb.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "daq/daemon.hpp"
#include "hw/sis3316/bring_up.hpp"
#include "hw/sis3316/sis3316.hpp"
#include "hw/sis3316/survey.hpp"
#include "proto/config_loader.hpp"
#include "proto/endpoints.hpp"

namespace spillgate::daq {

namespace {

namespace json = boost::json;
namespace sis = hw::sis3316;

// Of one module: for people, and for scripts.
struct Told {
    std::string table;
    json::object object;
};

// Held by the daemons while they run, so by us while they must not.
proto::Result<std::vector<DaemonLock>> lock_out_daemons(const config::Config& config,
                                                        const std::string& runtime_dir) {
    if (auto made = proto::prepare_runtime_dir(runtime_dir); !made) return made.error();
    std::vector<std::string> names;
    for (const auto& daemon : config.daemon())
        names.push_back(daemon.name());
    if (names.empty()) names.emplace_back("daq");
    std::vector<DaemonLock> locks;
    for (const auto& name : names) {
        auto lock =
            DaemonLock::take(fmt::format("{}/{}.lock", runtime_dir, name),
                             fmt::format("daemon '{}' is running and owns the modules: stop it first", name));
        if (!lock) return lock.error();
        locks.push_back(std::move(*lock));
    }
    return locks;
}

Told told_identity(const sis::Identity& identity) {
    Told told;
    const auto line = [&](const char* name, const std::string& value) {
        told.table += fmt::format("  {:<16}{}\n", name, value);
        told.object[name] = value;
    };
    line("module id", fmt::format("{:#010x}", identity.module_id));
    line("protocol", identity.generation == sis::Generation::LEGACY ? "legacy" : "with identifier");
    line("serial", identity.serial_valid ? fmt::format("{}", identity.serial) : "not valid");
    line("hardware", fmt::format("{}", identity.hardware_version));
    line("temperature", fmt::format("{:.2f} degC", identity.temperature_c));
    for (std::uint32_t group = 0; group < sis::groups; ++group)
        line(fmt::format("ADC group {}", group + 1).c_str(),
             fmt::format("firmware {:#010x}, status {:#010x}", identity.adc_firmware[group],
                         identity.adc_status[group]));
    line("receive buffer", fmt::format("{} bytes", identity.receive_buffer_bytes));
    json::array doubts;
    for (const auto& doubt : identity.doubts) {
        told.table += fmt::format("  doubtful        {}\n", doubt);
        doubts.emplace_back(doubt);
    }
    told.object["doubtful"] = std::move(doubts);
    return told;
}

proto::Result<Told> tell_identity(sis::Module& module, const sis::ModuleSettings& settings) {
    const auto identity = module.identify();
    if (!identity) return identity.error();
    auto told = told_identity(*identity);
    const auto fits = sis::check_identity(*identity, settings);
    const std::string verdict = fits ? "yes" : fits.error().message;
    told.table += fmt::format("  {:<16}{}\n", "as configured", verdict);
    told.object["as configured"] = verdict;
    return told;
}

proto::Result<Told> tell_registers(sis::Module& module) {
    const auto registers = sis::dump(module);
    if (!registers) return registers.error();
    Told told;
    json::array list;
    for (const auto& [address, value] : *registers) {
        const auto name = sis::register_name(address);
        told.table += fmt::format("  {:#08x}  {:#010x}  {}\n", address, value, name);
        list.push_back({{"address", address}, {"value", value}, {"name", name}});
    }
    told.object["registers"] = std::move(list);
    return told;
}

proto::Result<Told> tell_differences(sis::Module& module, const sis::ModuleSettings& settings) {
    const auto identity = module.identify();
    if (!identity) return identity.error();
    if (auto fits = sis::check_identity(*identity, settings); !fits) return fits.error();
    if (auto done = sis::reset_and_clock(module, settings); !done) return done.error();
    if (auto done = sis::set_up_inputs(module, settings); !done) return done.error();
    const auto differences = sis::apply(module, settings);
    if (!differences) return differences.error();
    Told told;
    json::array list;
    for (const auto& difference : *differences) {
        told.table += fmt::format("  differs: {}\n", sis::words_of(difference));
        list.emplace_back(sis::words_of(difference));
    }
    if (differences->empty())
        told.table += fmt::format("  {} writes, all registers read back\n", settings.registers.size());
    told.object["writes"] = settings.registers.size();
    told.object["differences"] = std::move(list);
    return told;
}

proto::Result<Told> tell_noise(sis::Module& module, const sis::ModuleSettings& settings, std::uint32_t board,
                               unsigned triggers) {
    if (auto up = sis::bring_up(module, settings); !up) return up.error();
    const auto measured = sis::measure_noise(module, settings, board, triggers);
    if (!measured) return measured.error();
    Told told;
    told.table =
        fmt::format("  {:>7}  {:>8}  {:>12}  {:>9}\n", "channel", "triggers", "baseline/ADC", "rms/ADC");
    json::array list;
    for (const auto& [channel, events, baseline, rms] : *measured) {
        told.table += fmt::format("  {:>7}  {:>8}  {:>12.2f}  {:>9.3f}\n", channel, events, baseline, rms);
        list.push_back(
            {{"channel", channel}, {"triggers", events}, {"baseline_adc", baseline}, {"rms_adc", rms}});
    }
    told.object["channels"] = std::move(list);
    return told;
}

proto::Result<Told> carry_out(const ModuleVerb& verb, const config::Board& board) {
    const bool is_noise = verb.action == "noise";
    const auto settings = sis::settings_from(is_noise ? sis::for_noise(board) : board);
    if (!settings) return settings.error();
    auto module = sis::Module::open(*settings, {});
    if (!module) return module.error();
    auto told = verb.action == "identify" ? tell_identity(**module, *settings)
                : verb.action == "dump"   ? tell_registers(**module)
                : verb.action == "apply"  ? tell_differences(**module, *settings)
                                          : tell_noise(**module, *settings, board.id(), verb.triggers);
    if (!told) return told;
    const bool simulated = sis::is_simulated(board.sis3316());
    told->table = fmt::format("{}{}\n{}", settings->who, simulated ? "  SIMULATED" : "", told->table);
    told->object["board"] = board.id();
    told->object["name"] = board.name();
    told->object["simulated"] = simulated;
    return told;
}

}  // namespace

proto::Result<std::string> run_module_verb(const ModuleVerb& verb) {
    constexpr std::array actions{"identify", "dump", "apply", "noise"};
    if (std::ranges::find(actions, verb.action) == actions.end())
        return proto::error(
            proto::ErrorKind::CONFIG,
            fmt::format("'{}' is nothing that a module does; allowed: identify, dump, apply, noise",
                        verb.action));
    if (verb.config.empty())
        return proto::error(proto::ErrorKind::CONFIG, "the verb module needs --config: it names the modules");
    const auto loaded = proto::load_config(verb.config);
    if (!loaded) return loaded.error();
    std::vector<const config::Board*> boards;
    for (const auto& board : loaded->config.board())
        if (board.has_sis3316() && (!verb.board || board.id() == *verb.board)) boards.push_back(&board);
    if (boards.empty())
        return proto::error(proto::ErrorKind::CONFIG,
                            verb.board ? fmt::format("{}: board {} is no SIS3316", verb.config, *verb.board)
                                       : fmt::format("{}: no board is an SIS3316", verb.config));
    const auto runtime_dir =
        verb.runtime_dir.empty() ? loaded->config.network().runtime_dir() : verb.runtime_dir;
    const auto locks = lock_out_daemons(loaded->config, runtime_dir);
    if (!locks) return locks.error();
    std::string table;
    json::array list;
    for (const auto* board : boards) {
        auto told = carry_out(verb, *board);
        if (!told) return told.error();
        table += told->table;
        list.push_back(std::move(told->object));
    }
    return verb.json ? json::serialize(list) + "\n" : table;
}

}  // namespace spillgate::daq
