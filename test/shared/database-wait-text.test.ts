import { expect, it } from 'vitest';
import { describeWait } from '../../src/shared/database-wait-text.ts';

it('names the database, who probably has locked it, and what happens next', () => {
  const file = '/data/workbench.sqlite';
  const rest =
    'Nothing is lost: changes and results wait, and are saved in their order when it is free.';
  expect(describeWait({ file, writer: 'process 4711, which merges a bundle' })).toBe(
    `The database ${file} is locked, probably by process 4711, which merges a bundle. ${rest}`,
  );
  expect(describeWait({ file, writer: undefined })).toBe(
    `The database ${file} is locked, by another program. ${rest}`,
  );
});
