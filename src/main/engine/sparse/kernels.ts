/**
 * The kernels of the sparse engine; kernel-bindings.ts types them. All are WebAssembly. Native ones take
 * the places of some of them, over the same memory, and give the same bits.
 */
import { readWasm, type SparseModuleKind } from './build.ts';
import {
  ARGUMENT_BYTES,
  bindKernels,
  type Pointer,
  type SparseKernels,
} from './kernel-bindings.ts';
import {
  type GatherRows,
  nativeKernels,
  type NativeInstance,
  type NativeKernels,
} from './native.ts';

export type { Pointer, SparseKernels } from './kernel-bindings.ts';

/** Vectors of four examples in a pass. */
export type Vectors = number;

export interface SparseMemory {
  readonly buffer: ArrayBuffer;
  /** Grows by pages of 64 KiB; every view of the old `buffer` is empty afterwards. */
  grow(pages: number): number;
}

/** All trainable parameters, packed; see assembly/optimizers.ts. */
export interface PackedVectors {
  readonly trainableBytes: number;
  readonly weights: Pointer;
  readonly gradients: Pointer;
  readonly slots: readonly Pointer[];
}

/** One step of an optimizer over all trainable parameters; `step` counts from 1. */
export type SparseUpdate = (
  kernels: SparseKernels,
  packed: PackedVectors,
  step: number,
  learningRate: number,
) => void;

/** A module over a memory of its own. */
export interface SparseInstance {
  readonly kernels: SparseKernels;
  readonly memory: SparseMemory;
  /** WebAssembly can't read memory outside its own, so it has none. */
  readonly gatherRows?: GatherRows | undefined;
}

/** A compiled module; all trainers of a thread share it. */
export interface SparseModule {
  readonly kind: SparseModuleKind;
  /** The vectors of its native kernels, such as `AVX2`; undefined without native kernels. */
  readonly nativeWidth?: string | undefined;
  instantiate(): SparseInstance;
}

/**
 * Compiles a module that `ensureWasm` has built.
 *
 * @param native the native kernels to use with it. Default: the widest, if there are any. Relaxed SIMD
 *   has none: its bits are others.
 * @throws WorkbenchError `provisioning-failed` if the module has not been built.
 */
export function loadSparseModule(
  kind: SparseModuleKind,
  { native }: { readonly native: NativeKernels | undefined } = { native: defaultNative(kind) },
): SparseModule {
  const module = new WebAssembly.Module(readWasm(kind));
  return {
    kind,
    nativeWidth: native?.width,
    instantiate() {
      const memory = new WebAssembly.Memory({ initial: 1 });
      const { exports } = new WebAssembly.Instance(module, { env: { memory } });
      const instance = native?.instantiate();
      const exported = (name: string) => instance?.kernel(name) ?? functionOf(exports, name);
      const block = exported('argumentBlock')();
      let words = new Int32Array();
      const kernels = bindKernels(exported, () => {
        if (words.length === 0) words = new Int32Array(memory.buffer, block, ARGUMENT_BYTES / 4);
        return words;
      });
      if (!instance) return { kernels, memory };
      return {
        kernels,
        memory: sharedMemory(memory, instance),
        gatherRows: instance.gatherRows,
      };
    },
  };
}

function defaultNative(kind: SparseModuleKind): NativeKernels | undefined {
  return kind === 'strict' ? nativeKernels()[0] : undefined;
}

/** Tells native kernels where the memory is, which may move when it grows. */
function sharedMemory(memory: WebAssembly.Memory, instance: NativeInstance): SparseMemory {
  instance.attach(memory.buffer);
  return {
    get buffer() {
      return memory.buffer;
    },
    grow(pages) {
      const before = memory.grow(pages);
      instance.attach(memory.buffer);
      return before;
    },
  };
}

type WasmFunction = (...args: number[]) => number;

function functionOf(exports: Readonly<Record<string, unknown>>, name: string): WasmFunction {
  const value = exports[name];
  if (!isFunction(value)) throw new Error(`the sparse engine's module exports no function ${name}`);
  return value;
}

const isFunction = (value: unknown): value is WasmFunction => typeof value === 'function';
