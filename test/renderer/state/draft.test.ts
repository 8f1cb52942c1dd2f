import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClient } from '../../../src/shared/contract/client.ts';
import { App } from '../../../src/renderer/state/app.svelte.ts';
import type { Draft } from '../../../src/renderer/state/draft.svelte.ts';
import { createFakeWorkbench } from '../support/fake-workbench.ts';

let app: App;
let draft: Draft;
const darkQuery = {
  matches: false,
  addEventListener: () => undefined,
} as unknown as MediaQueryList;
const settle = () => vi.advanceTimersByTimeAsync(1000);

beforeEach(async () => {
  vi.useFakeTimers();
  vi.stubGlobal('window', { addEventListener: () => undefined });
  app = new App(createClient(createFakeWorkbench()), darkQuery);
  draft = app.draft;
  await app.catalog.reload();
  await draft.open();
  await settle();
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('an import', () => {
  it('replaces what was in the form, and starts with no changes', async () => {
    draft.change('training.iterations', 70);
    expect(draft.changedPaths).toEqual(['training.iterations']);
    const settings = { training: { iterations: 500, evaluateEvery: 50, batchSize: 30 } };
    expect(await draft.import({ settings, sweep: {} })).toBe(0);
    await settle();
    expect(draft.settings).toMatchObject(settings);
    expect(draft.changedPaths).toEqual([]);
    expect(draft.problems).toEqual([]);
  });

  it('keeps its mistake visible until that is mended', async () => {
    const settings = { training: { iterations: 0, evaluateEvery: 50, batchSize: 30 } };
    expect(await draft.import({ settings, sweep: {} })).toBeGreaterThan(0);
    expect(draft.problemAt('training.iterations')).toContain('expected at least 1');
    await settle();
    expect(draft.settings).toMatchObject(settings);
    expect(draft.problemAt('training.iterations')).toContain('expected at least 1');
    expect(draft.isValid).toBe(false);
    draft.change('training.iterations', 100);
    await settle();
    expect(draft.problems).toEqual([]);
  });

  it('keeps nothing of the form that was open before', async () => {
    draft.change('note', 'mine');
    await draft.import({ settings: { training: { iterations: 0, batchSize: 30 } }, sweep: {} });
    expect(draft.settings).not.toHaveProperty('note');
  });

  it('of swept values makes the form a sweep', async () => {
    await draft.import({ settings: {}, sweep: { 'training.batchSize': '60, 120' } });
    expect(draft.isSweep).toBe(true);
    expect(draft.sweep.textAt('training.batchSize')).toBe('60, 120');
    expect(draft.changedPaths).toEqual(['training.batchSize']);
  });
});

it('a form that was left is checked as soon as it is opened again, since nobody types', async () => {
  draft.change('training.iterations', 500);
  app.preferences.flush();
  const again = new App(app.client, darkQuery);
  await again.catalog.reload();
  await again.preferences.load();
  await again.draft.open();
  await vi.advanceTimersByTimeAsync(100);
  expect(again.draft.summary?.settings.training.iterations).toBe(500);
});

describe('what was changed', () => {
  it('is marked with what it was, and no longer once it is that again', async () => {
    const before = 1000;
    draft.change('training.iterations', before);
    await draft.import({ settings: { ...draft.settings }, sweep: {} });
    expect(draft.changeAt('training.iterations')).toBeUndefined();
    draft.change('training.iterations', 70);
    expect(draft.changeAt('training.iterations')).toEqual({ before });
    draft.change('training.iterations', before);
    expect(draft.changeAt('training.iterations')).toBeUndefined();
    expect(draft.changedPaths).toEqual([]);
  });

  it('survives a reload', () => {
    draft.change('training.iterations', 70);
    expect(app.preferences.get('draftBase')).toMatchObject({ training: { iterations: 1000 } });
  });
});

describe('a text that can’t be read', () => {
  const rejected = { text: 'abc', problem: '“abc” is not a number.' };

  it('is kept for its field until it is mended, however often the field comes and goes', () => {
    draft.rejectText('training.iterations', rejected);
    expect(draft.rejectedTextAt('training.iterations')).toBe('abc');
    expect(draft.problemAt('training.iterations')).toBe(rejected.problem);
    draft.change('training.iterations', 100);
    expect(draft.rejectedTextAt('training.iterations')).toBeUndefined();
    expect(draft.problemAt('training.iterations')).toBeUndefined();
  });

  it('stays while another part of the same value is edited', () => {
    draft.rejectText('pruning.strategy.layerFractions.fc1', rejected);
    const path = 'pruning.strategy.layerFractions';
    draft.change(path, { fc2: 0.1 }, `${path}.fc2`);
    expect(draft.rejectedTextAt(`${path}.fc1`)).toBe('abc');
    draft.change(path, undefined);
    expect(draft.rejectedTextAt(`${path}.fc1`)).toBeUndefined();
  });
});

it('one call answers a check: with problems, or with a summary', async () => {
  const call = vi.spyOn(app.client, 'call');
  draft.change('training.iterations', 0);
  await settle();
  expect(draft.problemAt('training.iterations')).toContain('expected at least 1');
  draft.change('training.iterations', 100);
  await settle();
  expect(draft.summary?.settings.training.iterations).toBe(100);
  const asked = call.mock.calls
    .map(([name]) => name)
    .filter((name) => name.startsWith('settings.'));
  expect(asked).toEqual(['settings.validate', 'settings.validate']);
});

it('the answer of a check that began before an edit does not count', async () => {
  const training = { iterations: 0, evaluateEvery: 50, batchSize: 30 };
  await draft.import({ settings: { training }, sweep: {} });
  // The check has begun, and its answer is on its way.
  vi.advanceTimersByTime(150);
  draft.change('training.iterations', 100);
  await vi.advanceTimersByTimeAsync(100);
  expect(draft.isChecking).toBe(true);
  expect(draft.isValid).toBe(false);
  await settle();
  expect(draft.isValid).toBe(true);
});

it('every swept setting is listed, also one that no field shows, and can be dropped', async () => {
  await draft.import({ settings: {}, sweep: { 'training.batchsize': '30, 60' } });
  expect([...draft.sweptTexts]).toEqual([['training.batchsize', '30, 60']]);
  draft.sweep.set('training.batchsize', undefined);
  expect(draft.isSweep).toBe(false);
});
