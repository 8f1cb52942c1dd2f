import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { kernelBindings, nativeBindings } from '../../../../scripts/kernel-bindings.ts';

const SPARSE = path.join(import.meta.dirname, '../../../../src/main/engine/sparse');
const textOf = (file: string): string => readFileSync(path.join(SPARSE, file), 'utf8');

it('the bindings are those of the kernels as they are now; if not, run "npm run generate"', async () => {
  expect(textOf('kernel-bindings.ts')).toBe(await kernelBindings());
  expect(textOf('native/bindings.h')).toBe(nativeBindings());
});
