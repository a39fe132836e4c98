#pragma once
// Rows of plain structs as columns: one list of members per struct serves both directions. For sections.cpp.
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "gather/columns.h"
#include "gather/tree.h"

namespace pyprof::gather {

// Longest lists a file may hold per row, so that a small file does not become a large tree.
inline constexpr std::size_t longest_counts = 256;
inline constexpr std::size_t longest_slices = std::size_t{wire::slice_count} * 4;

class WriteColumn {
public:
    explicit WriteColumn(ColumnWriter& to) : to_{to} {}

    template <class Row, class T>
    void operator()(const std::vector<Row>& rows, T Row::*member) {
        const T* previous = nullptr;
        for (const Row& row : rows) {
            write(row.*member, previous);
            previous = &(row.*member);
        }
    }

private:
    template <class T>
    void write(const T& value, const T*) {
        if constexpr (std::is_enum_v<T>)
            to_.number(static_cast<std::uint64_t>(value));
        else if constexpr (std::is_signed_v<T>)
            to_.signed_number(value);
        else
            to_.number(value);
    }
    void write(const std::string& value, const std::string* previous) {
        to_.text(value, previous == nullptr ? std::string_view{} : *previous);
    }
    void write(const std::vector<std::string>& texts, const std::vector<std::string>* previous) {
        to_.number(texts.size());
        for (std::size_t i = 0; i < texts.size(); ++i)
            to_.text(texts[i], previous != nullptr && i < previous->size() ? (*previous)[i] : std::string_view{});
    }
    // A zero stands for a run of zeros, whose length follows.
    template <class T>
    void write_counts(const std::vector<T>& counts) {
        to_.number(counts.size());
        for (std::size_t i = 0; i < counts.size(); ++i) {
            to_.number(counts[i]);
            if (counts[i] != 0) continue;
            const std::size_t begin = i;
            while (i + 1 < counts.size() && counts[i + 1] == 0) ++i;
            to_.number(i - begin);
        }
    }
    void write(const std::vector<std::uint64_t>& counts, const std::vector<std::uint64_t>*) { write_counts(counts); }
    void write(const SummedValues& summed, const SummedValues*) {
        to_.number(summed.samples);
        to_.number(summed.weight_ns);
        to_.number(summed.mpi_ns);
    }
    void write(const Slices& slices, const Slices*) {
        to_.number(slices.width_ns);
        write_counts(slices.counts);
    }

    ColumnWriter& to_;
};

class ReadColumn {
public:
    explicit ReadColumn(ColumnReader& from) : from_{from} {}

    template <class Row, class T>
    void operator()(std::vector<Row>& rows, T Row::*member) {
        const T* previous = nullptr;
        for (Row& row : rows) {
            if (from_.failed()) return;
            read(row.*member, previous);
            previous = &(row.*member);
        }
    }

private:
    template <class T>
    void read(T& value, const T*) {
        if constexpr (std::is_enum_v<T>)
            value = static_cast<T>(from_.number_as<std::underlying_type_t<T>>());
        else if constexpr (std::is_signed_v<T>)
            value = from_.int32();
        else if constexpr (std::is_same_v<T, bool>)
            value = from_.number() != 0;
        else
            value = from_.number_as<T>();
    }
    void read(std::string& value, const std::string* previous) {
        value = from_.text(previous == nullptr ? std::string_view{} : *previous);
    }
    void read(std::vector<std::string>& texts, const std::vector<std::string>* previous) {
        texts.resize(from_.count(2));
        for (std::size_t i = 0; i < texts.size(); ++i)
            texts[i] = from_.text(previous != nullptr && i < previous->size() ? (*previous)[i] : std::string_view{});
    }
    template <class T>
    void read_counts(std::vector<T>& counts, std::size_t longest) {
        const std::uint64_t size = from_.number();
        if (size > longest) from_.fail();
        while (!from_.failed() && counts.size() < size) {
            const T count = from_.number_as<T>();
            const std::uint64_t zeros = count == 0 ? from_.number() : 0;
            if (zeros >= size - counts.size())
                from_.fail();
            else
                counts.insert(counts.end(), zeros + 1, count);
        }
    }
    void read(std::vector<std::uint64_t>& counts, const std::vector<std::uint64_t>*) {
        read_counts(counts, longest_counts);
    }
    void read(SummedValues& summed, const SummedValues*) {
        summed.samples = from_.number();
        summed.weight_ns = from_.number();
        summed.mpi_ns = from_.number();
    }
    void read(Slices& slices, const Slices*) {
        slices.width_ns = from_.number();
        read_counts(slices.counts, longest_slices);
        const bool power_of_two = slices.width_ns != 0 && (slices.width_ns & (slices.width_ns - 1)) == 0;
        if (!slices.counts.empty() && !power_of_two) from_.fail();
    }

    ColumnReader& from_;
};

}  // namespace pyprof::gather
