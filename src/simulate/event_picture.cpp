#include "simulate/event_picture.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace myocramp {

EventPainter::EventPainter(const std::vector<SimulatedMuscle>& muscles, bool crosstalk, SampleRate rate, Sections band)
    : muscles_(muscles),
      crosstalk_(crosstalk),
      rate_(rate),
      band_(std::move(band)),
      channels_(muscles.empty() ? 0 : muscles.back().first + muscles.back().channels) {}

EventPicture EventPainter::paint(const std::vector<EventPart>& parts, double onset_s, double offset_s) {
  EventPicture s;
  s.energy.resize(static_cast<std::size_t>(channels_));
  for (const EventPart& part : parts) {
    const SimulatedMuscle& m = muscles_[part.muscle];
    std::vector<double> weight(m.pool.size());
    for (const Discharge& d : part.discharges) {
      weight[static_cast<std::size_t>(d.unit)] +=
          static_cast<double>(d.gain) * static_cast<double>(d.gain) * static_cast<double>(d.stretch);
    }
    for (std::size_t u = 0; u < weight.size(); ++u) {
      for (Index c = 0; c < m.channels; ++c) {
        s.energy[static_cast<std::size_t>(m.first + c)] +=
            weight[u] * m.energy[u * static_cast<std::size_t>(m.channels) + static_cast<std::size_t>(c)];
      }
    }
  }
  s.channel = static_cast<Index>(std::max_element(s.energy.begin(), s.energy.end()) - s.energy.begin());
  s.first = std::max<Index>(0, static_cast<Index>(std::floor(onset_s * rate_.hertz())));
  const auto end = static_cast<Index>(std::ceil(offset_s * rate_.hertz())) + 1;
  s.volts = Samples<double>::Zero(std::max<Index>(1, end - s.first), 1);
  for (const EventPart& part : parts) {
    const SimulatedMuscle& m = muscles_[part.muscle];
    const Index lead = crosstalk_ ? s.channel : s.channel - m.first;
    if (lead < 0 || lead >= m.templates->leads) continue;
    Interference(one_lead(part.muscle, lead), part.discharges, rate_).add(s.first, s.volts);
  }
  s.in_band.resize(s.volts.rows(), 1);
  SosFilter<double>(band_, 1).process(s.volts, s.in_band);
  return s;
}

/// The templates of a muscle as one lead shows them.
std::shared_ptr<const UnitTemplates> EventPainter::one_lead(std::size_t muscle, Index lead) {
  std::shared_ptr<const UnitTemplates>& kept = one_lead_[{muscle, lead}];
  if (kept) return kept;
  const UnitTemplates& all = *muscles_[muscle].templates;
  auto one = std::make_shared<UnitTemplates>();
  one->leads = 1;
  for (std::size_t u = 0; u < all.units.size(); ++u) {
    UnitTemplates::Unit unit{all.units[u].velocity_m_s, {}};
    for (Index t = 0; t < all.taps(static_cast<Index>(u)); ++t)
      unit.volts.push_back(all.units[u].volts[static_cast<std::size_t>(t * all.leads + lead)]);
    one->units.push_back(std::move(unit));
  }
  kept = std::move(one);
  return kept;
}

std::vector<double> moving_rms(const Samples<double>& x, double window_s, SampleRate rate) {
  const Index half = std::max<Index>(1, rate.round(Seconds(window_s / 2)));
  const Index n = x.rows();
  std::vector<double> sums(static_cast<std::size_t>(n) + 1);
  for (Index i = 0; i < n; ++i) sums[static_cast<std::size_t>(i) + 1] = sums[static_cast<std::size_t>(i)] + x(i, 0) * x(i, 0);
  std::vector<double> rms(static_cast<std::size_t>(n));
  for (Index i = 0; i < n; ++i) {
    const double inside =
        sums[static_cast<std::size_t>(std::min(n, i + half + 1))] - sums[static_cast<std::size_t>(std::max<Index>(0, i - half))];
    rms[static_cast<std::size_t>(i)] = std::sqrt(inside / static_cast<double>(2 * half + 1));
  }
  return rms;
}

}  // namespace myocramp
