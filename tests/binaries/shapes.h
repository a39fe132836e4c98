#pragma once
// Inlined from a header, so that a function's lines lie in several files.
namespace shapes {

[[gnu::always_inline]] inline double squared(double x) { return x * x; }

[[gnu::always_inline]] inline double norm(double x, double y) {
    const double sum = squared(x) + squared(y);
    return sum * 0.5;
}

template <class T>
struct Grid {
    explicit Grid(T spacing) : spacing_{spacing} {}
    [[gnu::noinline]] T relax(const T* cells, int count) const;
    T operator()(T x) const { return x * spacing_; }

private:
    T spacing_;
};

double total_norm(const double* points, int count);

}  // namespace shapes
