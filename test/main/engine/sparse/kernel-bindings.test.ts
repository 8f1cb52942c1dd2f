import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { kernelBindings } from '../../../../scripts/kernel-bindings.ts';

const FILE = path.join(
  import.meta.dirname,
  '../../../../src/main/engine/sparse/kernel-bindings.ts',
);

it('the bindings are those of the kernels as they are now; if not, run "npm run generate"', async () => {
  expect(readFileSync(FILE, 'utf8')).toBe(await kernelBindings());
});
