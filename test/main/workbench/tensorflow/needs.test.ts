import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { strategies } from '../../../../src/main/engine/pruning/index.ts';
import { planSearch } from '../../../../src/main/workbench/planning/search-plan.ts';
import { resolveSettings } from '../../../../src/main/workbench/settings/settings-input.ts';
import {
  tensorflowMissing,
  tensorflowNeeds,
} from '../../../../src/main/workbench/tensorflow/needs.ts';
import { makeDenseOnly } from '../../../support/dense-only.ts';

const needsOf = async (...assignments: string[]) =>
  tensorflowNeeds(await planSearch(resolveSettings({ preset: 'quick', assignments })));

describe('tensorflowNeeds', () => {
  it('needs nothing on the sparse engine', async () => {
    expect(await needsOf('training.engine=sparse')).toEqual({ reasons: [], canBeSparse: true });
  });

  it('names the levels that train on the dense engine', async () => {
    expect(await needsOf('training.engine=dense', 'pruning.levels=2')).toEqual({
      reasons: ['levels 0 to 2 train on the dense engine'],
      canBeSparse: true,
    });
    const { reasons } = await needsOf('training.engine=sparse', 'training.engines=["dense"]');
    expect(reasons).toEqual(['level 0 trains on the dense engine']);
  });

  it('names an engine that is measured', async () => {
    const { reasons } = await needsOf('training.engine=measured');
    expect(reasons).toEqual(['training.engine is measured, which measures both engines']);
  });

  it('names a strategy and an analysis that use it', async () => {
    expect(
      await needsOf(
        'training.engine=sparse',
        'pruning.strategy.id=global-snip',
        'analyses=[{"id":"instability"}]',
      ),
    ).toEqual({
      reasons: [
        'the pruning strategy global-snip computes gradients with it',
        'the analysis instability measures networks with it',
      ],
      canBeSparse: false,
    });
  });

  it('offers no sparse engine for an optimizer that only the dense one has', async () => {
    makeDenseOnly('adam');
    onTestFinished(() => {
      vi.restoreAllMocks();
    });
    const { canBeSparse } = await needsOf('training.engine=auto', 'training.optimizer.id=adam');
    expect(canBeSparse).toBe(false);
  });

  it('knows every strategy that computes gradients', () => {
    const using = strategies.entries
      .filter(({ hparams }) => hparams.safeParse({}).success)
      .filter(({ id }) => strategies.get(id).create({ id }).usesSensitivity === true)
      .map(({ id }) => id.replace(/^(global|layerwise)-/, ''));
    expect([...new Set(using)].sort()).toEqual(['grasp', 'snip', 'synflow', 'taylor']);
  });
});

describe('tensorflowMissing', () => {
  it('names what needs it and both ways out', async () => {
    const { code, message, hint } = tensorflowMissing(await needsOf('training.engine=dense'));
    expect(code).toBe('provisioning-failed');
    expect(message).toMatch(/^TensorFlow is not set up, .* levels 0 to \d+ train/);
    expect(hint).toMatch(/ticket tensorflow --download.*training\.engine=sparse/);
  });
});
