#include "cli/page_server.h"

#include <httplib.h>
#include <thread>

#include "tests/support/catch.h"

namespace pyprof::cli {
namespace {

using namespace std::chrono_literals;

const std::string page(300'000, 'x');

// A server that answers while the object lives.
class Serving {
public:
    Serving() : server_{*PageServer::open(page, 0)}, thread_{[this] { server_->serve(1h); }} {}
    ~Serving() {
        server_->stop();
        thread_.join();
    }
    std::string path() const {
        const std::string url = server_->url();
        return url.substr(url.find('/', 8));
    }
    httplib::Client client() const { return httplib::Client{"127.0.0.1", server_->port()}; }

private:
    std::unique_ptr<PageServer> server_;
    std::thread thread_;
};

TEST_CASE("The page is at its address and nowhere else") {
    const Serving serving;
    httplib::Client client = serving.client();
    const auto got = client.Get(serving.path().c_str());
    REQUIRE(got);
    CHECK(got->status == 200);
    CHECK(got->body == page);
    CHECK(got->get_header_value("Content-Type") == "text/html; charset=utf-8");
    CHECK(got->get_header_value("Cache-Control") == "no-store");
    for (const std::string& wrong : {std::string{"/"}, serving.path() + "x", "/" + std::string(48, '0') + "/",
                                     serving.path().substr(0, 48), std::string{"/favicon.ico"}}) {
        const auto none = client.Get(wrong.c_str());
        REQUIRE(none);
        CHECK(none->status == 404);
        CHECK(none->body.find(serving.path()) == std::string::npos);
    }
}

TEST_CASE("The page can be read only") {
    const Serving serving;
    httplib::Client client = serving.client();
    const std::string path = serving.path();
    CHECK(client.Post(path.c_str(), "x", "text/plain")->status == 405);
    CHECK(client.Put(path.c_str(), "x", "text/plain")->status == 405);
    CHECK(client.Delete(path.c_str())->status == 405);
    CHECK(client.Options(path.c_str())->status == 405);
    const auto head = client.Head(path.c_str());
    CHECK(head->status == 200);
    CHECK(head->body.empty());
}

TEST_CASE("Addresses differ, and cannot be guessed") {
    const auto one = *PageServer::open(page, 0), two = *PageServer::open(page, 0);
    const std::string a = one->url(), b = two->url();
    CHECK(a.substr(a.find('/', 8)).size() == 2 * 24 + 2);
    CHECK(a.substr(a.find('/', 8)) != b.substr(b.find('/', 8)));
}

TEST_CASE("A port that is taken is said") {
    const auto one = *PageServer::open(page, 0);
    const auto two = PageServer::open(page, one->port());
    REQUIRE(!two);
    CHECK(two.error().message().find("choose another") != std::string::npos);
}

TEST_CASE("It ends when nobody has come for a while") {
    const auto server = *PageServer::open(page, 0);
    server->serve(50ms);
    SUCCEED("it returned");
}

}  // namespace
}  // namespace pyprof::cli
