#pragma once
// Names for the stubs through which calls to other libraries go ("memcpy@plt"): they have no symbols of their own.
// x86-64: a stub is a slot of .plt, .plt.sec or .plt.got with an indirect jump through a GOT entry, and the relocation
// of that entry names the function (System V ABI, AMD64 supplement, "Procedure Linkage Table").
#include <vector>

#include "symbols/elf_file.h"
#include "symbols/intervals.h"
#include "symbols/text_table.h"

namespace pyprof::symbols {

// One interval per named stub; the value is the Text of its name. Empty on other machines.
std::vector<Interval> read_plt_stubs(const ElfFile& file, TextTable& texts);

}  // namespace pyprof::symbols
