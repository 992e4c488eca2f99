#include "myocramp/detect/registry.hpp"

#include "myocramp/detect/abbink.hpp"
#include "myocramp/detect/aglr.hpp"
#include "myocramp/detect/aglr_laplace.hpp"
#include "myocramp/detect/bocpd.hpp"
#include "myocramp/detect/bonato.hpp"
#include "myocramp/detect/cusum.hpp"
#include "myocramp/detect/edta.hpp"
#include "myocramp/detect/gmm.hpp"
#include "myocramp/detect/hmm.hpp"
#include "myocramp/detect/hodges_bui.hpp"
#include "myocramp/detect/leg_movement.hpp"
#include "myocramp/detect/lidierth.hpp"
#include "myocramp/detect/londral.hpp"
#include "myocramp/detect/merlo.hpp"
#include "myocramp/detect/modified_hodges.hpp"
#include "myocramp/detect/pelt.hpp"
#include "myocramp/detect/profile_likelihood.hpp"
#include "myocramp/detect/sample_entropy.hpp"
#include "myocramp/detect/silva.hpp"
#include "myocramp/detect/tkeo.hpp"

namespace myocramp {
namespace {

template <class Options, class D>
DetectorEntry entry(std::string name, std::string source) {
  DetectorEntry e{std::move(name), std::move(source), {}, nullptr};
  Options defaults;
  describe(defaults, [&e](auto& value, const Field& field) { e.options.emplace_back(field, static_cast<double>(value)); });
  e.make = [](const OptionValues& values, SampleRate rate, Index channels) -> std::unique_ptr<Detector> {
    Options options;
    for (const auto& [key, wanted] : values) {
      bool known = false;
      std::string have;
      describe(options, [&, k = key, w = wanted](auto& value, const Field& field) {
        have += (have.empty() ? "" : ", ") + std::string(field.name);
        if (field.name != k) return;
        value = static_cast<std::remove_reference_t<decltype(value)>>(w);
        known = true;
      });
      if (!known) throw InvalidArgument({"E-OPTION", "", "detector." + printable(key), "one of " + have, "an unknown option"});
    }
    check(options, "detector");  // before anything is as long as an option says
    return std::make_unique<D>(options, rate, channels);
  };
  return e;
}

}  // namespace

const std::vector<DetectorEntry>& detectors() {
  static const std::vector<DetectorEntry> all = {
      entry<Abbink, AbbinkDetector>("abbink", "Abbink, van der Bilt & van der Glas 1998 J Oral Rehabil 25:365"),
      entry<Aglr, AglrDetector<Rectify::kSquare>>(
          "aglr", "Staude & Wolf 1999 Med Eng Phys 21:449; Staude et al. 2001 EURASIP J Appl Signal Process 2001:67"),
      entry<Aglr, AglrLaplaceDetector>("aglr_laplace", "Staude et al. 2001 EURASIP J Appl Signal Process 2001:67"),
      entry<Bocpd, BocpdDetector>("bocpd", "Adams & MacKay 2007 arXiv:0710.3742"),
      entry<Bonato, BonatoDetector>("bonato", "Bonato, D'Alessio & Knaflitz 1998 IEEE Trans Biomed Eng 45:287"),
      entry<Cusum, CusumDetector>("cusum", "Page 1954 Biometrika 41:100"),
      entry<Edta, EdtaDetector>("edta", "Rashid et al. 2019 J Electromyogr Kinesiol 48:103"),
      entry<Gmm, GmmDetector>("gmm", "Liu et al. 2015 PLoS ONE 10:e0127990"),
      entry<Hmm, HmmDetector>("hmm", "Rabiner 1989 Proc IEEE 77:257"),
      entry<HodgesBui, HodgesBuiDetector>("hodges_bui", "Hodges & Bui 1996 Electroencephalogr Clin Neurophysiol 101:511"),
      entry<LegMovement, LegMovementDetector>("leg_movement", "WASM 2016: Ferri et al. 2016 Sleep Med 26:86"),
      entry<Lidierth, LidierthDetector>("lidierth", "Lidierth 1986 Electroencephalogr Clin Neurophysiol 64:378"),
      entry<Londral, LondralDetector>("londral", "Londral et al. 2013 J Access Des All 3:118"),
      entry<Merlo, MerloDetector>("merlo", "Merlo, Farina & Merletti 2003 IEEE Trans Biomed Eng 50:316"),
      entry<ModifiedHodges, ModifiedHodgesDetector>("modified_hodges", "Yuvaraj et al. 2023 F1000Research 12:429"),
      entry<Pelt, PeltDetector>("pelt", "Killick, Fearnhead & Eckley 2012 J Am Stat Assoc 107:1590"),
      entry<ProfileLikelihood, ProfileLikelihoodDetector>(
          "profile_likelihood", "Hinkley 1970 Biometrika 57:1; Selvan et al. 2018 IEEE Trans Neural Syst Rehabil Eng 26:1279"),
      entry<SampleEntropy, SampleEntropyDetector>("sample_entropy", "Zhang & Zhou 2012 J Electromyogr Kinesiol 22:901"),
      entry<Silva, SilvaDetector>("silva", "Silva et al. 2012, Towards improving the usability of electromyographic interfaces"),
      entry<Tkeo, TkeoDetector>("tkeo", "Li, Zhou & Aruin 2007 Ann Biomed Eng 35:1532; Solnik et al. 2010 Eur J Appl Physiol 110:489"),
  };
  return all;
}

const DetectorEntry& find_detector(const std::string& name) {
  std::string have;
  for (const DetectorEntry& e : detectors()) {
    if (e.name == name) return e;
    have += (have.empty() ? "" : ", ") + e.name;
  }
  throw InvalidArgument({"E-DETECTOR", "", "detector.name", "one of " + have, printable(name)});
}

std::unique_ptr<Detector> make_detector(const std::string& name, const OptionValues& values, SampleRate rate, Index channels) {
  return find_detector(name).make(values, rate, channels);
}

}  // namespace myocramp
