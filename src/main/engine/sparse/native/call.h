// Calls of kernels from JavaScript, through Node-API.
#pragma once

#include <node_api.h>

#include "memory.h"

/** A kernel under the name of its WebAssembly namesake, for one width of vectors. */
struct Kernel {
  const char *name;
  napi_callback call;
};

/** The kernels for one kind of processor; the last one has no name. */
typedef const Kernel *(*KernelList)();

namespace {

/** JavaScript's number as the parameter of a kernel; a struct is passed by its address in the memory. */
template <typename Parameter>
struct Argument;

template <>
struct Argument<int32_t> {
  static INLINE_MEMBER int32_t of(const Memory &, napi_env env, napi_value value) {
    int32_t number = 0;
    napi_get_value_int32(env, value, &number);
    return number;
  }
};

template <>
struct Argument<uint32_t> {
  static INLINE_MEMBER uint32_t of(const Memory &, napi_env env, napi_value value) {
    uint32_t number = 0;
    napi_get_value_uint32(env, value, &number);
    return number;
  }
};

template <>
struct Argument<bool> {
  static INLINE_MEMBER bool of(const Memory &memory, napi_env env, napi_value value) {
    return Argument<int32_t>::of(memory, env, value) != 0;
  }
};

template <>
struct Argument<double> {
  static INLINE_MEMBER double of(const Memory &, napi_env env, napi_value value) {
    double number = 0;
    napi_get_value_double(env, value, &number);
    return number;
  }
};

template <>
struct Argument<float> {
  static INLINE_MEMBER float of(const Memory &memory, napi_env env, napi_value value) {
    return static_cast<float>(Argument<double>::of(memory, env, value));
  }
};

template <typename Struct>
struct Argument<const Struct &> {
  static INLINE_MEMBER const Struct &of(const Memory &memory, napi_env env, napi_value value) {
    return *reinterpret_cast<const Struct *>(memory.bytes(Argument<uint32_t>::of(memory, env, value)));
  }
};

template <int... INDICES>
struct Indices {};

template <int COUNT, int... INDICES>
struct IndicesTo : IndicesTo<COUNT - 1, COUNT - 1, INDICES...> {};

template <int... INDICES>
struct IndicesTo<0, INDICES...> {
  typedef Indices<INDICES...> Type;
};

template <typename Signature, Signature *KERNEL>
struct Call;

template <typename... Parameters, void (*KERNEL)(const Memory &, Parameters...)>
struct Call<void(const Memory &, Parameters...), KERNEL> {
  static constexpr int COUNT = sizeof...(Parameters);

  static napi_value call(napi_env env, napi_callback_info info) {
    size_t count = COUNT;
    napi_value values[COUNT];
    void *memory = nullptr;
    napi_get_cb_info(env, info, &count, values, nullptr, &memory);
    apply(*static_cast<const Memory *>(memory), env, values, typename IndicesTo<COUNT>::Type());
    return nullptr;
  }

 private:
  template <int... INDICES>
  static INLINE_MEMBER void apply(const Memory &memory, napi_env env, const napi_value *values,
                                  Indices<INDICES...>) {
    KERNEL(memory, Argument<Parameters>::of(memory, env, values[INDICES])...);
  }
};

}  // namespace
