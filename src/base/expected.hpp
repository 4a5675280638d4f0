// A value, or the reason there is none.
//
// Names and meaning follow std::expected (C++23), so this file becomes an alias once every compiler
// we build with has it. Reading the wrong side is a bug and stops the process.
#pragma once

#include <utility>
#include <variant>

#include "base/check.hpp"

namespace ropenet {

template <typename E>
class Unexpected {
  public:
    constexpr explicit Unexpected(E error) : error_{std::move(error)} {}
    constexpr E&& error() && { return std::move(error_); }

  private:
    E error_;
};

template <typename T, typename E>
class [[nodiscard]] Expected {
  public:
    // Implicit on purpose: `return value;` and `return Unexpected{error};` both read well.
    constexpr Expected(T value) : data_{std::in_place_index<0>, std::move(value)} {}
    constexpr Expected(Unexpected<E> u) : data_{std::in_place_index<1>, std::move(u).error()} {}

    constexpr bool has_value() const noexcept { return data_.index() == 0; }
    constexpr explicit operator bool() const noexcept { return has_value(); }

    constexpr const T& operator*() const& {
        ROPE_CHECK(has_value());
        return *std::get_if<0>(&data_);
    }
    constexpr T&& operator*() && {
        ROPE_CHECK(has_value());
        return std::move(*std::get_if<0>(&data_));
    }
    constexpr const T* operator->() const { return &**this; }

    constexpr const E& error() const {
        ROPE_CHECK(!has_value());
        return *std::get_if<1>(&data_);
    }

  private:
    std::variant<T, E> data_;
};

/// Success carries nothing; only the reason for failure matters.
template <typename E>
class [[nodiscard]] Expected<void, E> {
  public:
    constexpr Expected() = default;
    constexpr Expected(Unexpected<E> u) : data_{std::in_place_index<1>, std::move(u).error()} {}

    constexpr bool has_value() const noexcept { return data_.index() == 0; }
    constexpr explicit operator bool() const noexcept { return has_value(); }

    constexpr const E& error() const {
        ROPE_CHECK(!has_value());
        return *std::get_if<1>(&data_);
    }

  private:
    std::variant<std::monostate, E> data_;
};

}  // namespace ropenet

// ROPE_TRY(const Block block, decode(bytes)) binds the value or returns the error to our caller.
#define ROPE_TRY(decl, expr) ROPE_TRY_AT(ROPE_TRY_NAME(__LINE__), decl, expr)
#define ROPE_TRY_AT(result, decl, expr)                        \
    auto result = (expr);                                      \
    if (!result) return ::ropenet::Unexpected{result.error()}; \
    decl = *std::move(result)
// ROPE_DO(reader.require(1)); goes on after success, or returns the error to our caller.
#define ROPE_DO(expr) ROPE_DO_AT(ROPE_TRY_NAME(__LINE__), expr)
#define ROPE_DO_AT(result, expr)                                            \
    if (const auto result = (expr); !result) return ::ropenet::Unexpected { \
            result.error()                                                  \
        }
#define ROPE_TRY_NAME(line) ROPE_TRY_JOIN(try_, line)
#define ROPE_TRY_JOIN(a, b) a##b
