/** The native kernels of the sparse engine: which ones this process can call. */
import { createRequire } from 'node:module';
import type { Pointer } from './kernel-bindings.ts';
import { findNativeBuild, isNativeOff, isNativeSystem, nativeFailure } from './native-build.ts';

type Kernel = (...args: number[]) => number;

/**
 * Copies rows of `rowBytes` bytes from memory outside the trainer's to `target`, `pitch` bytes from each
 * other.
 *
 * @throws RangeError if there is no such row.
 */
export type GatherRows = (
  source: Buffer,
  rows: Int32Array,
  rowBytes: number,
  target: Pointer,
  pitch: number,
) => void;

/** Kernels over one memory, by the names of their WebAssembly namesakes. */
export interface NativeInstance {
  /** Call it first, and after every growth of the memory, which may move it. */
  attach(buffer: ArrayBuffer): void;
  readonly gatherRows: GatherRows;
  kernel(name: string): Kernel | undefined;
}

/** What native/addon.cc exports. */
interface Addon {
  /** The vectors that this processor has, widest first, such as `AVX2`. */
  readonly widths: readonly string[];
  instantiate(width: string): Readonly<Record<string, unknown>>;
}

/** Native kernels with vectors of one width. */
export interface NativeKernels {
  readonly width: string;
  instantiate(): NativeInstance;
}

/**
 * Those that are built and not turned off, widest first; the bits are the same for all of them. Empty if
 * there is no sound build, or it does not load.
 */
export function nativeKernels(): readonly NativeKernels[] {
  if (isNativeOff()) return [];
  loaded ??= load();
  return loaded;
}

let loaded: readonly NativeKernels[] | undefined;

function load(): readonly NativeKernels[] {
  const build = findNativeBuild();
  if (build === undefined) return [];
  let addon: Addon;
  try {
    addon = createRequire(import.meta.url)(build.file) as Addon;
  } catch {
    // Built for another system, or for libraries that are no longer there.
    return [];
  }
  const { widths, instantiate } = addon;
  return widths.map((width) => ({ width, instantiate: () => instanceOf(instantiate(width)) }));
}

/** What the sparse engine computes with. */
export interface NativeStatus {
  /** The vectors of native kernels, such as `AVX2`; null where WebAssembly computes everything. */
  readonly width: string | null;
  /** Why it is so. */
  readonly reason: string;
}

export function nativeStatus(): NativeStatus {
  const [widest] = nativeKernels();
  const build = findNativeBuild();
  if (widest && build) {
    const origin = build.isPackaged ? 'from the application' : `built with ${build.compiler}`;
    return { width: widest.width, reason: origin };
  }
  return { width: null, reason: reasonForNone(build?.file) };
}

function reasonForNone(file: string | undefined): string {
  if (isNativeOff()) return 'native kernels are turned off by TICKET_NATIVE=0';
  if (!isNativeSystem()) return 'there are no native kernels for this kind of system';
  if (file !== undefined) return `${file} does not load`;
  const failure = nativeFailure();
  if (failure) return `${failure.compiler} could not build native kernels: ${failure.message}`;
  return 'native kernels are not built; the first search does it if there is a C++ compiler';
}

function instanceOf(functions: Readonly<Record<string, unknown>>): NativeInstance {
  const { attach, gatherRows } = functions;
  return {
    attach: attach as NativeInstance['attach'],
    gatherRows: gatherRows as GatherRows,
    kernel: (name) => functions[name] as Kernel | undefined,
  };
}
