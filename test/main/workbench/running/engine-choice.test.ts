import { afterEach, describe, expect, it, vi } from 'vitest';
import type { EngineId, StepTimes } from '../../../../src/shared/domain/engine.ts';
import { layoutOf } from '../../../../src/main/engine/network.ts';
import { fullyConnected } from '../../../../src/main/engine/architectures/fully-connected.ts';
import { plannedTargets } from '../../../../src/main/engine/pruning/levels.ts';
import {
  chooseEngines,
  describeStepTimes,
} from '../../../../src/main/workbench/running/engine-choice.ts';
import { makeDenseOnly } from '../../../support/dense-only.ts';
import { tinySettings } from '../../../support/tiny-settings.ts';

const layout = layoutOf(fullyConnected([12], [8, 6], 3));

function choose(
  engine: string,
  options: {
    engines?: readonly EngineId[];
    chosen?: Map<number, EngineId>;
    times?: (kept: readonly number[]) => StepTimes;
    memory?: Map<string, StepTimes>;
  } = {},
) {
  const { engines } = options;
  const settings = tinySettings({
    training: { engine, iterations: 30, evaluateEvery: 10, ...(engines && { engines }) },
  });
  const measured: (readonly number[])[] = [];
  const told: string[] = [];
  const memory = options.memory ?? new Map<string, StepTimes>();
  return chooseEngines({
    settings,
    layout,
    targets: plannedTargets(settings.pruning, layout),
    chosen: options.chosen ?? new Map(),
    recall: (key) => memory.get(key),
    remember: async (key, times) => void memory.set(key, times),
    onMeasured: (level, times) => told.push(`${level}: ${describeStepTimes(times)}`),
    measure: async (kept) => {
      measured.push(kept);
      return options.times?.(kept) ?? { dense: 1, sparse: 2 };
    },
  }).then((engines) => ({ engines: [...engines.values()], measured, memory, told }));
}

describe('the choice of engines', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('is a rule by default, for which nothing is measured', async () => {
    const { engines, measured } = await choose('auto', { times: () => ({ dense: 1, sparse: 9 }) });
    expect(engines).toEqual(['sparse', 'sparse', 'sparse']);
    expect(measured).toEqual([]);
  });

  it('is that of the settings, level by level, and then as the engine says', async () => {
    const auto = await choose('auto', { engines: ['dense', 'sparse-relaxed'] });
    expect(auto.engines).toEqual(['dense', 'sparse-relaxed', 'sparse']);
    const dense = await choose('dense', { engines: ['sparse'] });
    expect(dense.engines).toEqual(['sparse', 'dense', 'dense']);
    const measured = await choose('measured', { engines: ['dense', 'sparse'] });
    expect(measured.engines).toEqual(['dense', 'sparse', 'dense']);
    expect(measured.measured).toHaveLength(1);
  });

  it('says what was measured', async () => {
    const { told } = await choose('measured', { times: () => ({ dense: 1, sparse: 0.25 }) });
    expect(told).toEqual(
      [0, 1, 2].map((level) => `${level}: dense 1.000 ms, sparse 0.250 ms per step`),
    );
  });

  it('takes for each level the one that is faster at its density', async () => {
    const { engines, measured } = await choose('measured', {
      times: ([first]) => ({ dense: 1, sparse: first! / 80 }),
    });
    expect(measured[0]).toEqual([96, 48, 18]);
    expect(engines).toEqual(['dense', 'sparse', 'sparse']);
  });

  it('never takes relaxed SIMD by itself: its bits differ from machine to machine', async () => {
    const { engines } = await choose('measured', {
      times: () => ({ dense: 3, sparse: 2, 'sparse-relaxed': 1 }),
    });
    expect(engines).toEqual(['sparse', 'sparse', 'sparse']);
  });

  it('trains dense where the sparse engine can’t', async () => {
    expect((await choose('measured', { times: () => ({ dense: 1 }) })).engines).toEqual([
      'dense',
      'dense',
      'dense',
    ]);
  });

  it('trains dense without measuring where the sparse engine lacks the optimizer', async () => {
    makeDenseOnly(tinySettings({}).training.optimizer.id);
    const { engines, measured } = await choose('measured', {
      times: () => ({ dense: 2, sparse: 1 }),
    });
    expect(engines).toEqual(['dense', 'dense', 'dense']);
    expect(measured).toEqual([]);
  });

  it('does as the settings say without measuring', async () => {
    const { engines, measured } = await choose('sparse-relaxed');
    expect(engines).toEqual(['sparse-relaxed', 'sparse-relaxed', 'sparse-relaxed']);
    expect(measured).toEqual([]);
  });

  it('keeps what was chosen when the search was first started', async () => {
    const chosen = new Map<number, EngineId>([
      [0, 'sparse'],
      [1, 'dense'],
      [2, 'sparse'],
    ]);
    const { engines, measured } = await choose('measured', { chosen });
    expect(engines).toEqual(['sparse', 'dense', 'sparse']);
    expect(measured).toEqual([]);
  });

  it('measures the same level on the same machine once', async () => {
    const { memory } = await choose('measured');
    const { measured } = await choose('measured', { memory });
    expect(measured).toEqual([]);
  });
});
