// make_gather_corpus CORPUS: writes small recordings, gathered trees and line tables of every kind below CORPUS.
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "gather/bytes.h"
#include "gather/reduce.h"
#include "tests/support/random_tree.h"
#include "tests/support/recording_builder.h"

using namespace pyprof;
using test_support::RecordingBuilder;
namespace key = wire::node_key;

namespace {

void write(const std::filesystem::path& path, const std::string& bytes) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream{path, std::ios::binary} << bytes;
}

std::string text_of(const std::vector<std::byte>& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// The recording's header is large; most of it is left zero, so git keeps these small.
RecordingBuilder one_thread() {
    RecordingBuilder builder;
    const std::uint32_t module = builder.module();
    const std::uint32_t code = builder.code({"a.py", "f", "A.f", 7, "\x81\x01\xd8\x01\x02"});
    const std::uint32_t main = builder.thread(100);
    std::uint32_t at = builder.root(main);
    at = builder.node(main, at, key::make_native(0x10123, module, true, false), 1);
    at = builder.node(main, at, key::make_python(code, 1), 2);
    builder.node(main, at, key::make_special(static_cast<std::uint64_t>(wire::Special::unwind_stopped)), 3);
    builder.call(main, key::make_python(code, 1), "MPI_Allreduce", 3, 4000);
    builder.call(main, key::make_native(0x10123, module, true, false), "MPI_Send", 1, 500);
    builder.moment(3, at);
    builder.moment(4, 0xffffff);
    return builder;
}

void write_recordings(const std::filesystem::path& folder) {
    RecordingBuilder plain = one_thread();
    write(folder / "one_thread", text_of(plain.bytes()));
    write(folder / "one_thread_chunks", text_of(plain.bytes()).substr(wire::recording_header_bytes));

    RecordingBuilder threads = one_thread();
    const std::uint32_t ended = threads.thread(0, wire::Special::ended_threads);
    threads.thread_record(ended).armed = 3;
    threads.node(ended, threads.root(ended), key::make_python(9, -1), 4);
    threads.chunk(wire::ChunkKind::free, 1);
    threads.unloaded(1);
    threads.header().slices[1][2] = 5;
    write(folder / "ended_threads", text_of(threads.bytes()));
    write(folder / "ended_threads_chunks", text_of(threads.bytes()).substr(wire::recording_header_bytes));

    RecordingBuilder ring = one_thread();
    wire::Node root = ring.read_node(ring.root(1));
    root.parent = ring.root(1) + 2;
    ring.write_node(ring.root(1), root);
    write(folder / "ring", text_of(ring.bytes()));

    const std::string cut = text_of(one_thread().bytes());
    write(folder / "cut_in_records", cut.substr(0, wire::recording_header_bytes + 100));
    write(folder / "cut_in_header", cut.substr(0, 200));
}

void write_gathered(const std::filesystem::path& folder) {
    std::mt19937 random{1};
    for (const std::uint32_t contexts : {1u, 10u, 100u}) {
        gather::Tree tree = test_support::random_tree(random, contexts);
        gather::canonicalise(tree);
        const std::string bytes = gather::serialise(tree);
        write(folder / (std::to_string(contexts) + "_contexts"), bytes);
        write(folder / (std::to_string(contexts) + "_contexts_cut"), bytes.substr(0, bytes.size() / 2));
    }
}

void write_line_tables(const std::filesystem::path& folder) {
    const std::string line_10{"\x0a\0\0\0", 4};
    write(folder / "lnotab", "\x01" + line_10 + std::string{"\x06\x01\x32\x7f\x00\x64\x04\xfe", 8});
    write(folder / "pep626", "\x02" + line_10 + std::string{"\x04\x01\x02\x80\x04\x02", 6});
    write(folder / "locations",
          "\x03" + line_10 + std::string{"\x81\x00\xd8\x01\x02\xf8\xe9\x05\xf0\x08\x00\x01\x01", 13});
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 2) return 2;
    const std::filesystem::path corpus = arguments[1];
    write_recordings(corpus / "recording");
    write_gathered(corpus / "gathered");
    write_line_tables(corpus / "line_table");
    return 0;
}
