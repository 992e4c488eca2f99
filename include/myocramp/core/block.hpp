#pragma once

#include <Eigen/Core>
#include <type_traits>
#include <utility>

#include "myocramp/core/sample_rate.hpp"

namespace myocramp {

/// Owned samples (rows = time, columns = channels), row-major as in HDF5 and NumPy.
template <class T>
using Samples = Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// A view of samples (time, channel) with any strides, negative ones included; it owns nothing and is passed by value.
///
/// `Block<T>` may be written, `ConstBlock<T>` only read; the first converts to the second. Indices are not checked
/// outside the dev preset.
template <class T>
class BlockView {
 public:
  BlockView() = default;
  BlockView(T* data, Index rows, Index channels, Index row_stride, Index channel_stride) noexcept
      : data_(data), rows_(rows), channels_(channels), row_stride_(row_stride), channel_stride_(channel_stride) {}
  BlockView(T* data, Index rows, Index channels) noexcept : BlockView(data, rows, channels, channels, 1) {}

  /// A view of owned samples.
  BlockView(Samples<std::remove_const_t<T>>& s) noexcept  // NOLINT(google-explicit-constructor)
      : BlockView(s.data(), s.rows(), s.cols()) {}
  BlockView(const Samples<std::remove_const_t<T>>& s) noexcept  // NOLINT(google-explicit-constructor)
    requires std::is_const_v<T>
      : BlockView(s.data(), s.rows(), s.cols()) {}
  template <class U>
    requires std::is_const_v<T> && std::is_same_v<U, std::remove_const_t<T>>
  BlockView(const BlockView<U>& other) noexcept  // NOLINT(google-explicit-constructor)
      : BlockView(other.data(), other.rows(), other.channels(), other.row_stride(), other.channel_stride()) {}

  [[nodiscard]] T* data() const noexcept { return data_; }
  [[nodiscard]] Index rows() const noexcept { return rows_; }
  [[nodiscard]] Index channels() const noexcept { return channels_; }
  [[nodiscard]] Index row_stride() const noexcept { return row_stride_; }
  [[nodiscard]] Index channel_stride() const noexcept { return channel_stride_; }

  [[nodiscard]] T& operator()(Index row, Index channel) const noexcept { return data_[row * row_stride_ + channel * channel_stride_]; }

  /// Rows [begin, begin + count) of this view.
  [[nodiscard]] BlockView rows(Index begin, Index count) const noexcept {
    return {data_ + begin * row_stride_, count, channels_, row_stride_, channel_stride_};
  }
  /// Channels [begin, begin + count) of this view.
  [[nodiscard]] BlockView columns(Index begin, Index count) const noexcept {
    return {data_ + begin * channel_stride_, rows_, count, row_stride_, channel_stride_};
  }

 private:
  T* data_ = nullptr;
  Index rows_ = 0;
  Index channels_ = 0;
  Index row_stride_ = 0;
  Index channel_stride_ = 0;
};

template <class T>
using Block = BlockView<T>;
template <class T>
using ConstBlock = BlockView<const T>;

/// All work runs on blocks of this many samples counted from sample 0, so that results never depend on how a file was cut up.
inline constexpr Index kGridBlock = 16384;

}  // namespace myocramp
