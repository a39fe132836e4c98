#include "formats/pprof.h"

#include <algorithm>
#include <limits>
#include <map>
#include <unordered_map>
#include <vector>

#include "base/utf8.h"
#include "formats/gzip.h"
#include "formats/pprof.pb.h"
#include "profile/tree.h"

namespace pyprof::formats {
namespace {

// Modules get made-up address ranges of this size, apart from each other and from 0.
constexpr std::uint64_t mapping_bytes = 1ULL << 32;

class Writer {
public:
    explicit Writer(const profile::Profile& profile) : profile_{profile} { text(""); }

    Result<std::string> write() {
        put_types();
        for (std::size_t i = 0; i < profile_.modules.size(); i++) put_mapping(i);
        for (std::size_t i = 0; i < profile_.functions.size(); i++) put_function(i);
        for (const profile::Value& value : profile_.values) put_sample(value);
        if (out_.ByteSizeLong() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
            return Error{"the profile is too large for pprof; export one rank with --rank"};
        }
        return gzip(out_.SerializeAsString());
    }

private:
    std::int64_t text(const std::string& text) {
        const auto [known, is_new] = texts_.try_emplace(text, out_.string_table_size());
        if (is_new) out_.add_string_table(valid_utf8(text));
        return known->second;
    }

    void put_types() {
        const profile::Metric& metric = profile_.metric;
        pprof::ValueType* samples = out_.add_sample_type();
        samples->set_type(text("samples"));
        samples->set_unit(text("count"));
        pprof::ValueType* weight = out_.add_sample_type();
        weight->set_type(text(metric.name));
        weight->set_unit(text(metric.unit));
        *out_.mutable_period_type() = *weight;
        out_.set_period(static_cast<std::int64_t>(profile_.run.period_ns));
        out_.set_default_sample_type(text(metric.name));
        out_.set_time_nanos(static_cast<std::int64_t>(profile_.run.started_realtime_ns));
        out_.set_duration_nanos(static_cast<std::int64_t>(profile_.run.wall_ns));
        std::string command = "pyprof " + profile_.run.version + ":";
        for (const std::string& word : profile_.run.command) command += " " + word;
        out_.add_comment(text(command));
    }

    // has_* say that everything is named already, or pprof would look for the files.
    void put_mapping(std::size_t i) {
        pprof::Mapping& mapping = *out_.add_mapping();
        mapping.set_id(i + 1);
        mapping.set_memory_start((i + 1) * mapping_bytes);
        mapping.set_memory_limit((i + 2) * mapping_bytes);
        mapping.set_filename(text(profile_.modules[i].path));
        mapping.set_build_id(text(profile_.modules[i].build_id));
        mapping.set_has_functions(true);
        mapping.set_has_filenames(true);
        mapping.set_has_line_numbers(true);
        mapping.set_has_inline_frames(true);
    }

    // A Python function has no system name: pprof demangles one that equals the name and shows "<module>" as
    // "<unknown>".
    void put_function(std::size_t i) {
        const profile::Function& in = profile_.functions[i];
        pprof::Function& function = *out_.add_function();
        function.set_id(i + 1);
        function.set_name(text(in.name.empty() ? "(unnamed)" : in.name));
        const bool has_own = in.domain != profile::Domain::python && in.system_name != in.name;
        if (has_own) function.set_system_name(text(in.system_name));
        function.set_filename(text(in.file));
        function.set_start_line(in.first_line);
    }

    // The number of a location: a frame with everything that is inlined into it, outermost first.
    std::uint64_t location(const std::vector<std::uint32_t>& frames) {
        const auto [known, is_new] = locations_.try_emplace(frames, locations_.size() + 1);
        if (!is_new) return known->second;
        pprof::Location& location = *out_.add_location();
        location.set_id(known->second);
        const std::uint32_t module = profile_.functions[profile_.locations[frames.front()].function].module;
        if (module != profile::none) {
            location.set_mapping_id(module + 1);
            location.set_address((module + 1) * mapping_bytes + known->second);
        }
        for (auto frame = frames.rbegin(); frame != frames.rend(); ++frame) {
            pprof::Line& line = *location.add_line();
            line.set_function_id(profile_.locations[*frame].function + 1);
            line.set_line(profile_.locations[*frame].line);
        }
        return known->second;
    }

    void put_sample(const profile::Value& value) {
        pprof::Sample& sample = *out_.add_sample();
        std::vector<std::uint64_t> outermost_first;
        std::vector<std::uint32_t> frames;
        for (const std::uint32_t context : profile::path_to(profile_, value.context)) {
            const std::uint32_t at = profile_.contexts[context].location;
            if (!frames.empty() && !profile_.locations[at].inlined) {
                outermost_first.push_back(location(frames));
                frames.clear();
            }
            frames.push_back(at);
        }
        if (!frames.empty()) outermost_first.push_back(location(frames));
        sample.mutable_location_id()->Add(outermost_first.rbegin(), outermost_first.rend());
        sample.add_value(static_cast<std::int64_t>(value.samples));
        sample.add_value(static_cast<std::int64_t>(value.weight));
        put_labels(profile_.threads[value.thread], sample);
    }

    // All are texts: a rank as a number would be lost at 0, the default of protobuf.
    void put_labels(const profile::Thread& thread, pprof::Sample& sample) {
        const profile::Process& process = profile_.processes[thread.process];
        const auto add = [&](const char* key, const std::string& value) {
            pprof::Label& label = *sample.add_label();
            label.set_key(text(key));
            label.set_str(text(value));
        };
        if (process.rank >= 0) add("rank", std::to_string(process.rank));
        add("host", process.host.empty() ? "(unknown)" : process.host);
        add("pid", std::to_string(process.pid));
        add("thread", thread.folded > 0 ? "ended threads" : std::to_string(thread.tid) + " " + thread.name);
    }

    const profile::Profile& profile_;
    pprof::Profile out_;
    std::unordered_map<std::string, std::int64_t> texts_;
    std::map<std::vector<std::uint32_t>, std::uint64_t> locations_;
};

}  // namespace

Result<std::string> pprof(const profile::Profile& profile) { return Writer{profile}.write(); }

}  // namespace pyprof::formats
