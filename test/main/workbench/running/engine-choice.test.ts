import { afterEach, describe, expect, it, vi } from 'vitest';
import type { EngineId, StepTimes } from '../../../../src/shared/domain/engine.ts';
import { layoutOf } from '../../../../src/main/engine/network.ts';
import { fullyConnected } from '../../../../src/main/engine/architectures/fully-connected.ts';
import { plannedTargets } from '../../../../src/main/engine/pruning/levels.ts';
import { chooseEngines } from '../../../../src/main/workbench/running/engine-choice.ts';
import { makeDenseOnly } from '../../../support/dense-only.ts';
import { tinySettings } from '../../../support/tiny-settings.ts';

const layout = layoutOf(fullyConnected([12], [8, 6], 3));

function choose(
  engine: string,
  options: {
    chosen?: Map<number, EngineId>;
    times?: (kept: readonly number[]) => StepTimes;
    memory?: Map<string, StepTimes>;
  } = {},
) {
  const settings = tinySettings({ training: { engine, iterations: 30, evaluateEvery: 10 } });
  const measured: (readonly number[])[] = [];
  const memory = options.memory ?? new Map<string, StepTimes>();
  return chooseEngines({
    settings,
    layout,
    targets: plannedTargets(settings.pruning, layout),
    chosen: options.chosen ?? new Map(),
    recall: (key) => memory.get(key),
    remember: (key, times) => void memory.set(key, times),
    measure: async (kept) => {
      measured.push(kept);
      return options.times?.(kept) ?? { dense: 1, sparse: 2 };
    },
  }).then((engines) => ({ engines: [...engines.values()], measured, memory }));
}

describe('the choice of engines', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('takes for each level the one that is faster at its density', async () => {
    const { engines, measured } = await choose('auto', {
      times: ([first]) => ({ dense: 1, sparse: first! / 80 }),
    });
    expect(measured[0]).toEqual([96, 48, 18]);
    expect(engines).toEqual(['dense', 'sparse', 'sparse']);
  });

  it('never takes relaxed SIMD by itself: its bits differ from machine to machine', async () => {
    const { engines } = await choose('auto', {
      times: () => ({ dense: 3, sparse: 2, 'sparse-relaxed': 1 }),
    });
    expect(engines).toEqual(['sparse', 'sparse', 'sparse']);
  });

  it('trains dense where the sparse engine can’t', async () => {
    expect((await choose('auto', { times: () => ({ dense: 1 }) })).engines).toEqual([
      'dense',
      'dense',
      'dense',
    ]);
  });

  it('trains dense without measuring where the sparse engine lacks the optimizer', async () => {
    makeDenseOnly(tinySettings({}).training.optimizer.id);
    const { engines, measured } = await choose('auto', { times: () => ({ dense: 2, sparse: 1 }) });
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
    const { engines, measured } = await choose('auto', { chosen });
    expect(engines).toEqual(['sparse', 'dense', 'sparse']);
    expect(measured).toEqual([]);
  });

  it('measures the same level on the same machine once', async () => {
    const { memory } = await choose('auto');
    const { measured } = await choose('auto', { memory });
    expect(measured).toEqual([]);
  });
});
