/** The WebAssembly kernels of the sparse engine; kernel-bindings.ts types them. */
import { readWasm, type SparseModuleKind } from './build.ts';
import {
  ARGUMENT_BYTES,
  bindKernels,
  type Pointer,
  type SparseKernels,
} from './kernel-bindings.ts';

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

/** A compiled module; all trainers of a thread share it. */
export interface SparseModule {
  readonly kind: SparseModuleKind;
  instantiate(): { kernels: SparseKernels; memory: SparseMemory };
}

/**
 * Compiles a module that `ensureWasm` has built.
 *
 * @throws WorkbenchError `provisioning-failed` if it has not.
 */
export function loadSparseModule(kind: SparseModuleKind): SparseModule {
  const module = new WebAssembly.Module(readWasm(kind));
  return {
    kind,
    instantiate() {
      const memory = new WebAssembly.Memory({ initial: 1 });
      const { exports } = new WebAssembly.Instance(module, { env: { memory } });
      const exported = (name: string) => functionOf(exports, name);
      const block = exported('argumentBlock')();
      let words = new Int32Array();
      const kernels = bindKernels(exported, () => {
        if (words.length === 0) words = new Int32Array(memory.buffer, block, ARGUMENT_BYTES / 4);
        return words;
      });
      return { kernels, memory };
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
