#include "hw/epics/channel_access.hpp"

#include <cstring>
#include <utility>

#include <fmt/format.h>

namespace spillgate::hw::epics {

namespace {

constexpr unsigned archive_priority = 20;  // CA_PRIORITY_ARCHIVE: whoever operates the machine comes first
constexpr std::size_t longest_name = 500;  // caProto.h: longer names are taken for nonsense

// A thread may speak for one context at a time, and only while it is attached.
class Attached {
  public:
    Attached(const CaLibrary& ca, CaContext* context) : ca_(ca), status_(ca.attach_context(context)) {}
    ~Attached() {
        if (status_ == ca_normal) ca_.detach_context();
    }
    Attached(const Attached&) = delete;
    Attached& operator=(const Attached&) = delete;
    int status() const { return status_; }

  private:
    const CaLibrary& ca_;
    int status_;
};

Reading reading_of(const void* data) {
    CaTimeDouble raw;
    std::memcpy(&raw, data, sizeof raw);
    Reading reading;
    reading.value = raw.value;
    if (raw.seconds != 0 || raw.nanoseconds != 0)
        reading.utc_ns = (ca_epoch_s + raw.seconds) * 1'000'000'000 + raw.nanoseconds;
    if (raw.severity >= 0 && raw.severity <= static_cast<int>(Severity::INVALID))
        reading.severity = static_cast<Severity>(raw.severity);
    return reading;
}

}  // namespace

proto::Error ChannelAccess::failure(std::string_view what, int status) const {
    return proto::error(proto::ErrorKind::IO,
                        fmt::format("Channel Access: {}: {}", what, ca_.message(status)), status);
}

proto::Result<std::unique_ptr<ChannelAccess>> ChannelAccess::open(const std::string& library, Report report) {
    auto ca = load_ca_library(library);
    if (!ca) return ca.error();
    auto client = std::unique_ptr<ChannelAccess>(new ChannelAccess(**ca, std::move(report)));
    if ((*ca)->current_context())
        return proto::error(proto::ErrorKind::IO,
                            "Channel Access: this thread speaks for another context already");
    if (const int status = (*ca)->context_create(ca_preemptive); status != ca_normal)
        return client->failure("cannot start", status);
    client->context_ = (*ca)->current_context();
    const int status = (*ca)->add_exception_event(&on_exception, client.get());
    (*ca)->detach_context();
    if (status != ca_normal) return client->failure("cannot listen to exceptions", status);
    return client;
}

ChannelAccess::~ChannelAccess() {
    if (!context_) return;
    if (ca_.attach_context(context_) != ca_normal) return;  // only from a handler, which must not end us
    for (auto* channel : channels_)
        ca_.clear_channel(channel);  // a context that ends keeps their names
    ca_.context_destroy();           // waits for handlers that run, and detaches
}

proto::Status ChannelAccess::monitor(const std::string& process_variable, Handler handler) {
    if (process_variable.empty() || process_variable.size() > longest_name)
        return proto::error(
            proto::ErrorKind::CONFIG,
            fmt::format("process variable '{}': a name has 1 to {} bytes", process_variable, longest_name));
    const Attached attached(ca_, context_);
    if (attached.status() != ca_normal) return failure("cannot attach", attached.status());
    Handler* kept = nullptr;
    {
        const std::lock_guard lock(mutex_);
        kept = monitors_.emplace_back(std::make_unique<Handler>(std::move(handler))).get();
    }
    CaChannel* channel = nullptr;
    int status =
        ca_.create_channel(process_variable.c_str(), &on_connection, kept, archive_priority, &channel);
    if (status != ca_normal) return failure(process_variable, status);
    {
        const std::lock_guard lock(mutex_);
        channels_.push_back(channel);
    }
    // It takes effect whenever the channel is connected.
    status = ca_.create_subscription(ca_time_double, 1, channel, ca_on_value_and_alarm, &on_monitor, kept,
                                     nullptr);
    if (status == ca_normal) status = ca_.flush_io();
    if (status != ca_normal) return failure(process_variable, status);
    return {};
}

void ChannelAccess::on_connection(CaConnectionEvent event) {
    MonitorEvent told;
    told.kind = event.operation == ca_connection_up ? MonitorEvent::Kind::CONNECTED
                                                    : MonitorEvent::Kind::DISCONNECTED;
    (*static_cast<Handler*>(loaded_ca_library()->puser(event.channel)))(told);
}

void ChannelAccess::on_monitor(CaMonitorEvent event) {
    MonitorEvent told;
    if (event.status == ca_normal && event.data && event.type == ca_time_double && event.count >= 1) {
        told.kind = MonitorEvent::Kind::READING;
        told.reading = reading_of(event.data);
    } else {
        told.kind = MonitorEvent::Kind::REFUSED;
        told.text = event.status == ca_normal ? "an answer without a number"
                                              : loaded_ca_library()->message(event.status);
    }
    (*static_cast<Handler*>(event.user))(told);
}

void ChannelAccess::on_exception(CaException exception) {
    const auto& self = *static_cast<const ChannelAccess*>(exception.user);
    if (!self.report_) return;
    self.report_(fmt::format("Channel Access: {}{}{}", self.ca_.message(exception.status),
                             exception.context ? ": " : "", exception.context ? exception.context : ""));
}

}  // namespace spillgate::hw::epics
