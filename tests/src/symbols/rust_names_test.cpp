#include "symbols/rust_names.h"

#include "tests/support/catch.h"

namespace pyprof::symbols {
namespace {

struct Example {
    const char* linkage_name;
    const char* shown;
};

// Linkage names by rustc 1.95 of a small library and of its standard library; what they mean is read in the source.
TEST_CASE("Rust's names are read as the author wrote them") {
    const auto example = GENERATE(
        Example{"_RNvCsb0s9dnsQpsi_4heat5outer", "heat::outer"},
        Example{"_RNvNvCsb0s9dnsQpsi_4heat5outer5inner", "heat::outer::inner"},
        Example{"_RINvNtCsb0s9dnsQpsi_4heat5plate5applyNCNvB4_5outer0EB4_", "heat::plate::apply"},
        Example{"_RNvMs_NtCsb0s9dnsQpsi_4heat5plateINtB4_5PlatedE5totalB6_", "heat::plate::Plate<f64>::total"},
        Example{"_RNvMs_NtCsb0s9dnsQpsi_4heat5plateINtB4_5PlatelE5totalB6_", "heat::plate::Plate<i32>::total"},
        Example{"_RNvMsa_NtCsgEmfK2I1SDS_4core3fmtNtB5_9Formatter3pad", "core::fmt::Formatter::pad"},
        Example{"_RNCNvNtCsjrHSEGnQ3l9_3std9panicking12default_hook0B5_", "std::panicking::default_hook::{closure}"},
        Example{"_RINvNtCsgEmfK2I1SDS_4core9panicking13assert_failedyyEB4_", "core::panicking::assert_failed"},
        Example{"_RINvNtCsgEmfK2I1SDS_4core3ptr13drop_in_placeINtCs4X4t9plMPHF_9addr2line7ContextINtNtNtCsduwmD7cSIQq_"
                "5gimli4read12endian_slice11EndianSliceNtNtB1m_9endianity12LittleEndianEEECsjrHSEGnQ3l9_3std",
                "core::ptr::drop_in_place"});
    CAPTURE(example.linkage_name);
    CHECK(rust_name(example.linkage_name) == example.shown);
}

TEST_CASE("what is not a Rust name, or a damaged one, has none") {
    for (const char* name : {"_R", "_RNv", "_RNvC4hea", "_Runtime", "_RNvB9_5outer", "main", "_ZN4heat5outerEv",
                             "_RNvC99999999999999999999999heat5outer", "_RNvCs_4heat99outer"}) {
        CAPTURE(name);
        CHECK(rust_name(name).empty());
    }
}

TEST_CASE("damaged names end, however deep or often they refer to themselves") {
    CHECK(rust_name("_R" + std::string(100'000, 'N')).empty());
    CHECK(rust_name("_RNvB_1a").empty());
    std::string doubling = "_RNvMC1aTTeeE";  // each further pair refers twice to the one before
    for (int i = 0; i < 200; i++) doubling += "TB7_B7_E";
    CHECK(rust_name(doubling).size() < 100'000);
}

}  // namespace
}  // namespace pyprof::symbols
