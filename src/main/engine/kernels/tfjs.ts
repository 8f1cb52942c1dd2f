/**
 * The whole of @tensorflow/tfjs-node, with `model.fit` and its own tensors. Only the benchmarks use
 * it, as a comparison for the engine's kernels.
 */
import { createRequire } from 'node:module';

type Tfjs = typeof import('@tensorflow/tfjs-node');

const require = createRequire(import.meta.url);

/**
 * tfjs-node 4.22 calls `util.isNullOrUndefined` and `util.isArray`, which Node 23 removed. This
 * restores them on the CommonJS module that tfjs-node loads.
 */
export function restoreUtilFunctions(): void {
  const util = require('node:util') as Record<string, unknown>;
  util['isNullOrUndefined'] ??= (value: unknown): boolean => value === null || value === undefined;
  util['isArray'] ??= Array.isArray;
}

/** @throws Error if the addon is not provisioned or does not load. */
export function loadTfjs(): Tfjs {
  restoreUtilFunctions();
  return require('@tensorflow/tfjs-node') as Tfjs;
}
