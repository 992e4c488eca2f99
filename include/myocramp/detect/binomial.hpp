#pragma once

namespace myocramp {

/// P(at least r of m independent trials succeed), each with probability p: the regularised incomplete beta function I_p(r, m - r + 1).
///
/// m and r need not be whole, because correlated trials count as fewer. Relative error below 1e-12 for m up to 1e4.
/// Throws: InvalidArgument E-OPTION for p outside 0 to 1 and unless 0 < r < m + 1.
/// Source: the continued fraction of Abramowitz & Stegun 1964, 26.5.8.
double binomial_tail(double p, double m, double r);

/// The p at which binomial_tail(p, m, r) is `tail` (0 < tail < 1). From `near`, where it is above 0 and near that p, it takes fewer steps.
double binomial_tail_inverse(double tail, double m, double r, double near = 0);

}  // namespace myocramp
