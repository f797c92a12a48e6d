// Messages → ZeroMQ. Owns a thread and a socket. Never makes anyone wait: what a full buffer or a slow
// subscriber cannot take is dropped for the publisher, or for that subscriber alone, and shows in the gaps of
// the sequence numbers.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <boost/circular_buffer.hpp>
#include <zmq.hpp>

#include "proto/result.hpp"
#include "proto/wire.hpp"

namespace spillgate::daq {

struct PublisherStatus {
    std::uint64_t used = 0;  // messages
    std::uint64_t capacity = 0;
    std::uint64_t high_water = 0;
    std::uint64_t dropped = 0;  // before the socket; per subscriber, subscribers report their losses
    std::uint64_t sent = 0;
};

// On the wire: [topic][header][samples], the last frame for topic "spill" only. Samples are sent from where
// they lie: the ZeroMQ message holds the record until every subscriber's copy is gone.
class Publisher {
  public:
    // Binds `endpoint` (ipc). `high_water`: messages queued per subscriber before it loses its own copy.
    // Errors: IO.
    static proto::Result<std::unique_ptr<Publisher>> bind(const std::string& endpoint, int high_water,
                                                          std::size_t buffer_messages);
    ~Publisher();  // within 1 s; what subscribers have not fetched by then is dropped

    // Never blocks. SPILL and VERDICT find the buffer full before RUN and STATUS do.
    void put(proto::MessagePtr message);
    PublisherStatus status() const;
    // How many subscriptions have come: a new subscriber deserves a status at once.
    std::uint64_t subscriptions() const { return subscriptions_.load(std::memory_order_relaxed); }

  private:
    Publisher(zmq::context_t context, zmq::socket_t socket, std::size_t buffer_messages);
    void run();
    void send(const proto::MessagePtr& message);
    void read_subscriptions();

    zmq::context_t context_;
    zmq::socket_t socket_;
    mutable std::mutex mutex_;
    std::condition_variable filled_;
    boost::circular_buffer<proto::MessagePtr> waiting_;
    PublisherStatus status_;
    bool stopping_ = false;
    std::atomic<std::uint64_t> subscriptions_{0};
    std::thread thread_;
};

// A message of topic RUN or STATUS, which carry no sequence number.
proto::MessagePtr announcement(proto::Topic topic, std::string serialized);

}  // namespace spillgate::daq
