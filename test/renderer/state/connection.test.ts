import { expect, it } from 'vitest';
import { Connection } from '../../../src/renderer/state/connection.svelte.ts';
import { createClient } from '../../../src/shared/contract/client.ts';
import { createFakeWorkbench } from '../support/fake-workbench.ts';

const WAIT = { file: '/data/workbench.sqlite', writer: undefined };

it('says why nothing can be saved, until it is saved or the workbench is gone', () => {
  const workbench = createFakeWorkbench();
  const connection = new Connection(createClient(workbench));
  expect(connection.wait).toBeUndefined();
  workbench.tell({ type: 'database-wait', wait: WAIT });
  expect(connection.wait).toEqual(WAIT);
  workbench.tell({ type: 'database-wait', wait: undefined });
  expect(connection.wait).toBeUndefined();

  workbench.tell({ type: 'database-wait', wait: WAIT });
  workbench.tell({ type: 'workbench-lost', reason: 'it has ended' });
  expect([connection.wait, connection.lost]).toEqual([undefined, 'it has ended']);
});
