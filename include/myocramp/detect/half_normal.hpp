#pragma once

namespace myocramp {

/// P(m > x) where m is the mean of n independent |N(0, 1)|: the law of the average rectified value of white Gaussian noise.
///
/// By inversion of the characteristic function of the half-normal law: absolute error below 1e-12 for n >= 4, 1e-9 for n between 1 and 4;
/// closed for n = 1. n need not be whole, because correlated samples count as fewer.
/// Throws: InvalidArgument E-OPTION for n outside 1 to 1e6.
/// Source: Gil-Pelaez 1951 Biometrika 38:481; summation error Davies 1973 Biometrika 60:415.
double half_normal_mean_survival(double x, double n);

/// The x that such a mean exceeds with probability p (0 < p < 1).
double half_normal_mean_quantile(double p, double n);

/// Mean of |N(0, 1)|, sqrt(2 / pi).
inline constexpr double kHalfNormalMean = 0.79788456080286535588;

/// The number of independent samples whose mean has this relative spread (standard deviation over mean): (pi - 2) / 2 / spread^2.
double half_normal_effective_samples(double relative_spread);

/// How many times its level at rest a rectified mean exceeds with probability p, when its relative spread at rest shows how many of the at
/// most `most` samples in it are independent.
double half_normal_ratio(double p, double relative_spread, double most);

}  // namespace myocramp
