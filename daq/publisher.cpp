#include "daq/publisher.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace spillgate::daq {

namespace {

constexpr std::size_t most_at_once = 64;
constexpr std::size_t for_announcements = 16;  // places in the buffer that records and verdicts leave free
constexpr int linger_ms = 500;
constexpr auto subscription_look = std::chrono::milliseconds(100);

// ZeroMQ calls this, on a thread of its own, when the last subscriber's copy is gone.
void release(void*, void* hint) {
    delete static_cast<proto::MessagePtr*>(hint);
}

zmq::message_t frame_of(const proto::MessagePtr& message, const void* data, std::size_t bytes) {
    auto* hold = new proto::MessagePtr(message);
    return {const_cast<void*>(data), bytes, release, hold};  // ZeroMQ only reads what it sends
}

}  // namespace

proto::MessagePtr announcement(proto::Topic topic, std::string serialized) {
    proto::Message message;
    message.topic = topic;
    message.header = std::move(serialized);
    return std::make_shared<const proto::Message>(std::move(message));
}

proto::Result<std::unique_ptr<Publisher>> Publisher::bind(const std::string& endpoint, int high_water,
                                                          std::size_t buffer_messages) {
    try {
        zmq::context_t context(1);
        zmq::socket_t socket(context, zmq::socket_type::xpub);
        socket.set(zmq::sockopt::sndhwm, high_water);
        socket.set(zmq::sockopt::linger, linger_ms);
        socket.set(zmq::sockopt::xpub_verbose, 1);
        socket.set(zmq::sockopt::maxmsgsize, std::int64_t{4096});  // of what subscribers send: subscriptions
        socket.bind(endpoint);
        return std::unique_ptr<Publisher>(
            new Publisher(std::move(context), std::move(socket), buffer_messages));
    } catch (const zmq::error_t& e) {
        return proto::error(proto::ErrorKind::IO, fmt::format("cannot publish at {}: {}", endpoint, e.what()),
                            e.num());
    }
}

Publisher::Publisher(zmq::context_t context, zmq::socket_t socket, std::size_t buffer_messages)
    : context_(std::move(context)),
      socket_(std::move(socket)),
      waiting_(std::max<std::size_t>(1, buffer_messages) + for_announcements) {
    status_.capacity = waiting_.capacity() - for_announcements;
    thread_ = std::thread([this] { run(); });
}

Publisher::~Publisher() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        filled_.notify_all();
    }
    if (thread_.joinable()) thread_.join();
}

void Publisher::put(proto::MessagePtr message) {
    const bool sequenced = message->topic == proto::Topic::SPILL || message->topic == proto::Topic::VERDICT;
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= (sequenced ? status_.capacity : waiting_.capacity())) {
        ++status_.dropped;
        return;
    }
    waiting_.push_back(std::move(message));
    status_.high_water = std::max<std::uint64_t>(status_.high_water, waiting_.size());
    if (waiting_.size() == 1) filled_.notify_one();
}

PublisherStatus Publisher::status() const {
    const std::lock_guard lock(mutex_);
    auto status = status_;
    status.used = waiting_.size();
    return status;
}

void Publisher::run() {
    std::vector<proto::MessagePtr> batch;
    batch.reserve(most_at_once);
    for (bool stopping = false; !stopping;) {
        {
            std::unique_lock lock(mutex_);
            filled_.wait_for(lock, subscription_look, [&] { return stopping_ || !waiting_.empty(); });
            while (!waiting_.empty() && batch.size() < most_at_once) {
                batch.push_back(std::move(waiting_.front()));
                waiting_.pop_front();
            }
            stopping = stopping_ && waiting_.empty();
        }
        read_subscriptions();
        for (auto& message : batch) {
            send(message);
            message.reset();
        }
        if (!batch.empty()) {
            const std::lock_guard lock(mutex_);
            status_.sent += batch.size();
        }
        batch.clear();
    }
}

// A publisher's socket never blocks: at a subscriber's high-water mark it drops that subscriber's copy, whole
// multipart messages at a time.
void Publisher::send(const proto::MessagePtr& message) {
    const auto topic = proto::name_of(message->topic);
    const auto samples = message->payload();
    const bool has_samples = message->topic == proto::Topic::SPILL;
    try {
        socket_.send(zmq::const_buffer(topic.data(), topic.size()), zmq::send_flags::sndmore);
        socket_.send(frame_of(message, message->header.data(), message->header.size()),
                     has_samples ? zmq::send_flags::sndmore : zmq::send_flags::none);
        if (has_samples)
            socket_.send(frame_of(message, samples.data(), samples.size()), zmq::send_flags::none);
    } catch (const zmq::error_t&) {
        const std::lock_guard lock(mutex_);
        ++status_.dropped;
    }
}

void Publisher::read_subscriptions() {
    zmq::message_t message;
    for (int i = 0; i < 1000; ++i) {
        try {
            if (!socket_.recv(message, zmq::recv_flags::dontwait)) return;
        } catch (const zmq::error_t&) {
            return;
        }
        if (!message.empty() && *message.data<char>() == 1) subscriptions_.fetch_add(1);
    }
}

}  // namespace spillgate::daq
