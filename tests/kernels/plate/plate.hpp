// The compiled work of the kernels K19 and K20: a plate of cells as a class template, with truth of its own.
#pragma once
#include <cstddef>
#include <vector>

#include "truth.h"

template <class Real>
class Plate {
public:
    explicit Plate(std::size_t length) : cells_(length) { cells_[length / 2] = 100; }

    // Moves every cell towards its neighbours so many times.
    void relax(long sweeps) {
        TRUTH_BEGIN_IN(relax, "Plate<double>::relax")
        for (long sweep = 0; sweep < sweeps; ++sweep)
            for (std::size_t i = 1; i + 1 < cells_.size(); ++i)
                cells_[i] += Real(0.25) * (cells_[i - 1] + cells_[i + 1] - 2 * cells_[i]);
        TRUTH_END(relax)
    }

    const std::vector<Real>& cells() const { return cells_; }

private:
    std::vector<Real> cells_;
};
