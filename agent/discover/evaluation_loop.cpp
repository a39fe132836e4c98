#include "agent/discover/evaluation_loop.h"

#include <link.h>

#include "agent/capture/cfi.h"
#include "agent/capture/cfi_reader.h"
#include "agent/discover/loaded_symbols.h"

namespace pyprof::discover {
namespace {

using capture::ElfImage;

constexpr std::int64_t bytes_of_return_address = 8;

struct ObjectSearch {
    std::uint64_t function;
    cpython::CodeRange cold;
};

int visit_object(dl_phdr_info* info, std::size_t, void* data) {
    ObjectSearch& search = *static_cast<ObjectSearch*>(data);
    const ElfImage image{info->dlpi_addr, info->dlpi_phdr, info->dlpi_phnum};
    if (!image.holds(search.function, 1)) return 0;
    for (const Elf64_Phdr& header : image) {
        const std::uint64_t address = image.bias() + header.p_vaddr;
        if (header.p_type == PT_GNU_EH_FRAME)
            search.cold = find_cold_part(address, image.readable_around(address), search.function);
    }
    return 1;
}

// The code that the record at `at` begins to describe; 0 if it is no function's.
std::uint64_t begin_of_record(std::uint64_t at, std::uint64_t end, std::uint8_t encoding) {
    capture::CfiReader record{at, end};
    const auto bytes = record.fixed<std::uint32_t>();
    const auto distance = record.fixed<std::uint32_t>();  // to the common entry; 0: this is one
    const std::uint64_t begin = record.pointer(encoding, 0);
    return record.ok() && bytes != 0 && distance != 0 ? begin : 0;
}

// The record behind the one whose instructions end at `at`, where another common entry may stand between.
std::uint64_t begin_behind(std::uint64_t at, std::uint64_t end, std::uint8_t encoding) {
    const std::uint64_t begin = begin_of_record(at, end, encoding);
    if (begin != 0) return begin;
    capture::CfiReader entry{at, end};
    const auto bytes = entry.fixed<std::uint32_t>();
    return entry.ok() && bytes != 0 ? begin_of_record(entry.at() + bytes, end, encoding) : 0;
}

}  // namespace

cpython::CodeRange find_cold_part(std::uint64_t header, const capture::MemoryRange& memory, std::uint64_t function) {
    capture::FunctionEntry own{}, next{};
    if (!capture::find_function(header, memory, function, own)) return {};
    const std::uint64_t begin = begin_behind(own.instructions.end, memory.end, own.pointer_encoding);
    capture::FrameRules rules;
    if (begin == 0 || !capture::find_function(header, memory, begin, next) || next.begin != begin ||
        !capture::find_rules(next, begin, rules))
        return {};
    const bool is_begun = rules.cfa_is_expression || rules.cfa_register != capture::rsp_register ||
                          rules.cfa_offset != bytes_of_return_address;
    return is_begun ? cpython::CodeRange{next.begin, next.end} : cpython::CodeRange{};
}

EvaluationLoop find_evaluation_loop() {
    const LoadedRange hot = find_loaded_extent("_PyEval_EvalFrameDefault");
    ObjectSearch search{.function = hot.begin, .cold = {}};
    if (hot.begin != 0) dl_iterate_phdr(visit_object, &search);
    return {.hot = {hot.begin, hot.end}, .cold = search.cold};
}

}  // namespace pyprof::discover
