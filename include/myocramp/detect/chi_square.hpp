#pragma once

namespace myocramp {

/// P(X > x) for chi-square with n degrees of freedom, the law of the sum of n squares of N(0, 1).
///
/// n need not be whole, because correlated samples count as fewer. Relative error below 1e-12 for n up to 1e4.
/// Throws: InvalidArgument E-OPTION for n outside 0 (excluded) to 1e6.
/// Source: series and continued fraction of Abramowitz & Stegun 1964, 6.5.29 and 6.5.31.
double chi_square_survival(double x, double n);

/// The x that such a sum exceeds with probability p (0 < p < 1).
double chi_square_quantile(double p, double n);

/// How many times its median at rest the root mean square of Gaussian noise exceeds with probability p, when its relative spread at rest shows
/// how many of the at most `most` samples in it are independent: 1 / (2 spread^2).
double rms_ratio(double p, double relative_spread, double most);

}  // namespace myocramp
