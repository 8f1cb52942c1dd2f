import { describe, expect, it } from 'vitest';
import { WorkbenchError } from '../../../src/shared/contract/errors.ts';
import type { Client } from '../../../src/shared/contract/client.ts';
import { Merges } from '../../../src/renderer/views/bundles/merges.svelte.ts';

const NO_CLIENT = {} as Client;

describe('merges of dropped bundles', () => {
  it('go on after one that is refused, and keep its reason', async () => {
    let ended = 0;
    const merges = new Merges(NO_CLIENT, () => {
      ended += 1;
    });
    await merges.drop([{ name: 'one.ticket' }, { name: 'two.ticket' }], ({ name }) => {
      expect(merges.isBusy).toBe(true);
      if (name === 'two.ticket') return Promise.resolve({ file: `/${name}`, searches: [] });
      throw new WorkbenchError('conflict', 'other bits', 'Nothing was merged.');
    });
    expect(merges.outcomes).toEqual([
      {
        kind: 'refused',
        name: 'one.ticket',
        error: { code: 'conflict', message: 'other bits', hint: 'Nothing was merged.' },
      },
      { kind: 'merged', bundle: { file: '/two.ticket', searches: [] } },
    ]);
    expect([ended, merges.isBusy]).toEqual([1, false]);
  });
});
