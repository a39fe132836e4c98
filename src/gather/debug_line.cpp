#include "gather/debug_line.h"

#include <algorithm>
#include <limits>

#include "gather/byte_cursor.h"

namespace pyprof::gather {
namespace {

constexpr std::size_t max_rows = 1U << 20;
constexpr std::size_t max_file_bytes = 4096;

enum Standard : std::uint8_t {
    copy = 1,
    advance_pc = 2,
    advance_line = 3,
    set_file = 4,
    const_add_pc = 8,
    fixed_advance_pc = 9,
};
enum Extended : std::uint8_t { end_sequence = 1, set_address = 2 };

}  // namespace

// One unit: its header, then its program.
class DebugLine::Unit {
public:
    Unit(std::string_view bytes, DebugLine& out) : in_{bytes}, out_{out} {}

    void run() {
        const auto version = in_.fixed<std::uint16_t>();
        if (version < 2 || version > 4) return;
        ByteCursor header{in_.take(in_.fixed<std::uint32_t>())};
        read_header(header, version);
        if (header.failed() || line_range_ == 0) return;
        while (!in_.at_end() && !in_.failed() && out_.rows_.size() < max_rows) step(in_.fixed<std::uint8_t>());
    }

private:
    void read_header(ByteCursor& header, std::uint16_t version) {
        shortest_ = header.fixed<std::uint8_t>();
        if (version >= 4) header.fixed<std::uint8_t>();  // operations per instruction: 1 but for VLIW
        header.fixed<std::uint8_t>();                    // is_stmt
        line_base_ = header.fixed<std::int8_t>();
        line_range_ = header.fixed<std::uint8_t>();
        opcode_base_ = header.fixed<std::uint8_t>();
        operands_ = header.take(opcode_base_ == 0 ? 0 : opcode_base_ - 1U);
        std::vector<std::string_view> folders{{}};
        for (std::string_view folder = header.text(); !folder.empty(); folder = header.text())
            folders.push_back(folder);
        first_file_ = static_cast<std::uint32_t>(out_.files_.size());
        for (std::string_view name = header.text(); !name.empty(); name = header.text()) {
            const std::uint64_t folder = header.leb();
            header.leb();  // time
            header.leb();  // size
            out_.files_.push_back(path(folder < folders.size() ? folders[folder] : std::string_view{}, name));
        }
    }

    static std::string path(std::string_view folder, std::string_view name) {
        std::string joined;
        if (!folder.empty() && !name.starts_with('/')) joined.append(folder.substr(0, max_file_bytes)).append("/");
        return joined.append(name.substr(0, max_file_bytes));
    }

    void step(std::uint8_t opcode) {
        if (opcode >= opcode_base_) {
            const unsigned adjusted = opcode - opcode_base_;
            address_ += std::uint64_t{adjusted / line_range_} * shortest_;
            advance_line_by(line_base_ + static_cast<std::int64_t>(adjusted % line_range_));
            emit(false);
        } else if (opcode == 0) {
            extended();
        } else {
            standard(opcode);
        }
    }

    void standard(std::uint8_t opcode) {
        switch (opcode) {
            case copy:
                return emit(false);
            case advance_pc:
                address_ += in_.leb() * shortest_;
                return;
            case advance_line:
                return advance_line_by(in_.signed_leb());
            case set_file:
                file_ = in_.leb();
                return;
            case const_add_pc:
                address_ += std::uint64_t{(255U - opcode_base_) / line_range_} * shortest_;
                return;
            case fixed_advance_pc:
                address_ += in_.fixed<std::uint16_t>();
                return;
            default:
                for (int i = operands_[opcode - 1U]; i > 0; --i) in_.leb();
        }
    }

    void extended() {
        ByteCursor operation{in_.take(in_.leb())};
        const auto opcode = operation.fixed<std::uint8_t>();
        if (opcode == set_address) address_ = operation.fixed<std::uint64_t>();
        if (opcode != end_sequence) return;
        emit(true);
        address_ = 0;
        file_ = 1;
        line_ = 1;
    }

    void advance_line_by(std::int64_t lines) { line_ += static_cast<std::uint64_t>(lines); }

    void emit(bool ends) {
        const std::uint64_t files = out_.files_.size() - first_file_;
        if (file_ == 0 || file_ > files) return;
        const bool fits = line_ <= std::numeric_limits<std::int32_t>::max();
        out_.rows_.push_back({address_, first_file_ + static_cast<std::uint32_t>(file_ - 1),
                              fits ? static_cast<std::uint32_t>(line_) : 0, ends});
    }

    ByteCursor in_;
    DebugLine& out_;
    std::uint8_t shortest_ = 1, line_range_ = 0, opcode_base_ = 0;
    std::int8_t line_base_ = 0;
    std::string_view operands_;  // how many each standard opcode has
    std::uint32_t first_file_ = 0;
    std::uint64_t address_ = 0, file_ = 1, line_ = 1;  // advances wrap
};

DebugLine::DebugLine(std::string_view section) {
    ByteCursor in{section};
    while (!in.at_end() && !in.failed()) {
        const auto bytes = in.fixed<std::uint32_t>();
        if (bytes >= 0xfffffff0) break;  // 64-bit DWARF, which nobody makes
        Unit{in.take(bytes), *this}.run();
    }
    // A sequence ends where the next begins, so ends come first.
    std::stable_sort(rows_.begin(), rows_.end(), [](const Row& a, const Row& b) {
        return a.address != b.address ? a.address < b.address : a.ends && !b.ends;
    });
}

const DebugLine::Row* DebugLine::row_at(std::uint64_t address) const {
    const auto next = std::upper_bound(rows_.begin(), rows_.end(), address,
                                       [](std::uint64_t wanted, const Row& row) { return wanted < row.address; });
    return next == rows_.begin() || (next - 1)->ends ? nullptr : &*(next - 1);
}

}  // namespace pyprof::gather
