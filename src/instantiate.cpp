// The header templates that every user would otherwise compile again, for float and double.
#include "myocramp/envelope/hilbert.hpp"
#include "myocramp/envelope/linear.hpp"
#include "myocramp/envelope/moving_mean.hpp"
#include "myocramp/envelope/teager_kaiser.hpp"
#include "myocramp/filter/resample.hpp"
#include "myocramp/filter/sos.hpp"
#include "myocramp/filter/zero_phase.hpp"

namespace myocramp {

template class SosFilter<float>;
template class SosFilter<double>;
template std::vector<char> detail::zero_phase_passes<float>(const Sections&, ConstBlock<float>, Block<float>, Edge, Edge);
template std::vector<char> detail::zero_phase_passes<double>(const Sections&, ConstBlock<double>, Block<double>, Edge, Edge);
template void zero_phase<float>(const Sections&, ConstBlock<float>, Block<float>, Edge, Edge);
template void zero_phase<double>(const Sections&, ConstBlock<double>, Block<double>, Edge, Edge);
template class Resampler<float>;
template class Resampler<double>;
template class MovingMean<float, Rectify::kSquare>;
template class MovingMean<double, Rectify::kSquare>;
template class MovingMean<float, Rectify::kAbsolute>;
template class MovingMean<double, Rectify::kAbsolute>;
template class MovingMean<float, Rectify::kNone>;
template class MovingMean<double, Rectify::kNone>;
template class TeagerKaiser<float>;
template class TeagerKaiser<double>;
template class TeagerKaiserMean<float>;
template class TeagerKaiserMean<double>;
template class HilbertEnvelope<float>;
template class HilbertEnvelope<double>;
template class LinearEnvelope<float>;
template class LinearEnvelope<double>;

}  // namespace myocramp
