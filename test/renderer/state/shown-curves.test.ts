import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Client, createClient } from '../../../src/shared/contract/client.ts';
import type { JsonObject } from '../../../src/shared/contract/json.ts';
import type { LearningCurve } from '../../../src/shared/contract/records/search-results.ts';
import { ShownCurves } from '../../../src/renderer/state/shown-curves.svelte.ts';
import type { CurvesLook } from '../../../src/shared/charts/curve-thinning.ts';
import { FAKE_SETTINGS } from '../support/fake-catalog.ts';
import { createFakeWorkbench, type FakeWorkbench } from '../support/fake-workbench.ts';

interface Asked {
  readonly levels: readonly number[];
  readonly range?: { readonly from: number; readonly to: number };
  readonly drawn?: { readonly columns: number; readonly smoothing: number };
}

let workbench: FakeWorkbench;
let client: Client;
let curves: ShownCurves;
let asked: Asked[];
/** Whether the workbench answers as if curves were long. */
let areLong: boolean;
/** How long an answer takes. */
let answerMilliseconds: number;

const LOOK: CurvesLook = {
  measure: 'validationLoss',
  isMean: false,
  smoothing: 0,
  isLogarithmic: false,
  columns: 1200,
};
const wanted = (levels: readonly number[], id = 'search-1') => [
  { id, branch: 'ticket', levels, lines: levels.length },
];

beforeEach(() => {
  vi.useFakeTimers();
  workbench = createFakeWorkbench({ finished: 2 });
  asked = [];
  areLong = false;
  answerMilliseconds = 0;
  client = createClient({
    subscribe: (listener) => workbench.subscribe(listener),
    invoke: async (name, input) => {
      const reply = await workbench.invoke(name, input);
      if (name !== 'search.curves') return reply;
      asked.push(input as Asked);
      if (answerMilliseconds > 0)
        await new Promise((resolve) => setTimeout(resolve, answerMilliseconds));
      if (!areLong || !reply.ok) return reply;
      const value = (reply.value as LearningCurve[]).map((curve) => ({ ...curve, isWhole: false }));
      return { ...reply, value };
    },
  });
  curves = new ShownCurves(client);
});

afterEach(() => {
  curves.close();
  vi.useRealTimers();
});

const settle = () => vi.advanceTimersByTimeAsync(1000);

it('are asked for once, with what is drawn of the branch that is shown', async () => {
  curves.want(wanted([0, 2]), LOOK);
  expect(curves.areLoading).toBe(true);
  await settle();
  curves.want(wanted([2, 3]), LOOK);
  await settle();
  expect(asked).toMatchObject([
    { id: 'search-1', branch: 'ticket', levels: [0, 2], drawn: LOOK },
    { id: 'search-1', branch: 'ticket', levels: [3] },
  ]);
  expect(new Set(curves.of('search-1').map(({ key }) => key.level))).toEqual(new Set([0, 2, 3]));
  expect(curves.of('search-2')).toEqual([]);
  expect(curves.areLoading).toBe(false);
});

it('that are whole are not asked for again, whatever is seen of them', async () => {
  curves.want(wanted([0]), LOOK);
  await settle();
  curves.want(wanted([0]), { ...LOOK, smoothing: 0.5, range: { from: 0, to: 10 } });
  await settle();
  expect(asked).toHaveLength(1);
});

it('that are long are asked for as they are seen, the last wish after the running answer', async () => {
  areLong = true;
  curves.want(wanted([0]), LOOK);
  for (const to of [30, 20, 10]) curves.want(wanted([0]), { ...LOOK, range: { from: 0, to } });
  await settle();
  expect(asked.map(({ range }) => range?.to)).toEqual([undefined, 10]);
  curves.want(wanted([0]), LOOK);
  await settle();
  expect(asked).toHaveLength(3);
});

it('are fewer columns where there are more lines', async () => {
  areLong = true;
  curves.want(wanted([0]), LOOK);
  await settle();
  curves.want([{ ...wanted([0])[0]!, lines: 100 }], LOOK);
  await settle();
  const [few, many] = asked.map(({ drawn }) => drawn?.columns ?? 0);
  expect(many).toBeLessThan(few! / 2);
});

it('have every evaluation where data are copied', async () => {
  areLong = true;
  curves.want(wanted([0, 1]), LOOK);
  await settle();
  const range = { from: 100, to: 300 };
  const every = await curves.withEveryEvaluation(range);
  expect(asked.at(-1)).toEqual({ id: 'search-1', branch: 'ticket', levels: [0, 1], range });
  expect(new Set(every.get('search-1')?.map(({ key }) => key.level))).toEqual(new Set([0, 1]));
});

it('of a running search grow, and only where they are shown', async () => {
  const settings = { ...FAKE_SETTINGS, replicates: { count: 1, seed: 1 } } as unknown as JsonObject;
  const { id } = await client.call('search.launch', { settings, name: 'running' });
  curves.want(wanted([0], id), LOOK);
  await settle();
  for (let count = 0; count < 3; count += 1) workbench.tick();
  await settle();
  expect(curves.of(id)[0]?.iterations).toEqual([0, 100, 200, 300]);
  for (let count = 0; count < 40; count += 1) workbench.tick();
  await settle();
  expect(new Set(curves.of(id).map(({ key }) => key.level))).toEqual(new Set([0]));
  expect(curves.of(id)[0]?.isFinished).toBe(true);
});

it('of all branches grow, whatever the branch', async () => {
  const settings = { ...FAKE_SETTINGS, replicates: { count: 1, seed: 1 } } as unknown as JsonObject;
  const { id } = await client.call('search.launch', { settings, name: 'running' });
  curves.want([{ id, branch: undefined, levels: [0], lines: 1 }], LOOK);
  await settle();
  workbench.tick();
  await settle();
  expect(curves.of(id)[0]?.iterations).toEqual([0, 100]);
});

it('are read again when another process has changed the history', async () => {
  curves.want(wanted([0]), LOOK);
  await settle();
  workbench.tell({ type: 'history-changed' });
  await vi.advanceTimersByTimeAsync(3000);
  expect(asked).toHaveLength(2);
});

it('are read again when the history has changed while an answer was on its way', async () => {
  answerMilliseconds = 5000;
  curves.want(wanted([0]), LOOK);
  workbench.tell({ type: 'history-changed' });
  await vi.advanceTimersByTimeAsync(20_000);
  expect(asked).toHaveLength(2);
});
