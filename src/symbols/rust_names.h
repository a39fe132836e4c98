#pragma once
// Rust's linkage names of the newer form ("v0", RFC 2603), which the C++ demangler does not know.
#include <string>
#include <string_view>

namespace pyprof::symbols {

// "_RNvCsb0s9dnsQpsi_4heat5outer": "heat::outer". Methods read as in Rust, "<heat::Plate<f64> as heat::Relax>::relax",
// or "heat::Plate<f64>::total" where no trait is named; types a function is an instance for are left out, those of its
// type are shortened to "<...>" if they are longer than 24 characters. Empty if `linkage_name` is none, or is damaged.
std::string rust_name(std::string_view linkage_name);

}  // namespace pyprof::symbols
