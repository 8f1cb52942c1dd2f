/**
 * The whole of @tensorflow/tfjs-node, with `model.fit` and its own tensors. Only the benchmarks use
 * it, as a comparison for the engine's kernels.
 */
import { createRequire } from 'node:module';
import { addonFile } from './binding.ts';

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

/** @throws WorkbenchError `provisioning-failed` if TensorFlow is not set up. */
export function loadTfjs(): Tfjs {
  restoreUtilFunctions();
  // tfjs-node asks this package where its addon is.
  const requireForTfjs = createRequire(require.resolve('@tensorflow/tfjs-node/package.json'));
  requireForTfjs('@mapbox/node-pre-gyp');
  const finder = require.cache[requireForTfjs.resolve('@mapbox/node-pre-gyp')];
  if (finder) finder.exports = { find: addonFile };
  return require('@tensorflow/tfjs-node') as Tfjs;
}
