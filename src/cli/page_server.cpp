#include "cli/page_server.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fmt/core.h>
#include <httplib.h>
#include <string_view>
#include <sys/random.h>
#include <sys/socket.h>
#include <thread>
#include <utility>

namespace pyprof::cli {
namespace {

constexpr const char* loopback = "127.0.0.1";
constexpr std::size_t token_bytes = 24;
constexpr std::size_t longest_request_body = 1024;  // nobody has reason to send one

Result<std::string> random_token() {
    std::array<unsigned char, token_bytes> bytes{};
    if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        return Error{std::string{"no random numbers for the page's address: "} + std::strerror(errno)};
    std::string token;
    for (const unsigned char byte : bytes) token += fmt::format("{:02x}", byte);
    return token;
}

// In a time that does not tell how much of it is right.
bool is_same(std::string_view a, std::string_view b) {
    unsigned difference = a.size() == b.size() ? 0 : 1;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); i++)
        difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
    return difference == 0;
}

// Through a forwarded port the number may be another one; the name may not.
bool names_this_machine(const httplib::Request& request) {
    if (request.get_header_value_count("Host") != 1) return false;
    const std::string host = request.get_header_value("Host");
    const std::string name = host.substr(0, host.rfind(':'));
    return name == loopback || name == "localhost";
}

void refuse(httplib::Response& response, int status, const char* why) {
    response.status = status;
    response.set_content(why, "text/plain");
}

// While it lives these signals wait for whoever asks for them, also in threads that begin meanwhile.
class HeldSignals {
public:
    HeldSignals() {
        sigemptyset(&signals_);
        for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals_, signal);
        pthread_sigmask(SIG_BLOCK, &signals_, &before_);
    }
    ~HeldSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    HeldSignals(const HeldSignals&) = delete;
    HeldSignals& operator=(const HeldSignals&) = delete;

    // Whether one came within that time.
    bool wait(std::chrono::milliseconds time) const {
        const timespec limit{time.count() / 1000, (time.count() % 1000) * 1'000'000};
        return sigtimedwait(&signals_, nullptr, &limit) > 0;
    }

private:
    sigset_t signals_{}, before_{};
};

class HttpServer final : public PageServer {
public:
    HttpServer(std::string page, std::string token) : page_{std::move(page)}, path_{"/" + std::move(token) + "/"} {
        server_.set_default_headers({{"Cache-Control", "no-store"},
                                     {"X-Content-Type-Options", "nosniff"},
                                     {"X-Frame-Options", "DENY"},
                                     {"Referrer-Policy", "no-referrer"},
                                     {"Cross-Origin-Resource-Policy", "same-origin"}});
        server_.set_payload_max_length(longest_request_body);
        // The library shares a port with others that ask for it.
        server_.set_socket_options([](int socket) {
            const int yes = 1;
            setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        });
        server_.set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
            answer(request, response);
            return httplib::Server::HandlerResponse::Handled;
        });
    }

    bool bind(int port) {
        port_ = port == 0 ? server_.bind_to_any_port(loopback) : server_.bind_to_port(loopback, port) ? port : -1;
        return port_ > 0;
    }

    int port() const override { return port_; }
    std::string url() const override { return fmt::format("http://{}:{}{}", loopback, port_, path_); }

    void serve(std::chrono::milliseconds idle) override {
        last_fetch_ = now();
        std::atomic<bool> ended{false};
        std::thread watch{[&] {
            constexpr std::chrono::milliseconds look{100};
            while (!ended) {
                if (signals_.wait(look) || now() - last_fetch_.load() >= idle) stop_ = true;
                if (stop_) server_.stop();  // without effect before it listens, so again
            }
        }};
        server_.listen_after_bind();
        ended = true;
        watch.join();
    }

    void stop() override { stop_ = true; }

private:
    static std::chrono::milliseconds now() {
        return std::chrono::duration_cast<std::chrono::milliseconds>(
            std::chrono::steady_clock::now().time_since_epoch());
    }

    void answer(const httplib::Request& request, httplib::Response& response) {
        if (!names_this_machine(request)) return refuse(response, 403, "Open it as http://127.0.0.1:PORT/...\n");
        if (!is_same(request.path, path_))
            return refuse(response, 404, "Not here: take the address that pyprof printed.\n");
        if (request.method != "GET" && request.method != "HEAD") {
            response.set_header("Allow", "GET, HEAD");
            return refuse(response, 405, "This page can be read only.\n");
        }
        last_fetch_ = now();
        response.set_content(page_, "text/html; charset=utf-8");
    }

    HeldSignals signals_;
    std::string page_, path_;
    int port_ = -1;
    httplib::Server server_;
    std::atomic<bool> stop_{false};
    std::atomic<std::chrono::milliseconds> last_fetch_{};
};

}  // namespace

Result<std::unique_ptr<PageServer>> PageServer::open(std::string page, int port) {
    Result<std::string> token = random_token();
    if (!token) return token.error();
    auto server = std::make_unique<HttpServer>(std::move(page), *std::move(token));
    if (!server->bind(port))
        return Error{port == 0
                         ? std::string{"no free port on 127.0.0.1"}
                         : fmt::format("port {} is taken or not allowed; choose another, or leave --port out", port)};
    return std::unique_ptr<PageServer>{std::move(server)};
}

}  // namespace pyprof::cli
