import path from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { shellCommandOf } from '../../../../src/main/workbench/cluster/processes.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

it('a shard runs with the plug-ins that its plan was made with, also on other machines', () => {
  const given = { folder: '/plan', number: 3, workers: 2 };
  vi.stubEnv('TICKET_PLUGINS', '');
  expect(shellCommandOf(given)).not.toContain('--plugins');
  vi.stubEnv('TICKET_PLUGINS', 'my plug-ins');
  expect(shellCommandOf(given)).toContain(
    ` --plugins '${path.resolve('my plug-ins')}' run-shard /plan 3 --workers 2 `,
  );
});
