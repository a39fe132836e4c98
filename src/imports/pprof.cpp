#include "imports/pprof.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <unordered_map>
#include <vector>

#include "formats/pprof.pb.h"
#include "imports/stack_builder.h"

namespace pyprof::imports {
namespace {

// A stack costs its frames again for each sample that has it. Real files have fewer than one inlined frame for a byte.
constexpr std::size_t frames_by_byte = 64;

const std::string no_text;

std::int64_t number_in(const std::string& text) {
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

class Reader {
public:
    Reader(const pprof::Profile& in, std::size_t bytes) : in_{in}, most_frames_{frames_by_byte * bytes} {}

    Result<profile::Profile> read() {
        const Status typed = choose_types();
        if (!typed) return typed.error();
        StackBuilder build{metric_, "a pprof file"};
        build_ = &build;
        for (const pprof::Mapping& mapping : in_.mapping()) mappings_[mapping.id()] = &mapping;
        for (const pprof::Function& function : in_.function()) functions_[function.id()] = &function;
        for (const pprof::Location& location : in_.location()) add_location(location);
        for (const pprof::Sample& sample : in_.sample()) {
            const Status added = add_sample(sample);
            if (!added) return added.error();
        }
        profile::Run& run = build.run();
        run.started_realtime_ns = static_cast<std::uint64_t>(std::max<std::int64_t>(0, in_.time_nanos()));
        run.wall_ns = static_cast<std::uint64_t>(std::max<std::int64_t>(0, in_.duration_nanos()));
        for (const std::int64_t comment : in_.comment()) run.notes.push_back("The file says: " + text(comment));
        return build.finish();
    }

private:
    const std::string& text(std::int64_t number) const {
        const bool is_there = number >= 0 && number < in_.string_table_size();
        return is_there ? in_.string_table(static_cast<int>(number)) : no_text;
    }

    Status choose_types() {
        const int count = in_.sample_type_size();
        if (count == 0) return Error{"it names no type of samples; it is damaged or no pprof file"};
        value_ = count - 1;
        for (int i = 0; i < count; i++) {
            const std::string& name = text(in_.sample_type(i).type());
            if (name == text(in_.default_sample_type()) && !name.empty()) value_ = i;
            if (name == "samples") samples_ = i;
        }
        const auto [unit, factor] = time_unit(text(in_.sample_type(value_).unit()));
        metric_ = {text(in_.sample_type(value_).type()), unit.empty() ? "count" : unit};
        if (metric_.name.empty()) metric_.name = "value";
        factor_ = factor;
        return {};
    }

    profile::Function function_of(std::uint64_t id, const pprof::Mapping* mapping) const {
        profile::Function function;
        const auto found = functions_.find(id);
        if (found != functions_.end()) {
            function.name = text(found->second->name());
            function.system_name = text(found->second->system_name());
            function.file = text(found->second->filename());
            const std::int64_t line = found->second->start_line();
            function.first_line = line > 0 && line <= 0xffffffff ? static_cast<std::uint32_t>(line) : 0;
        }
        if (function.name.empty()) function.name = function.system_name.empty() ? "(unnamed)" : function.system_name;
        function.domain = domain_of(function.name, function.file);
        if (mapping != nullptr && function.domain != profile::Domain::python)
            function.module = build_->module(text(mapping->filename()), text(mapping->build_id()));
        return function;
    }

    // Its frames, outermost first: `line` has the innermost first.
    void add_location(const pprof::Location& in) {
        const auto found = mappings_.find(in.mapping_id());
        const pprof::Mapping* const mapping = found == mappings_.end() ? nullptr : found->second;
        std::vector<std::uint32_t>& frames = locations_[in.id()];
        frames.clear();
        for (int i = in.line_size() - 1; i >= 0; i--) {
            const std::int64_t line = in.line(i).line();
            frames.push_back(build_->location({build_->function(function_of(in.line(i).function_id(), mapping)),
                                               line > 0 && line <= 0xffffffff ? static_cast<std::uint32_t>(line) : 0,
                                               !frames.empty(), false}));
        }
        if (frames.empty())
            frames.push_back(build_->location({build_->function(unnamed(in, mapping)), 0, false, false}));
    }

    // "libfoo.so!0x1234", as pyprof calls what has no name.
    profile::Function unnamed(const pprof::Location& in, const pprof::Mapping* mapping) const {
        profile::Function function;
        std::uint64_t offset = in.address();
        std::string module = "?";
        if (mapping != nullptr) {
            const std::string& path = text(mapping->filename());
            module = path.substr(path.rfind('/') + 1);
            offset = in.address() - mapping->memory_start() + mapping->file_offset();
            function.module = build_->module(path, text(mapping->build_id()));
        }
        char digits[16];
        const auto end = std::to_chars(digits, digits + sizeof digits, offset, 16).ptr;
        function.name = module + "!0x" + std::string{digits, end};
        function.named = false;
        return function;
    }

    Result<std::uint64_t> value_at(const pprof::Sample& sample, int type) const {
        const std::int64_t value = sample.value(type);
        if (value < 0) return Error{"it has negative values: it is the difference of two profiles, not one"};
        if (type != value_ || factor_ == 1) return static_cast<std::uint64_t>(value);
        const double scaled = static_cast<double>(value) * factor_;
        if (scaled > 9e18) return Error{"it has a time of more than 290 years; it is damaged or no profile"};
        return static_cast<std::uint64_t>(std::llround(scaled));
    }

    Status add_sample(const pprof::Sample& sample) {
        if (sample.value_size() != in_.sample_type_size())
            return Error{"a sample has other values than the types say; the file is damaged"};
        const Result<std::uint64_t> weight = value_at(sample, value_);
        const Result<std::uint64_t> samples = samples_ < 0 ? Result<std::uint64_t>{0} : value_at(sample, samples_);
        if (!weight || !samples) return weight ? samples.error() : weight.error();
        std::uint32_t context = 0;
        for (int i = sample.location_id_size() - 1; i >= 0; i--) {
            const auto location = locations_.find(sample.location_id(i));
            if (location == locations_.end())
                return Error{"a sample refers to a location that is not there; the file is damaged"};
            walked_ += location->second.size();
            if (walked_ > most_frames_) return Error{"its stacks are far larger than the file; it is damaged"};
            for (const std::uint32_t frame : location->second) context = build_->context(context, frame);
        }
        return build_->add(context, build_->thread(thread_of(sample)), *samples, *weight);
    }

    ThreadKey thread_of(const pprof::Sample& sample) const {
        constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
        ThreadKey key;
        for (const pprof::Label& label : sample.label()) {
            const std::string& name = text(label.key());
            const std::string& value = text(label.str());
            const std::int64_t number = std::clamp<std::int64_t>(number_in(value), 0, most);
            if (name == "rank" && !value.empty()) key.rank = static_cast<std::int32_t>(number);
            if (name == "host") key.host = value;
            if (name == "pid") key.pid = static_cast<std::int32_t>(number);
            if (name == "thread") {
                key.tid = number;
                const std::size_t space = value.find(' ');
                key.name = number == 0 ? value : space == std::string::npos ? "" : value.substr(space + 1);
            }
        }
        return key;
    }

    const pprof::Profile& in_;
    std::size_t most_frames_, walked_ = 0;
    int value_ = 0, samples_ = -1;
    double factor_ = 1;
    profile::Metric metric_;
    StackBuilder* build_ = nullptr;
    std::unordered_map<std::uint64_t, const pprof::Mapping*> mappings_;
    std::unordered_map<std::uint64_t, const pprof::Function*> functions_;
    std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> locations_;
};

}  // namespace

Result<profile::Profile> read_pprof(std::string_view message) {
    pprof::Profile profile;
    if (message.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()) ||
        !profile.ParseFromArray(message.data(), static_cast<int>(message.size())))
        return Error{"it is no pprof file, or damaged"};
    return Reader{profile, message.size()}.read();
}

}  // namespace pyprof::imports
