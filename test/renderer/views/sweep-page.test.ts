import { expect, it } from 'vitest';
import { createClient } from '../../../src/shared/contract/client.ts';
import type { SweepDetail } from '../../../src/shared/contract/records/sweeps.ts';
import { PreferenceStore } from '../../../src/renderer/state/preferences.svelte.ts';
import {
  type LoadedSweep,
  SweepPage,
} from '../../../src/renderer/views/sweep/sweep-page.svelte.ts';
import { createFakeWorkbench } from '../support/fake-workbench.ts';

it('a search that changes while the sweep is loading may be one of it', () => {
  const loaded: { sweep?: LoadedSweep } = {};
  const client = createClient(createFakeWorkbench());
  const page = new SweepPage(new PreferenceStore(client), 'sweep-1', () => loaded.sweep);
  expect(page.mayHave('search-2')).toBe(true);
  const detail = { axes: [], points: [{ searchId: 'search-1' }] } as unknown as SweepDetail;
  loaded.sweep = { detail, table: { searches: [] } as unknown as LoadedSweep['table'], series: [] };
  expect([page.mayHave('search-1'), page.mayHave('search-2')]).toEqual([true, false]);
});
