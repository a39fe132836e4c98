#include "gather/sections.h"

#include <algorithm>

#include "base/check.h"
#include "gather/moments_section.h"
#include "gather/row_columns.h"
#include "gather/values_section.h"

namespace pyprof::gather {
namespace {

constexpr const char* lost_name = "(lost)";

// The members of each struct in the order of their columns. Rows are const when writing.
template <class Column, class Rows>
void columns_of(Column column, Rows& rows, const Process*) {
    column(rows, &Process::rank);
    column(rows, &Process::rank_count);
    column(rows, &Process::pid);
    column(rows, &Process::parent_pid);
    column(rows, &Process::host);
    column(rows, &Process::job);
    column(rows, &Process::script);
    column(rows, &Process::executable);
    column(rows, &Process::working_directory);
    column(rows, &Process::command);
    column(rows, &Process::python_version);
    column(rows, &Process::python_message);
    column(rows, &Process::state);
    column(rows, &Process::clock);
    column(rows, &Process::period_ns);
    column(rows, &Process::started_realtime_ns);
    column(rows, &Process::wall_ns);
    column(rows, &Process::cpu_ns);
    column(rows, &Process::max_rss_bytes);
    column(rows, &Process::run_delay_ns);
    column(rows, &Process::samples);
    column(rows, &Process::expiries);
    column(rows, &Process::exact_stitches);
    column(rows, &Process::native_only);
    column(rows, &Process::handler_ns);
    column(rows, &Process::handler_histogram);
    column(rows, &Process::losses);
    column(rows, &Process::slices);
    column(rows, &Process::damaged_bytes);
    column(rows, &Process::engine);
    column(rows, &Process::engine_reason);
    column(rows, &Process::thread_ns);
}

template <class Column, class Rows>
void columns_of(Column column, Rows& rows, const Module*) {
    column(rows, &Module::path);
    column(rows, &Module::build_id);
    column(rows, &Module::identity);
    column(rows, &Module::flags);
}

template <class Column, class Rows>
void columns_of(Column column, Rows& rows, const Code*) {
    column(rows, &Code::file);
    column(rows, &Code::name);
    column(rows, &Code::qualname);
    column(rows, &Code::first_line);
}

template <class Column, class Rows>
void columns_of(Column column, Rows& rows, const Thread*) {
    column(rows, &Thread::process);
    column(rows, &Thread::tid);
    column(rows, &Thread::name);
    column(rows, &Thread::spawned_by);
    column(rows, &Thread::folded);
    column(rows, &Thread::is_python);
    column(rows, &Thread::started_in);
    column(rows, &Thread::started_ns);
    column(rows, &Thread::ended_ns);
    column(rows, &Thread::cpu_ns);
    column(rows, &Thread::summed);
}

template <class Column, class Rows>
void columns_of(Column column, Rows& rows, const Call*) {
    column(rows, &Call::context);
    column(rows, &Call::thread);
    column(rows, &Call::name);
    column(rows, &Call::ranks);
    column(rows, &Call::peer);
    column(rows, &Call::size_class);
    column(rows, &Call::kind);
    column(rows, &Call::count);
    column(rows, &Call::bytes);
    column(rows, &Call::time_ns);
    column(rows, &Call::shortest_ns);
    column(rows, &Call::longest_ns);
    column(rows, &Call::synchronising_ns);
}

template <class Row>
void write_rows(ColumnWriter& to, const std::vector<Row>& rows) {
    to.number(rows.size());
    columns_of(WriteColumn{to}, rows, static_cast<const Row*>(nullptr));
}

// `bytes_each`: the least that a row takes, one byte per member and two per text.
template <class Row>
void read_rows(ColumnReader& from, std::vector<Row>& rows, std::size_t bytes_each) {
    rows.assign(from.count(bytes_each), Row{});
    columns_of(ReadColumn{from}, rows, static_cast<const Row*>(nullptr));
}

void read_processes(ColumnReader& from, Tree& tree) {
    read_rows(from, tree.processes, 39);
    for (const Process& process : tree.processes)
        if (process.state > wire::ProcessState::replaced_by_exec || process.clock > wire::Clock::wall ||
            process.engine > wire::Engine::tgkill)
            from.fail();
}

std::uint32_t reference(ColumnReader& from, std::uint64_t index, std::size_t size, bool lost) {
    if (lost) return 0;
    if (index >= size) from.fail();
    return from.failed() ? 0 : static_cast<std::uint32_t>(index);
}

void read_threads(ColumnReader& from, const LostSections& lost, Tree& tree) {
    read_rows(from, tree.threads, 14);
    for (Thread& thread : tree.threads) {
        thread.process = reference(from, thread.process, tree.processes.size(), lost.has(Section::processes));
        thread.spawned_by = reference(from, thread.spawned_by, tree.contexts.size(), lost.has(Section::contexts));
        thread.started_in = reference(from, thread.started_in, tree.modules.size() + 1, lost.has(Section::modules));
    }
}

// All but the root. The index column holds 0 for no module and the index + 1 of a module or code.
void write_contexts(ColumnWriter& to, const std::vector<Context>& contexts) {
    const std::size_t count = contexts.size();
    to.number(count - 1);
    for (std::size_t i = 1; i < count; ++i) {
        PYPROF_CHECK(contexts[i].parent < i);
        to.number(i - contexts[i].parent);
    }
    for (std::size_t i = 1; i < count; ++i)
        to.number(static_cast<std::uint64_t>(contexts[i].key.kind) | std::uint64_t{contexts[i].key.flags} << 2);
    for (std::size_t i = 1; i < count; ++i) to.number(static_cast<std::uint32_t>(contexts[i].key.index + 1));
    for (std::size_t i = 1; i < count; ++i) to.number(contexts[i].key.value);
}

std::uint32_t read_key_index(ColumnReader& from, KeyKind kind, const LostSections& lost, const Tree& tree) {
    const std::uint32_t stored = from.number_as<std::uint32_t>();
    if (kind == KeyKind::native && stored == 0) return no_module;
    if (kind == KeyKind::native) return reference(from, stored - 1, tree.modules.size(), lost.has(Section::modules));
    if (kind == KeyKind::python)
        return reference(from, std::uint64_t{stored} - 1, tree.codes.size(), lost.has(Section::codes));
    if (stored != 1) from.fail();
    return 0;
}

void read_contexts(ColumnReader& from, const LostSections& lost, Tree& tree) {
    const std::size_t count = from.count(4) + 1;
    std::vector<Context>& contexts = tree.contexts;
    contexts.assign(count, Context{});
    for (std::size_t i = 1; i < count && !from.failed(); ++i) {
        const std::uint64_t distance = from.number();
        if (distance == 0 || distance > i)
            from.fail();
        else
            contexts[i].parent = static_cast<std::uint32_t>(i - distance);
    }
    for (std::size_t i = 1; i < count && !from.failed(); ++i) {
        const std::uint64_t stored = from.number();
        if ((stored & 3) == 0 || stored >> 2 > 0xFFFFFFFF) from.fail();
        contexts[i].key.kind = static_cast<KeyKind>(stored & 3);
        contexts[i].key.flags = static_cast<std::uint32_t>(stored >> 2);
    }
    for (std::size_t i = 1; i < count && !from.failed(); ++i)
        contexts[i].key.index = read_key_index(from, contexts[i].key.kind, lost, tree);
    for (std::size_t i = 1; i < count && !from.failed(); ++i) contexts[i].key.value = from.number();
}

void write_notes(ColumnWriter& to, const std::vector<std::string>& notes) {
    to.number(notes.size());
    for (const std::string& note : notes) to.text(note, {});
}

void read_notes(ColumnReader& from, std::vector<std::string>& notes) {
    notes.assign(from.count(2), {});
    for (std::string& note : notes) note = from.text({});
}

void write_measures(ColumnWriter& to, const Tree& tree) {
    to.number(tree.measures.size());
    for (const Measure& measure : tree.measures) {
        to.text(measure.name, {});
        to.number(static_cast<std::uint32_t>(measure.unit));
        write_values(to, tree, measure.values);
    }
}

void read_measures(ColumnReader& from, const LostSections& lost, Tree& tree) {
    tree.measures.assign(from.count(6), Measure{});
    for (Measure& measure : tree.measures) {
        if (from.failed()) return;
        measure.name = from.text({});
        const auto unit = from.number_as<std::uint32_t>();
        if (unit > static_cast<std::uint32_t>(wire::MetricUnit::nanoseconds)) from.fail();
        measure.unit = static_cast<wire::MetricUnit>(unit);
        read_values(from, lost, tree, measure.values);
    }
}

void read_calls(ColumnReader& from, const LostSections& lost, Tree& tree) {
    read_rows(from, tree.calls, 14);
    for (Call& call : tree.calls) {
        call.context = reference(from, call.context, tree.contexts.size(), lost.has(Section::contexts));
        call.thread = reference(from, call.thread, tree.threads.size(), lost.has(Section::threads));
        if (call.kind >= wire::CallKind::count || call.peer >= wire::CallPeer::count || call.size_class > 64)
            from.fail();
    }
}

}  // namespace

void write_section(Section section, const Tree& tree, ColumnWriter& columns) {
    switch (section) {
        case Section::processes:
            return write_rows(columns, tree.processes);
        case Section::modules:
            return write_rows(columns, tree.modules);
        case Section::codes:
            return write_rows(columns, tree.codes);
        case Section::contexts:
            return write_contexts(columns, tree.contexts);
        case Section::threads:
            return write_rows(columns, tree.threads);
        case Section::values:
            return write_values(columns, tree, tree.values);
        case Section::notes:
            return write_notes(columns, tree.notes);
        case Section::measures:
            return write_measures(columns, tree);
        case Section::calls:
            return write_rows(columns, tree.calls);
        case Section::moments:
            return write_moments(columns, tree.moments);
        case Section::end:
            return;
    }
}

void read_section(Section section, ColumnReader& columns, const LostSections& lost, Tree& tree) {
    switch (section) {
        case Section::processes:
            return read_processes(columns, tree);
        case Section::modules:
            return read_rows(columns, tree.modules, 6);
        case Section::codes:
            return read_rows(columns, tree.codes, 7);
        case Section::contexts:
            return read_contexts(columns, lost, tree);
        case Section::threads:
            return read_threads(columns, lost, tree);
        case Section::values:
            return read_values(columns, lost, tree, tree.values);
        case Section::notes:
            return read_notes(columns, tree.notes);
        case Section::measures:
            return read_measures(columns, lost, tree);
        case Section::calls:
            return read_calls(columns, lost, tree);
        case Section::moments:
            return read_moments(columns, lost, tree);
        case Section::end:
            return;
    }
}

void make_stand_in(Section section, Tree& tree) {
    switch (section) {
        case Section::processes:
            tree.processes.assign(1, Process{});
            break;
        case Section::modules:
            tree.modules.assign(1, Module{lost_name, {}, 0, 0});
            break;
        case Section::codes:
            tree.codes.assign(1, Code{lost_name, lost_name, lost_name, 0});
            break;
        case Section::contexts:
            tree.contexts.assign(1, Context{});
            break;
        case Section::threads:
            tree.threads.assign(1, Thread{});
            if (tree.processes.empty()) make_stand_in(Section::processes, tree);
            break;
        case Section::values:
            tree.values.clear();
            break;
        case Section::notes:
            tree.notes.clear();
            break;
        case Section::measures:
            tree.measures.clear();
            break;
        case Section::calls:
            tree.calls.clear();
            break;
        case Section::moments:
            tree.moments.clear();
            break;
        case Section::end:
            break;
    }
}

}  // namespace pyprof::gather
