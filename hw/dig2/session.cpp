#include "hw/dig2/session.hpp"

#include <algorithm>
#include <charconv>
#include <random>
#include <utility>

#include <boost/asio/ip/address.hpp>

#include "hw/pace.hpp"

namespace spillgate::hw::dig2 {

namespace {

constexpr std::int64_t poll_interval_ns = 1'000'000'000;
constexpr std::int64_t batch_interval_ns = 20'000'000;
constexpr std::size_t batch_samples = std::size_t{1} << 20;
constexpr std::int64_t first_event_within_ns = 2'000'000'000;

// What a quarter of the time-out is for the answer to a command is enough for data, too.
std::int64_t patience_ns(const config::Board& board) {
    constexpr double least_ms = 250;
    return static_cast<std::int64_t>(std::max(board.dig2().timeout_ms() / 4, least_ms) * 1e6);
}

}  // namespace

proto::Status Session::open(const std::stop_token& stop) {
    auto facts = module_.identify(stop);
    if (!facts) return facts.error();
    facts_ = std::move(*facts);
    if (auto status = module_.check(facts_); !status) return status;
    auto plan = plan_of(board_, facts_.traits.channels);
    if (!plan) return plan.error();
    plan_ = std::move(*plan);
    const auto ticks = ticks_per_stamp(board_);
    if (!ticks) return ticks.error();
    ticks_per_stamp_ = *ticks;
    const auto settings = settings_of(board_, plan_, facts_.traits);
    if (!settings) return settings.error();
    return module_.configure(facts_, *settings, stop);
}

StreamSetup Session::stream_setup(std::uint32_t epoch) const {
    StreamSetup setup;
    setup.board = board_.id();
    setup.clock_domain = board_.clock_domain();
    setup.epoch = epoch;
    setup.psd = board_.dig2().firmware() == config::Dig2::DPP_PSD;
    setup.ticks_per_stamp = ticks_per_stamp_;
    setup.encoding.bits = static_cast<std::uint8_t>(facts_.traits.adc_bits);
    setup.patience_ns = patience_ns(board_);
    setup.patience_ticks =
        proto::ticks_from_ns(static_cast<double>(setup.patience_ns), board_.sample_rate_mhz() * 1e6);
    setup.channels.resize(facts_.traits.channels);
    for (const ChannelPlan& channel : plan_.channels)
        setup.channels[channel.channel] = {.enabled = true,
                                           .pretrigger_ticks = channel.pretrigger,
                                           .samples = static_cast<std::uint32_t>(channel.record)};
    return setup;
}

proto::Status Session::start(std::uint32_t epoch, const std::stop_token& stop) {
    data_.emplace(io_, facts_.block_bytes_max);
    const auto timeout =
        std::chrono::microseconds(static_cast<std::int64_t>(board_.dig2().timeout_ms() * 1e3));
    const auto limit = [&] { return Limit{SteadyClock::now() + timeout, stop}; };
    const auto address = boost::asio::ip::make_address(board_.dig2().address());
    if (auto status = data_->open({address, facts_.data_port}, limit()); !status) return status;
    // The module marks the beginning of a data connection, and that of an armed acquisition.
    if (auto status = data_->wait_until_cleared(limit()); !status) return status;
    if (auto status = module_.command("/cmd/armacquisition", stop); !status) return status;
    if (auto status = data_->wait_until_cleared(limit()); !status) return status;
    const std::int64_t sent = steady_ns();
    if (auto status = module_.command("/cmd/swstartacquisition", stop); !status) return status;
    const std::int64_t done = steady_ns();
    epoch_ = epoch;
    stream_.emplace(stream_setup(epoch), ClockTie(board_.sample_rate_mhz() * 1e-3, sent, done));
    random_trigger_.emplace(board_.dig2().random_trigger_hz(), done, std::random_device{}());
    next_poll_ns_ = done + poll_interval_ns;
    return {};
}

proto::Status Session::read(Sink& sink, const std::optional<Counter>& before,
                            const std::function<void(const StreamCounts&)>& counts,
                            const std::stop_token& stop) {
    stream_->use(sink.empty());
    sent_ns_ = steady_ns();
    before_ = before;
    await_event_until_ns_ = sent_ns_ + first_event_within_ns;
    while (!stop.stop_requested()) {
        // Before looking for data: what has not come by now may still be on its way.
        const std::int64_t now = steady_ns();
        const auto wait = std::chrono::nanoseconds(std::clamp<std::int64_t>(
            std::min(random_trigger_->next_ns(), next_poll_ns_) - now, 0, 5'000'000));
        io_.restart();
        io_.run_one_for(wait);
        const bool was_idle = data_->idle();
        if (auto status = take_blocks(); !status) {
            stream_->finish();
            send(sink, counts);
            return status;
        }
        if (was_idle) stream_->idle(now);
        if (auto status = tend(stop); !status) {
            if (stop.stop_requested()) break;
            stream_->finish();
            send(sink, counts);
            return status;
        }
        if (steady_ns() - sent_ns_ >= batch_interval_ns || stream_->fill().samples.size() >= batch_samples)
            send(sink, counts);
    }
    stop_module();
    stream_->finish();
    send(sink, counts);
    return {};
}

// Hands on what has been received; the handlers of further blocks run in between.
proto::Status Session::take_blocks() {
    constexpr int at_once = 16;  // then other things have their turn
    for (int i = 0; i < at_once; ++i) {
        io_.restart();
        while (!data_->has_block() && io_.poll_one() > 0) {
        }
        if (!data_->has_block()) break;
        if (auto status = stream_->take(data_->block(), data_->events(), steady_ns()); !status) return status;
        data_->next();
    }
    if (data_->failure()) return *data_->failure();
    return {};
}

// Forced triggers and the counters, when their time has come.
proto::Status Session::tend(const std::stop_token& stop) {
    const std::int64_t now = steady_ns();
    if (now >= random_trigger_->next_ns()) {
        random_trigger_->pass(now);
        if (auto status = module_.command("/cmd/sendswtrigger", stop); !status) return status;
    }
    if (now < next_poll_ns_) return {};
    next_poll_ns_ = now + poll_interval_ns;
    return poll(stop);
}

// Also how a module that has gone silent is noticed.
proto::Status Session::poll(const std::stop_token& stop) {
    if (counts_losses_ && board_.dig2().firmware() == config::Dig2::SCOPE) {
        const auto text = module_.value("/par/losttriggercnt", stop);
        if (text) {
            std::uint64_t total = 0;
            const auto parsed = std::from_chars(text->data(), text->data() + text->size(), total);
            if (parsed.ec == std::errc()) stream_->lost_triggers(total, steady_ns());
            return {};
        }
        if (text.error().kind != proto::ErrorKind::REFUSED) return text.error();
        counts_losses_ = false;
    }
    const auto text = module_.value("/par/acquisitionstatus", stop);
    if (!text && text.error().kind != proto::ErrorKind::REFUSED) return text.error();
    return {};
}

std::optional<Counter> Session::counter() const {
    if (!stream_ || !stream_->stamped()) return std::nullopt;
    return Counter{epoch_, stream_->tie()};
}

// Once in an epoch that is not the first: whether the batch that is gathered, which says so, may leave.
bool Session::is_readopted(std::int64_t now_ns) {
    if (!stream_->stamped() && now_ns < await_event_until_ns_) return false;
    DeviceEvent event;
    event.kind = DeviceEvent::Kind::READOPTED;
    event.time = event.until = {.domain = board_.clock_domain(), .epoch = epoch_, .ticks = 0, .fraction = 0};
    event.name = "connected again";
    event.count = 1;
    if (stream_->stamped() && before_) {
        const ClockTie& then = before_->tie;
        const ClockTie& now = stream_->tie();
        const auto off = static_cast<double>(then.uncertainty(now_ns) + now.uncertainty(now_ns));
        CounterBefore before;
        before.reading = {.domain = board_.clock_domain(),
                          .epoch = before_->epoch,
                          .ticks = then.at_least(now_ns) - now.at_least(now_ns),
                          .fraction = 0};
        before.uncertainty_ns = proto::ns_from_ticks(off, board_.sample_rate_mhz() * 1e6);
        event.before = before;
    }
    stream_->readopted(std::move(event));
    return true;
}

void Session::send(Sink& sink, const std::function<void(const StreamCounts&)>& counts) {
    sent_ns_ = steady_ns();
    if (epoch_ > 0 && !told_readopted_) {
        if (!is_readopted(sent_ns_)) return;
        told_readopted_ = true;
    }
    if (!stream_->has_news()) return;
    sink.put_or_drop(stream_->release(sent_ns_));
    stream_->use(sink.empty());
    counts(stream_->counts());
}

// What was recorded before the stop is still read, as far as it comes at once: the run ends within 200 ms.
void Session::stop_module() {
    constexpr std::chrono::milliseconds for_commands(60);
    constexpr std::chrono::milliseconds for_data(60);
    if (!module_.command_within("/cmd/swstopacquisition", for_commands)) return;
    const auto deadline = SteadyClock::now() + for_data;
    while (!stream_->stopped() && SteadyClock::now() < deadline) {
        io_.restart();
        io_.run_one_for(std::chrono::milliseconds(2));
        if (!take_blocks()) return;
    }
    // If this fails there is nothing left that could be done about it: the connection closes next.
    (void)module_.command_within("/cmd/disarmacquisition", std::chrono::milliseconds(30));
}

}  // namespace spillgate::hw::dig2
