import { beforeAll } from 'vitest';
import { ensureWasm } from '../../src/main/engine/sparse/build.ts';

/** Milliseconds; a build takes seconds, on a busy machine more of them. */
export const BUILD_TIMEOUT = 120_000;

/** Builds the modules of the sparse engine before the tests of a file. */
export function buildWasmFirst(): void {
  beforeAll(() => ensureWasm(), BUILD_TIMEOUT);
}
