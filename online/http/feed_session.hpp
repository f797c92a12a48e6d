// One WebSocket client. At most one message is on its way to it; meanwhile what is new passes it by. For
// server.cpp alone.
#pragma once

#include "online/http/server_parts.hpp"

namespace spillgate::online {

class FeedSession final : public Connection, public std::enable_shared_from_this<FeedSession> {
  public:
    FeedSession(tcp::socket socket, std::shared_ptr<Shared> shared, const Caller& caller)
        : Connection(std::move(shared)),
          stream_(std::move(socket)),
          timer_(stream_.get_executor()),
          conversation_(shared_->site->converse(caller)),
          frames_(shared_->options.frames_per_s, 2 * shared_->options.frames_per_s) {
        standing = Standing::FEED;
        signed_in = !caller.person.empty();
    }

    void accept(const http::request<http::string_body>& request) {
        stream_.set_option(websocket::stream_base::timeout{shared_->options.write_timeout,
                                                           shared_->options.idle_timeout, true});
        stream_.read_message_max(shared_->options.max_frame_bytes);
        stream_.text(true);
        stream_.async_accept(request, [self = shared_from_this()](beast::error_code failed) {
            if (failed) return;
            self->last_sent_ = Clock::now();
            self->read();
            self->turn();
        });
    }

    // There may be something new.
    void wake() {
        dirty_ = true;
        turn();
    }

    void evict() override { hang_up(); }

  private:
    static constexpr auto life_period = std::chrono::seconds(1);

    void read() {
        stream_.async_read(incoming_, [self = shared_from_this()](beast::error_code failed, std::size_t) {
            if (failed) return self->hang_up();
            self->hear();
        });
    }

    void hear() {
        heard_at = Clock::now();
        if (!frames_.take(heard_at)) return say_goodbye("too many frames");
        if (!stream_.got_text()) return say_goodbye("only text is understood");
        const auto bytes = incoming_.cdata();
        const auto heard = conversation_->hear({static_cast<const char*>(bytes.data()), bytes.size()});
        incoming_.consume(incoming_.size());
        if (!heard) return say_goodbye(heard.error().message);
        wake();
        if (!gone_) read();
    }

    // Sends what is due, and sees to it that this is asked again when the next is.
    void turn() {
        if (gone_ || last_sent_ == Clock::time_point{}) return;
        const auto now = Clock::now();
        if (writing_) {
            if (now - writing_since_ > shared_->options.write_timeout) return hang_up();
            if (dirty_) ++shared_->skipped;
        } else {
            const bool silent = now - last_sent_ >= life_period;
            if ((dirty_ && now >= next_push_) || silent) push(now);
            if (gone_) return;
            if (!writing_ && silent) send(conversation_->sign_of_life(), now);
        }
        const auto life = now + life_period;
        wait_until(dirty_ && !writing_ ? std::min(std::max(next_push_, now), life) : life);
    }

    void push(Clock::time_point now) {
        dirty_ = false;
        auto text = conversation_->say();
        if (!text) return say_goodbye(text.error().message);
        if (!*text) return;
        next_push_ = now + shared_->options.push_period;
        ++shared_->updates;
        send(std::move(*text), now);
    }

    void send(SharedText text, Clock::time_point now) {
        outgoing_ = std::move(text);
        writing_ = true;
        writing_since_ = last_sent_ = now;
        stream_.async_write(asio::buffer(*outgoing_),
                            [self = shared_from_this()](beast::error_code failed, std::size_t) {
                                self->writing_ = false;
                                if (failed) return self->hang_up();
                                self->turn();
                            });
    }

    void wait_until(Clock::time_point when) {
        timer_.expires_at(when);
        timer_.async_wait([self = shared_from_this()](beast::error_code cancelled) {
            if (!cancelled) self->turn();
        });
    }

    // The client learns why (RFC 6455, section 7.4.1: 1008 is a policy's violation).
    void say_goodbye(std::string_view why) {
        gone_ = true;
        timer_.cancel();
        constexpr std::size_t longest_reason = 123;  // RFC 6455, section 5.5
        websocket::close_reason reason(websocket::close_code::policy_error);
        reason.reason = beast_view(why.substr(0, longest_reason));
        stream_.async_close(reason, [self = shared_from_this()](beast::error_code) { self->hang_up(); });
    }

    void hang_up() {
        gone_ = true;
        timer_.cancel();
        beast::error_code ignored;
        beast::get_lowest_layer(stream_).socket().close(ignored);
    }

    websocket::stream<beast::tcp_stream> stream_;
    asio::steady_timer timer_;
    std::unique_ptr<Conversation> conversation_;
    RateLimit frames_;
    beast::flat_buffer incoming_;
    SharedText outgoing_;
    bool dirty_ = true;
    bool writing_ = false;
    bool gone_ = false;
    Clock::time_point writing_since_;
    Clock::time_point last_sent_{};  // not yet accepted if zero
    Clock::time_point next_push_{};
};

}  // namespace spillgate::online
