// The addon: which widths this processor has, and the kernels of one of them over a memory.
#include <node_api.h>
#include <stdint.h>
#include <string.h>

#include "call.h"

const Kernel *kernelsOfAvx512();
const Kernel *kernelsOfAvx2();
const Kernel *kernelsOfSse2();
const Kernel *kernelsOfNeon();

namespace {

struct Width {
  const char *name;
  bool (*isSupported)();
  KernelList kernels;
};

/** The widest first. */
const Width WIDTHS[] = {
#if defined(__x86_64__)
    {"AVX-512",
     [] { return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                 __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw"); },
     kernelsOfAvx512},
    {"AVX2", [] { return __builtin_cpu_supports("avx2") != 0; }, kernelsOfAvx2},
    {"SSE2", [] { return true; }, kernelsOfSse2},
#elif defined(__aarch64__)
    {"NEON", [] { return true; }, kernelsOfNeon},
#endif
};

/** The memory of one instance; its functions share it, and the last one that is collected frees it. */
struct Instance {
  Memory memory;
  /** Keeps the buffer, and so the memory, for as long as there are functions. */
  napi_ref buffer = nullptr;
  int references = 0;
};

void release(napi_env env, void *data, void *) {
  Instance *instance = static_cast<Instance *>(data);
  if (--instance->references > 0) return;
  if (instance->buffer != nullptr) napi_delete_reference(env, instance->buffer);
  delete instance;
}

napi_value addFunction(napi_env env, napi_value object, const char *name, napi_callback call,
                       Instance *instance) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, call, instance, &function);
  if (instance != nullptr) {
    instance->references++;
    napi_add_finalizer(env, function, instance, release, nullptr, nullptr);
  }
  napi_set_named_property(env, object, name, function);
  return function;
}

/** attach(buffer): the memory is at another place now. */
napi_value attach(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value buffer;
  void *data = nullptr;
  napi_get_cb_info(env, info, &count, &buffer, nullptr, &data);
  Instance *instance = static_cast<Instance *>(data);
  void *start = nullptr;
  size_t bytes = 0;
  if (napi_get_arraybuffer_info(env, buffer, &start, &bytes) != napi_ok) {
    napi_throw_type_error(env, nullptr, "attach takes the ArrayBuffer of a WebAssembly.Memory");
    return nullptr;
  }
  if (instance->buffer != nullptr) napi_delete_reference(env, instance->buffer);
  napi_create_reference(env, buffer, 1, &instance->buffer);
  instance->memory.base = static_cast<char *>(start);
  return nullptr;
}

/** Rows whose cache lines are asked for before one of them is copied. */
constexpr uint32_t ROWS_AHEAD = 8;
constexpr uint32_t CACHE_LINE = 64;

/**
 * gatherRows(source, rows, rowBytes, target, pitch): copies rows of a Buffer, which are scattered over
 * more memory than caches hold, to the memory, `pitch` bytes from each other.
 */
napi_value gatherRows(napi_env env, napi_callback_info info) {
  size_t count = 5;
  napi_value values[5];
  void *data = nullptr;
  napi_get_cb_info(env, info, &count, values, nullptr, &data);
  const Memory &memory = static_cast<Instance *>(data)->memory;
  void *sourceData = nullptr;
  size_t sourceBytes = 0;
  void *rowsData = nullptr;
  size_t length = 0;
  napi_typedarray_type type;
  if (napi_get_buffer_info(env, values[0], &sourceData, &sourceBytes) != napi_ok ||
      napi_get_typedarray_info(env, values[1], &type, &length, &rowsData, nullptr, nullptr) != napi_ok ||
      type != napi_int32_array) {
    napi_throw_type_error(env, nullptr, "gatherRows takes a Buffer and an Int32Array");
    return nullptr;
  }
  const char *source = static_cast<const char *>(sourceData);
  const int32_t *rows = static_cast<const int32_t *>(rowsData);
  const size_t rowBytes = Argument<uint32_t>::of(memory, env, values[2]);
  char *target = memory.bytes(Argument<uint32_t>::of(memory, env, values[3]));
  const size_t pitch = Argument<uint32_t>::of(memory, env, values[4]);
  for (size_t at = 0; at < length; at++) {
    if (rows[at] < 0 || (rows[at] + size_t(1)) * rowBytes > sourceBytes) {
      napi_throw_range_error(env, nullptr, "there is no such row to gather");
      return nullptr;
    }
  }
  for (size_t at = 0; at < length + ROWS_AHEAD; at++) {
    if (at < length) {
      const char *row = source + rows[at] * rowBytes;
      for (size_t byte = 0; byte < rowBytes; byte += CACHE_LINE) __builtin_prefetch(row + byte);
    }
    if (at < ROWS_AHEAD) continue;
    const size_t ready = at - ROWS_AHEAD;
    memcpy(target + ready * pitch, source + rows[ready] * rowBytes, rowBytes);
  }
  return nullptr;
}

/** instantiate(width): the kernels of that width, `attach` and `gatherRows`, over one memory. */
napi_value instantiate(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr);
  char name[16] = "";
  size_t length = 0;
  napi_get_value_string_utf8(env, argument, name, sizeof(name), &length);
  for (const Width &width : WIDTHS) {
    if (strcmp(width.name, name) != 0 || !width.isSupported()) continue;
    Instance *instance = new Instance{};
    napi_value kernels;
    napi_create_object(env, &kernels);
    addFunction(env, kernels, "attach", attach, instance);
    addFunction(env, kernels, "gatherRows", gatherRows, instance);
    for (const Kernel *kernel = width.kernels(); kernel->name != nullptr; kernel++) {
      addFunction(env, kernels, kernel->name, kernel->call, instance);
    }
    return kernels;
  }
  napi_throw_range_error(env, nullptr, "this processor has no vectors of that width");
  return nullptr;
}

}  // namespace

NAPI_MODULE_INIT() {
  napi_value widths;
  napi_create_array(env, &widths);
  uint32_t next = 0;
  for (const Width &width : WIDTHS) {
    if (!width.isSupported()) continue;
    napi_value name;
    napi_create_string_utf8(env, width.name, NAPI_AUTO_LENGTH, &name);
    napi_set_element(env, widths, next++, name);
  }
  napi_set_named_property(env, exports, "widths", widths);
  addFunction(env, exports, "instantiate", instantiate, nullptr);
  return exports;
}
