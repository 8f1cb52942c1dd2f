/** The filter of the history against a real database. */
import { beforeAll, describe, expect, it } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CALLS } from '../../../src/shared/contract/calls.ts';
import { Store } from '../../../src/main/store/store.ts';
import { sampleEffect, sampleSearch, sampleSettings, sampleSummary } from './samples.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'ticket-filter-'));
let store: Store;
const ids = new Map<string, string>();

function make(name: string, learningRate: number, more: object = {}): string {
  const { training } = sampleSettings();
  const optimizer = { id: 'adam', learningRate };
  const { id } = store.searches.create({
    ...sampleSearch({ training: { ...training, optimizer }, ...more }),
    name,
  });
  ids.set(name, id);
  return id;
}

beforeAll(() => {
  let now = new Date(2026, 10, 1, 12).getTime();
  store = Store.open(path.join(folder, 'filter.sqlite'), { now: () => (now += 1000) });
  const one = make('one', 0.0012);
  const two = make('two', 0.01, {
    pruning: { ...sampleSettings().pruning, strategy: { id: 'snip', fraction: 0.2 } },
    architecture: { id: 'mlp', units: [300, 100], hasBias: true },
  });
  make('three', 0.1, { replicates: { count: 5, seed: 42 } });
  const summarize = (id: string, mean: number, density: number): void => {
    store.history.saveSummary(
      id,
      sampleSummary({
        trainings: 0,
        trainingMilliseconds: 3_600_000,
        verdict: { kind: mean > 0 ? 'winning' : 'not winning', level: 1, density, reason: '' },
        bestAccuracy: 0.9743,
        effect: sampleEffect(mean),
      }),
    );
  };
  summarize(one, 0.0034, 0.2107);
  summarize(two, -0.01, 0.0358);
  store.history.setTags([one], ['paper', '100%'], []);
  store.history.setNote(two, "it's; DROP TABLE history; --");
  store.searches.setStatus(one, 'finished');
  return () => {
    store.close();
    rmSync(folder, { recursive: true });
  };
});

const query = (changes: object) => CALLS['history.lines'].input.parse(changes);

const found = (text: string, sort = {}) =>
  store.history.lines(query({ filter: { text }, sort })).lines.map(({ row }) => row.name);

describe('the history is filtered', () => {
  it.each([
    ['lr>0.001', ['three', 'two', 'one']],
    ['lr>0.0012', ['three', 'two']],
    ['lr=1e-2', ['two']],
    ['lr!=0.01', ['three', 'one']],
    ['-lr=0.01', ['three', 'one']],
    ['-lr!=0.01', ['two']],
    ['learningRate<=0.01', ['two', 'one']],
    ['training.optimizer.learningRate>=0.1', ['three']],
    ['strategy=snip', ['two']],
    ['strategy=SNIP', ['two']],
    ['strategy~magnitude', ['three', 'one']],
    ['pruning.strategy.id=snip', ['two']],
    ['units=300,100', ['two']],
    ['units~300', ['two']],
    ['hasBias=true', ['two']],
    ['-hasBias=true', ['three', 'one']],
    ['seed=42 lr>0.05', ['three']],
    ['replicates>2', ['three']],
    ['density<20%', ['two']],
    ['density=21%', ['one']],
    ['density=21.1%', ['one']],
    ['density=21.2%', []],
    ['density!=21%', ['three', 'two']],
    ['accuracy=97.43%', ['two', 'one']],
    ['effect>0.3', ['one']],
    ['effect<0', ['two']],
    ['early-stop>1000', ['one']],
    ['verdict=winning', ['one']],
    ['verdict="not winning"', ['two']],
    ['verdict=none', ['three']],
    ['not verdict=none', ['two', 'one']],
    ['tag=paper', ['one']],
    ['tag!=paper', ['three', 'two']],
    ['tag~0%', ['one']],
    ['state=finished', ['one']],
    ['time>=1h', ['two', 'one']],
    ['created>=2026-11-01', ['three', 'two', 'one']],
    ['created>2026-11-01', []],
    ['created<2026-12', ['three', 'two', 'one']],
    ['name=ONE', ['one']],
    ['note~"drop table"', ['two']],
    ['"DROP TABLE history; --"', ['two']],
    ['-snip', ['three', 'one']],
    ['two "mlp"', ['two']],
    ['lrr>1', ['three', 'two', 'one']],
    ["name=x' OR 1=1 --", []],
    ['name~%', []],
    ['name~_', []],
  ])('by %s', (text, names) => {
    expect(found(text)).toEqual(names);
  });

  it('and still has all its searches', () => {
    expect(found('')).toEqual(['three', 'two', 'one']);
  });
});

describe('a setting as a column', () => {
  it('sorts numbers as numbers, and what is absent last', () => {
    const by = (column: string, direction = 'ascending') => found('', { column, direction });
    expect(by('setting:training.optimizer.learningRate')).toEqual(['one', 'two', 'three']);
    expect(by('setting:training.optimizer.learningRate', 'descending')).toEqual([
      'three',
      'two',
      'one',
    ]);
    expect(by('setting:architecture.units')[0]).toBe('two');
    expect(by('setting:architecture.units', 'descending')[0]).toBe('two');
    expect(by('setting:replicates.seed').at(-1)).toBe('three');
    expect(by('effect', 'descending')).toEqual(['one', 'two', 'three']);
  });

  it('is read with the page, by its path', () => {
    const { lines } = store.history.lines(
      query({ settings: ['architecture.units', 'training.optimizer.learningRate'] }),
    );
    expect(lines.map(({ settings }) => settings)).toEqual([
      { 'architecture.units': 'absent', 'training.optimizer.learningRate': { value: 0.1 } },
      {
        'architecture.units': { value: [300, 100] },
        'training.optimizer.learningRate': { value: 0.01 },
      },
      { 'architecture.units': 'absent', 'training.optimizer.learningRate': { value: 0.0012 } },
    ]);
  });

  it('is refused where it is no path', () => {
    const sort = { column: "setting:a')", direction: 'ascending' };
    expect(CALLS['history.lines'].input.safeParse({ sort }).success).toBe(false);
    expect(CALLS['history.lines'].input.safeParse({ settings: ['a"b'] }).success).toBe(false);
  });

  it('of a sweep is what its searches share', () => {
    const own = Store.open(path.join(folder, 'sweep.sqlite'));
    const axis = { path: 'training.batchSize', values: [60, 120] };
    own.sweeps.create(
      'S',
      [axis],
      axis.values.map((value) => ({
        ...sampleSearch({ training: { ...sampleSettings().training, batchSize: value } }),
        values: [{ path: axis.path, value }],
      })),
    );
    const asked = query({
      settings: ['training.batchSize', 'dataset.validation', 'no.path'],
      sort: { column: 'setting:dataset.validation' },
    });
    expect(own.history.lines(asked).lines[0]?.settings).toEqual({
      'training.batchSize': 'varies',
      'dataset.validation': { value: 5000 },
      'no.path': 'absent',
    });
    own.close();
  });
});

describe('the settings of saved searches', () => {
  it('are known by their paths and kinds, those of a new search too', () => {
    const kindsOf = (wanted: string) =>
      store.history.settings().find((each) => each.path === wanted)?.kinds;
    expect(kindsOf('training.optimizer.learningRate')).toEqual(['number']);
    expect(kindsOf('architecture.units')).toEqual(['list']);
    expect(kindsOf('architecture.hasBias')).toEqual(['flag']);
    expect(kindsOf('architecture.widths')).toBeUndefined();
    const id = make('four', 0.5, { architecture: { id: 'mlp', widths: 'wide' } });
    expect(kindsOf('architecture.widths')).toEqual(['text']);
    store.history.markDeleted([id]);
  });

  it('have values, the commonest first', () => {
    expect(store.history.values('strategy')).toEqual([
      { value: 'layerwise-magnitude', searches: 2 },
      { value: 'snip', searches: 1 },
    ]);
    expect(store.history.values('lr').map(({ value }) => value)).toEqual(['0.0012', '0.01', '0.1']);
    expect(store.history.values('units')).toEqual([{ value: '300, 100', searches: 1 }]);
    expect(store.history.values('tag').map(({ value }) => value)).toEqual(['100%', 'paper']);
    expect(store.history.values('no such')).toEqual([]);
  });
});
