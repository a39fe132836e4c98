#pragma once
// Which code unit of its code object a frame runs, in each of the forms that versions of CPython have.
// Async-signal-safe; part of the Python walk, which has checked the frame and its code object.
#include <cstdint>

#include "agent/capture/memory.h"
#include "agent/cpython/layout.h"

namespace pyprof::capture {

class CodeUnits {
public:
    static constexpr std::int64_t unit_bytes = 2;

    CodeUnits(const cpython::PythonLayout& layout, PageCache& known) : layout_{layout}, known_{known} {}

    // What the frame at `frame` says of where it runs: an address, or a number of bytes or units.
    std::uint64_t instruction_of(std::uint64_t frame) const {
        const std::uint64_t place = frame + layout_.frame.instruction;
        if (layout_.frame.instruction_is == cpython::Instruction::address) return known_.load<std::uint64_t>(place);
        return static_cast<std::uint64_t>(std::int64_t{known_.load<std::int32_t>(place)});
    }

    // Whether the same instruction of the same code object is the same unit later. Copies come and go.
    bool are_lasting() const { return layout_.code.copies == cpython::absent; }

    // Units before this one bind arguments and closures.
    std::int32_t first_traceable_of(std::uint64_t code) const {
        if (layout_.code.first_traceable == cpython::absent) return 0;
        return known_.load<std::int32_t>(code + layout_.code.first_traceable);
    }

    // Units from the start of the code to the instruction, -1 before the first traceable one. False if it lies outside.
    [[gnu::hot]] bool unit_of(std::uint64_t frame, std::uint64_t code, std::uint64_t instruction,
                              std::int32_t first_traceable, std::int32_t& unit) {
        std::int64_t bytes = 0, end = 0;
        if (!find_bytes(frame, code, instruction, bytes) || !find_end(code, end)) return false;
        if (bytes < -unit_bytes || bytes >= end) return false;
        unit = static_cast<std::int32_t>(bytes / unit_bytes);
        if (bytes < 0 || unit < first_traceable) unit = -1;
        return true;
    }

private:
    // From the start of the instructions to the one that runs.
    bool find_bytes(std::uint64_t frame, std::uint64_t code, std::uint64_t instruction, std::int64_t& bytes) {
        bytes = static_cast<std::int64_t>(instruction);
        if (layout_.frame.instruction_is == cpython::Instruction::byte_index) return true;
        if (layout_.frame.instruction_is == cpython::Instruction::unit_index) {
            bytes *= unit_bytes;
            return true;
        }
        std::uint64_t start = code + layout_.code.instructions;
        if (layout_.code.copies != cpython::absent && !find_copy(frame, code, start)) return false;
        bytes = static_cast<std::int64_t>(instruction - start);
        return true;
    }

    // A free-threaded interpreter may run a copy of the instructions; number 0 is the original.
    bool find_copy(std::uint64_t frame, std::uint64_t code, std::uint64_t& start) {
        const std::int32_t number = known_.load<std::int32_t>(frame + layout_.frame.code_copy);
        if (number <= 0) return number == 0;
        const std::uint64_t first = known_.load<std::uint64_t>(code + layout_.code.copies) + layout_.code.first_copy;
        return read(first + sizeof start * static_cast<std::uint64_t>(number), start, known_);
    }

    // Bytes of all instructions.
    bool find_end(std::uint64_t code, std::int64_t& bytes) {
        if (layout_.code.byte_code == cpython::absent) {
            bytes = known_.load<std::int64_t>(code + layout_.object.size) * unit_bytes;
            return true;
        }
        const std::uint64_t object = known_.load<std::uint64_t>(code + layout_.code.byte_code);
        return read(object + layout_.object.size, bytes, known_);
    }

    const cpython::PythonLayout& layout_;
    PageCache& known_;
};

}  // namespace pyprof::capture
