// Who may do what: decided from a request's header, before anything of its body is read.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "online/access/controls.hpp"
#include "online/access/people_file.hpp"
#include "online/access/sessions.hpp"
#include "online/feed/topic.hpp"
#include "online/http/server.hpp"
#include "proto/schema/console.pb.h"

namespace spillgate::online {

class Access {  // single-threaded: the server's
  public:
    using Clock = std::chrono::steady_clock;
    explicit Access(const config::Console& console);

    // Who asks, or why nobody like this may have `route` (null: there is no such route).
    std::variant<Caller, Response> admit(const Head& head, const Route* route, Clock::time_point now);
    // Whether somebody who was admitted to a feed may still listen. Errors: REFUSED.
    proto::Status welcome(const Caller& caller, Clock::time_point now);
    // A feed of this session is connected, as long as what is returned lives; this Access must outlive it.
    std::shared_ptr<void> attend(const Caller& caller);
    // Lets go of the controls for a holder that is silent, or whose session is over.
    void look(Clock::time_point now);

    // GET and POST /api/session, /api/controls. This Access must outlive them.
    std::vector<Route> routes();
    // "controls": as GET /api/controls, at each change.
    std::shared_ptr<Topic> topic();

  private:
    bool is_public(std::string_view host) const;
    bool allows(const std::string& origin, const std::string& host, bool beyond) const;
    std::variant<Caller, Response> identify(const Head& head, bool beyond, Clock::time_point now);
    std::optional<Response> refuse(const Caller& caller, const Head& head, const Route& route,
                                   Clock::time_point now);
    // Whether this session of a browser goes on, and its person is still one.
    bool lasts(const std::string& session, Clock::time_point now);
    Response wrong_token(Clock::time_point now);
    Response sign_in(const Request& request);
    Response session_of(const Caller& caller);
    Response answer(const proto::Status& status);
    std::vector<Route> controls_routes();

    std::vector<std::string> public_names_;  // lower case
    People people_;
    Sessions sessions_;
    Controls controls_;
};

// "spillgate-session-8080": browsers keep cookies by host, so each port has a name of its own.
std::string cookie_name(std::string_view host);

// As somebody with these roles, in `session`.
Caller admitted(const config::Person& person, std::string session);

}  // namespace spillgate::online
