// Routes whose answers take time.
#pragma once

#include <functional>
#include <string>

#include "online/http/exchange.hpp"
#include "online/worker.hpp"

namespace spillgate::online {

// A GET route whose answer is made on the worker, which must outlive it; 503 at once if its queue is full.
Route on_worker(Worker& worker, std::string pattern, std::function<Response(const Request&)> answer);

}  // namespace spillgate::online
