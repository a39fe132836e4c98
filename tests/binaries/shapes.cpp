#include "shapes.h"

#include <cstdlib>

namespace shapes {
namespace {

struct Weights {
    double scale;
    [[gnu::noinline]] double apply(double x) const { return norm(x, scale); }
};

[[gnu::noinline]] double hidden(double x) {
    const Weights weights{x + 1};
    return weights.apply(x) * weights.apply(x + 2);
}

}  // namespace

[[gnu::always_inline]] static inline double static_inlined(double x) { return norm(x, 3) + 1; }

template <class T>
T Grid<T>::relax(const T* cells, int count) const {
    T sum = 0;
    for (int i = 1; i + 1 < count; i++) {
        sum += (*this)(cells[i - 1]) - 2 * cells[i] + cells[i + 1];
    }
    return sum;
}

template struct Grid<float>;
template struct Grid<double>;

double total_norm(const double* points, int count) {
    double total = 0;
    const auto add = [&total](double x) {
        total += static_inlined(x);
        total /= 1.5;
    };
    for (int i = 0; i < count; i++) {
        if (__builtin_expect(points[i] < 0, 0)) std::abort();
        add(points[i]);
        total += hidden(points[i]);
    }
    return total;
}

}  // namespace shapes
