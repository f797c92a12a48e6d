#include "daq/slow_control/slow_control.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "proto/run_file/companion_files.hpp"
#include "proto/time.hpp"

namespace spillgate::daq {

namespace {

constexpr auto patience = std::chrono::seconds(2);  // with a disk, at the end of a run

}  // namespace

SlowControl::SlowControl(const config::SlowControl& config, proto::FileLayer& files, Journal& journal)
    : config_(config),
      files_(files),
      journal_(journal),
      table_(config),
      courses_(static_cast<std::size_t>(config.value_size())) {}

proto::Result<std::unique_ptr<SlowControl>> SlowControl::start(const config::SlowControl& config,
                                                               proto::FileLayer& files, Journal& journal) {
    auto slow = std::unique_ptr<SlowControl>(new SlowControl(config, files, journal));
    if (auto status = slow->start_sources(); !status) return status.error();
    slow->thread_ = std::jthread([self = slow.get()](const std::stop_token& stop) { self->run(stop); });
    return slow;
}

SlowControl::~SlowControl() = default;  // the thread first, then the sources

proto::Status SlowControl::start_sources() {
    bool pushed = false;
    for (int i = 0; i < config_.value_size(); ++i) {
        const auto& value = config_.value(i);
        const auto index = static_cast<std::size_t>(i);
        if (value.has_pushed()) pushed = true;
        if (value.has_csv()) {
            auto known = std::ranges::find_if(
                watched_, [&](const auto& w) { return w.file.path() == value.csv().path(); });
            if (known == watched_.end())
                known = watched_.insert(watched_.end(), WatchedFile{CsvFile(value.csv().path()), {}});
            known->values.push_back(index);
        }
        if (value.has_epics())
            if (auto status = monitor(index); !status)
                return proto::error(status.error().kind,
                                    fmt::format("slow value '{}': {}", value.name(), status.error().message));
    }
    if (!pushed) return {};
    const auto take = [this](std::string_view name, double number) {
        const auto index = table_.index_of(name);
        if (!index || !config_.value(static_cast<int>(*index)).has_pushed()) return false;
        table_.put(*index, number, proto::utc_now_ns(), SourceAlarm::NONE, Clock::now());
        return true;
    };
    auto server =
        PushServer::start(config_.http_address(), static_cast<std::uint16_t>(config_.http_port()), take);
    if (!server) return server.error();
    push_server_ = std::move(*server);
    journal_.info("slow control",
                  fmt::format("slow values are taken at {}/slow/<name>", push_server_->url()));
    return {};
}

proto::Status SlowControl::monitor(std::size_t index) {
    const auto& epics = config_.value(static_cast<int>(index)).epics();
    if (!channel_access_) {
        auto opened = hw::epics::ChannelAccess::open(
            epics.library(), [this](const std::string& text) { journal_.warn("channel access", text); });
        if (!opened) return opened.error();
        channel_access_ = std::move(*opened);
    } else if (auto same = hw::epics::load_ca_library(epics.library()); !same) {
        return same.error();
    }
    return channel_access_->monitor(epics.pv(), [this, index](const hw::epics::MonitorEvent& event) {
        using Kind = hw::epics::MonitorEvent::Kind;
        using hw::epics::Severity;
        switch (event.kind) {
            case Kind::CONNECTED:
                return table_.set_trouble(index, "");  // what was read before ages until it is read anew
            case Kind::DISCONNECTED:
                return table_.hold(index, false, "not connected");
            case Kind::REFUSED:
                return table_.put_unknown(index, fmt::format("the server refuses: {}", event.text));
            case Kind::READING:
                break;
        }
        if (event.reading.severity == Severity::INVALID)
            return table_.put_unknown(index, "the server does not trust it: severity INVALID");
        const auto alarm = event.reading.severity == Severity::MAJOR   ? SourceAlarm::MAJOR
                           : event.reading.severity == Severity::MINOR ? SourceAlarm::MINOR
                                                                       : SourceAlarm::NONE;
        table_.put(index, event.reading.value, event.reading.utc_ns, alarm, Clock::now());
        table_.hold(index, true, "");
    });
}

void SlowControl::begin_run(const std::string& directory) {
    {
        const std::lock_guard lock(mutex_);
        wished_directory_ = directory;
    }
    changed_.notify_all();
}

void SlowControl::end_run() {
    std::unique_lock lock(mutex_);
    wished_directory_.clear();
    changed_.notify_all();
    if (changed_.wait_for(lock, patience, [this] { return directory_.empty(); })) return;
    journal_.warn("slow-control record",
                  fmt::format("{}/{} is not closed yet, 2 s after the end of the run: the disk is slow",
                              directory_, proto::slow_control_record_name));
}

void SlowControl::fill(wire::DaemonStatus& status) const {
    for (int i = 0; i < config_.value_size(); ++i) {
        const auto& value = config_.value(i);
        const auto reading = table_.reading(static_cast<std::size_t>(i));
        auto& filled = *status.add_slow_values();
        filled.set_name(value.name());
        filled.set_unit(value.unit());
        filled.set_state(state_of(value, reading));
        if (filled.state() != wire::SlowValue::STALE) filled.set_value(*reading.value);
        if (reading.age) filled.set_age_s(reading.age->count());
        filled.set_source(source_text(value));
        filled.set_trouble(reading.trouble);
    }
    const auto count = [&](const char* name, std::uint64_t n) {
        if (n == 0) return;
        auto& fault = *status.add_slow_faults();
        fault.set_name(name);
        fault.set_value(n);
    };
    {
        const std::lock_guard lock(mutex_);
        count("rows not recorded", rows_lost_);
        count("record not synced", syncs_failed_);
    }
    if (!push_server_) return;
    count("pushes refused", push_server_->counts().refused);
    count("pushes turned away", push_server_->counts().turned_away);
    status.set_slow_push_url(push_server_->url());
}

}  // namespace spillgate::daq
