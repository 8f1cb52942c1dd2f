import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { dataDirectory } from '../../../src/main/workbench/data-directory.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

test.each(['', '  '])('an empty data directory (%j) is not the current folder', (empty) => {
  const problem = { code: 'invalid-argument', message: /expected the path of a folder/ };
  expect(() => dataDirectory(empty)).toThrow(expect.objectContaining({ code: problem.code }));
  vi.stubEnv('TICKET_DATA_DIR', empty);
  expect(() => dataDirectory()).toThrow(problem.message);
  expect(dataDirectory('here')).toBe(path.resolve('here'));
});
