import { describe, expect, it, vi } from 'vitest';
import type { WorkbenchEvent } from '../../../src/shared/contract/events.ts';
import type { SearchRow } from '../../../src/shared/contract/records/search-rows.ts';
import type { SweepRow } from '../../../src/shared/contract/records/sweeps.ts';
import type { Toasts } from '../../../src/renderer/state/toasts.svelte.ts';
import { Endings } from '../../../src/renderer/state/endings.svelte.ts';

const ROW = {
  id: 'a',
  name: 'Overnight',
  state: 'running',
  trainingsDone: 3,
  trainingsTotal: 12,
  verdict: { kind: 'winning', level: 9, density: 0.135, reason: 'made up' },
  error: undefined,
} as SearchRow;
const LIVE = { fraction: 0.62 } as never;

function open(notifies = false) {
  let tell: (event: WorkbenchEvent) => void = () => undefined;
  const toasts = { info: vi.fn<Toasts['info']>(), error: vi.fn<Toasts['error']>() };
  const router = { go: vi.fn() };
  const notify = vi.fn();
  const endings = new Endings(
    {
      client: {
        onEvent: (listener) => {
          tell = listener;
          return () => undefined;
        },
      },
      preferences: { get: () => notifies as never },
      router,
      toasts,
    },
    notify,
  );
  const change = (row: Partial<SearchRow>) => {
    tell({ type: 'search-changed', row: { ...ROW, ...row } });
  };
  return { endings, tell, toasts, router, notify, change };
}

describe('a running search', () => {
  it('is as far as it last said, or as its finished trainings say', () => {
    const { endings, tell } = open();
    expect(endings.runningOf([ROW])).toEqual({ name: 'Overnight', fraction: 0.25 });
    tell({ type: 'search-live', id: 'a', live: LIVE });
    expect(endings.runningOf([ROW])).toEqual({ name: 'Overnight', fraction: 0.62 });
    expect(endings.runningOf([{ ...ROW, state: 'paused' }])).toBeUndefined();
  });
});

describe('the end of a search', () => {
  it('is told with the verdict, once, with a way to the result', () => {
    const { tell, change, toasts, router, notify } = open();
    tell({ type: 'search-live', id: 'a', live: LIVE });
    change({ state: 'finished' });
    change({ state: 'finished' });
    expect(toasts.info).toHaveBeenCalledExactlyOnceWith(
      '“Overnight” has finished: winning ticket at 13.5 % density (level 9)',
      expect.objectContaining({ label: 'See the result' }),
    );
    toasts.info.mock.calls[0]?.[1]?.run();
    expect(router.go).toHaveBeenCalledWith({ view: 'detail', id: 'a', tab: 'overview' });
    expect(notify).not.toHaveBeenCalled();
  });

  it('is told to the system where the user wants that', () => {
    const { tell, change, notify } = open(true);
    tell({ type: 'search-live', id: 'a', live: LIVE });
    change({ state: 'finished' });
    expect(notify).toHaveBeenCalledExactlyOnceWith(
      '“Overnight” has finished',
      'winning ticket at 13.5 % density (level 9)',
      expect.any(Function),
    );
  });

  it('is told with the error where it failed', () => {
    const { tell, change, toasts } = open();
    tell({ type: 'search-live', id: 'a', live: LIVE });
    change({ state: 'failed', error: { code: 'training-diverged', message: 'the loss is NaN' } });
    expect(toasts.error).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ message: '“Overnight” has failed: the loss is NaN' }),
    );
  });

  it('is not told of a search that ran elsewhere, and not where it was stopped', () => {
    const { tell, change, toasts } = open();
    change({ state: 'finished' });
    tell({ type: 'search-live', id: 'a', live: LIVE });
    change({ state: 'interrupted' });
    expect(toasts.info).not.toHaveBeenCalled();
  });

  it('is told of a whole sweep, and not of each of its searches', () => {
    const { tell, change, toasts } = open();
    tell({ type: 'sweep-live', id: 's', live: LIVE });
    tell({ type: 'search-live', id: 'a', live: LIVE });
    change({ state: 'finished' });
    expect(toasts.info).not.toHaveBeenCalled();
    // The last of its searches, in the order in which the queue tells of it.
    tell({ type: 'search-live', id: 'b', live: LIVE });
    tell({ type: 'search-live', id: 'b', live: undefined });
    tell({ type: 'sweep-live', id: 's', live: undefined });
    change({ id: 'b', state: 'finished' });
    expect(toasts.info).not.toHaveBeenCalled();
    const sweep = { id: 's', name: 'Batches', state: 'finished', points: 3, failedPoints: 0 };
    tell({ type: 'sweep-changed', row: { ...sweep, verdict: ROW.verdict } as SweepRow });
    expect(toasts.info).toHaveBeenCalledExactlyOnceWith(
      '“Batches” has finished: 3 searches; best: winning ticket at 13.5 % density (level 9)',
      expect.anything(),
    );
  });

  it('is told again once a sweep was stopped', () => {
    const { tell, change, toasts } = open();
    tell({ type: 'sweep-live', id: 's', live: LIVE });
    tell({ type: 'sweep-live', id: 's', live: undefined });
    tell({ type: 'sweep-changed', row: { id: 's', state: 'interrupted' } as SweepRow });
    tell({ type: 'search-live', id: 'a', live: LIVE });
    change({ state: 'finished' });
    expect(toasts.info).toHaveBeenCalledOnce();
  });
});
