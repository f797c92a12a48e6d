#include "online/http/worker_route.hpp"

#include <utility>

namespace spillgate::online {

Route on_worker(Worker& worker, std::string pattern, std::function<Response(const Request&)> answer) {
    Route route;
    route.method = "GET";
    route.pattern = std::move(pattern);
    route.serve = [&worker, answer = std::move(answer)](const Request& request, const Reply& reply) {
        const bool posted = worker.post([request, reply, answer] { reply(answer(request)); });
        if (!posted) reply(refusal(503, "too many requests are waiting already"));
    };
    return route;
}

}  // namespace spillgate::online
