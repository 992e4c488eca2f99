#include "myocramp/simulate/interference.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>

namespace myocramp {
namespace {

// Rows of a block that are summed up together: they stay in the cache, and so does the template of a unit.
constexpr Index kTile = 4096;

// out += a * x + b * y, lead by lead.
void add_scaled(float* __restrict out, const float* __restrict x, const float* __restrict y, float a, float b, Index leads) noexcept {
  for (Index i = 0; i < leads; ++i) out[i] += a * x[i] + b * y[i];
}

}  // namespace

Interference::Interference(std::shared_ptr<const UnitTemplates> templates, std::vector<Discharge> discharges, SampleRate rate)
    : templates_(std::move(templates)), discharges_(std::move(discharges)), rate_(rate) {
  const auto units = static_cast<std::int32_t>(templates_->units.size());
  for (std::size_t i = 0; i < discharges_.size(); ++i) {
    const Discharge& d = discharges_[i];
    const bool in_order = std::isfinite(d.time_s) && (i == 0 || discharges_[i - 1].time_s <= d.time_s);
    if (!in_order || d.unit < 0 || d.unit >= units || !std::isfinite(d.gain) || !(d.stretch > 0) || !std::isfinite(d.stretch)) {
      throw InvalidArgument(
          {"E-OPTION", "", "discharge " + std::to_string(i + 1),
           "finite times in order, a unit from 0 to " + std::to_string(units - 1) + ", a finite gain and a stretch above 0",
           "time " + detail::number(d.time_s) + " s, unit " + std::to_string(d.unit) + ", gain " + detail::number(d.gain) + ", stretch " +
               detail::number(d.stretch)});
    }
    longest_s_ = std::max(longest_s_, templates_->duration_s(d.unit, d.stretch));
  }
}

void Interference::add(Index first, Block<double> out) const {
  const Index leads = templates_->leads;
  assert(out.channels() == leads);
  const std::size_t units = templates_->units.size();
  std::vector<float> sum(static_cast<std::size_t>(std::min(kTile, out.rows()) * leads));
  std::vector<std::size_t> begins(units + 1);
  std::vector<std::size_t> order;
  for (Index tile = 0; tile < out.rows(); tile += kTile) {
    const Index from = first + tile;
    const Index to = std::min(from + kTile, first + out.rows());
    const auto begin = std::lower_bound(discharges_.begin(), discharges_.end(), rate_.time(from) - longest_s_,
                                        [](const Discharge& d, double time_s) { return d.time_s < time_s; });
    const auto end =
        std::upper_bound(begin, discharges_.end(), rate_.time(to - 1), [](double time_s, const Discharge& d) { return time_s < d.time_s; });
    if (begin == end) continue;

    // Unit by unit, each in the order of time: whichever block a sample is in, its terms are added in the same order.
    std::fill(begins.begin(), begins.end(), std::size_t{0});
    for (auto d = begin; d != end; ++d) ++begins[static_cast<std::size_t>(d->unit) + 1];
    for (std::size_t u = 0; u < units; ++u) begins[u + 1] += begins[u];
    order.resize(static_cast<std::size_t>(end - begin));
    for (auto d = begin; d != end; ++d)
      order[begins[static_cast<std::size_t>(d->unit)]++] = static_cast<std::size_t>(d - discharges_.begin());

    std::fill(sum.begin(), sum.end(), 0.0F);
    for (const std::size_t i : order) {
      const Discharge& d = discharges_[i];
      const UnitTemplates::Unit& unit = templates_->units[static_cast<std::size_t>(d.unit)];
      const double gain = d.gain;
      const auto last = static_cast<double>(templates_->taps(d.unit) - 1);
      const double taps_per_s = unit.velocity_m_s * 1e3 / (static_cast<double>(d.stretch) * UnitTemplates::kStep_mm);
      for (Index n = std::max(from, static_cast<Index>(std::floor(d.time_s * rate_.hertz()))); n < to; ++n) {
        const double position = (rate_.time(n) - d.time_s) * taps_per_s;
        if (position < 0) continue;
        if (position >= last) break;
        const auto tap = static_cast<Index>(position);
        const double part = position - static_cast<double>(tap);
        const float* row = unit.volts.data() + tap * leads;
        add_scaled(sum.data() + (n - from) * leads, row, row + leads, static_cast<float>(gain * (1 - part)),
                   static_cast<float>(gain * part), leads);
      }
    }
    for (Index n = from; n < to; ++n) {
      for (Index lead = 0; lead < leads; ++lead)
        out(n - first, lead) += static_cast<double>(sum[static_cast<std::size_t>((n - from) * leads + lead)]);
    }
  }
}

}  // namespace myocramp
