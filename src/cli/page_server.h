#pragma once
// One page over HTTP, for the person who started it and nobody else: on the loopback interface, below a random path, to
// requests that name this machine. Login nodes are shared, and a page of another site may have its name point here.
#include <chrono>
#include <memory>
#include <string>

#include "base/result.h"

namespace pyprof::cli {

class PageServer {
public:
    // Binds to 127.0.0.1 and this port, or any free one for 0; only serve() answers. While the server lives SIGINT,
    // SIGTERM and SIGHUP are held in this thread and those that it starts. An error says what to do about it.
    static Result<std::unique_ptr<PageServer>> open(std::string page, int port);
    virtual ~PageServer() = default;

    virtual int port() const = 0;
    virtual std::string url() const = 0;  // "http://127.0.0.1:PORT/TOKEN/", TOKEN of 24 random bytes

    // Answers until one of these signals, until stop(), or until nobody has fetched the page for as long as `idle`. GET
    // and HEAD of the page alone: 403 for another Host, 404 elsewhere, 405 for other methods.
    virtual void serve(std::chrono::milliseconds idle) = 0;
    // From any thread.
    virtual void stop() = 0;
};

}  // namespace pyprof::cli
