import { expect, it } from 'vitest';
import { codeVersion } from '../../../src/main/workbench/code-version.ts';
import { describeEnvironment } from '../../../src/main/workbench/environment.ts';

it('the code has a short version, which searches keep', () => {
  expect(codeVersion()).toMatch(/^[0-9a-f]{12}$/);
  expect(describeEnvironment('', 1).code).toBe(codeVersion());
});
