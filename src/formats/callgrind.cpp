#include "formats/callgrind.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <unordered_map>

#include "formats/call_graph.h"

namespace pyprof::formats {
namespace {

// Callgrind's own word for a file or library that is not known.
constexpr const char* unknown = "???";

// Names of one kind. Each is written out once, "(7) name", and is "(7)" from then on.
class Names {
public:
    std::string compressed(const std::string& text) {
        const std::string name = text.empty() ? unknown : one_line(text);
        const auto [known, is_new] = numbers_.try_emplace(name, numbers_.size() + 1);
        const std::string number = "(" + std::to_string(known->second) + ")";
        return is_new ? number + " " + name : number;
    }

private:
    std::unordered_map<std::string, std::size_t> numbers_;
};

// An event is one word.
std::string event_name(std::string name) {
    const auto is_odd = [](unsigned char c) { return std::isalnum(c) == 0 && c != '_'; };
    std::ranges::replace_if(name, is_odd, '_');
    return name.empty() ? "_" : name;
}

std::string text_of(const Figures& figures) {
    std::string text;
    for (const std::uint64_t figure : figures) text += ' ' + std::to_string(figure);
    return text;
}

class Writer {
public:
    explicit Writer(const profile::Profile& profile) : profile_{profile}, graph_{call_graph(profile)} {}

    std::string write() {
        put_header();
        auto line = graph_.lines.begin();
        auto call = graph_.calls.begin();
        for (std::uint32_t i = 0; i < graph_.functions.size(); i++) {
            const auto first_line = line;
            const auto first_call = call;
            while (line != graph_.lines.end() && line->function == i) ++line;
            while (call != graph_.calls.end() && call->caller == i) ++call;
            if (first_line == line && first_call == call) continue;
            out_ += "\n" + place("", graph_.functions[i].frame);
            for (auto at = first_line; at != line; ++at) out_ += std::to_string(at->line) + text_of(at->self) + "\n";
            for (auto at = first_call; at != call; ++at) put(*at);
        }
        return std::move(out_);
    }

private:
    void put_header() {
        std::string command;
        for (const std::string& word : profile_.run.command) command += (command.empty() ? "" : " ") + word;
        out_ = "# callgrind format\nversion: 1\ncreator: pyprof " + one_line(profile_.run.version) + "\n";
        out_ += "cmd: " + one_line(command) + "\npositions: line\n";
        std::string events;
        for (const profile::Metric& metric : graph_.metrics) {
            const std::string name = event_name(metric.name);
            out_ += "event: " + name + " : " + one_line(metric.name + " (" + metric.unit + ")") + "\n";
            events += " " + name;
        }
        out_ += "events:" + events + "\nsummary:" + text_of(graph_.functions[0].total) + "\n";
    }

    // `c` before the keys says that it is the place of what is called.
    std::string place(const std::string& c, const Frame& frame) {
        // A library in place of a source file would be opened and shown as source.
        const std::string& source = frame.file == frame.module ? "" : frame.file;
        return c + "ob=" + objects_.compressed(frame.module) + "\n" + c + "fl=" + files_.compressed(source) + "\n" + c +
               "fn=" + functions_.compressed(frame.name) + "\n";
    }

    // Samples count no calls: there is one wherever a caller was seen.
    void put(const CallGraph::Call& call) {
        const Frame& callee = graph_.functions[call.callee].frame;
        out_ += place("c", callee) + "calls=1 " + std::to_string(callee.first_line) + "\n";
        out_ += std::to_string(call.line) + text_of(call.total) + "\n";
    }

    const profile::Profile& profile_;
    CallGraph graph_;
    Names objects_, files_, functions_;
    std::string out_;
};

}  // namespace

std::string callgrind(const profile::Profile& profile) { return Writer{profile}.write(); }

}  // namespace pyprof::formats
