import { describe, expect, it } from 'vitest';
import { branchNamed, branchNames, idOfBranch } from '../../../src/shared/domain/branch.ts';
import { trainedWith, transferNamed, transferNames } from '../../../src/shared/domain/transfer.ts';
import { tinySettings } from '../../support/tiny-settings.ts';

const TO_FASHION = { id: 'transfer', dataset: { id: 'fashion-mnist', normalization: 'dataset' } };
const TO_SGD = { id: 'transfer', optimizer: { id: 'sgd', learningRate: 0.5 } };
const settings = tinySettings({
  branches: ['random-reinit', TO_FASHION, TO_SGD, { ...TO_SGD, ...TO_FASHION }],
});

describe('the name of a branch', () => {
  it('is its id, or the id with what its settings choose, whatever their order', () => {
    expect(branchNames(settings)).toEqual([
      'random-reinit',
      'transfer-fashion-mnist',
      'transfer-sgd',
      'transfer-fashion-mnist-sgd',
    ]);
  });

  it('leads back to the branch', () => {
    for (const [index, name] of branchNames(settings).entries()) {
      expect(branchNamed(settings, name)).toBe(settings.branches[index]);
    }
    expect(branchNamed(settings, 'ticket')).toBeUndefined();
    expect(settings.branches.map(idOfBranch).slice(0, 2)).toEqual(['random-reinit', 'transfer']);
  });
});

describe('a transfer', () => {
  it('trains with the settings of the search but for what it names', () => {
    const there = trainedWith(settings, 'transfer-fashion-mnist');
    expect(there).toEqual({
      ...settings,
      dataset: { id: 'fashion-mnist', validation: 60, normalization: 'dataset' },
    });
    expect(trainedWith(settings, 'transfer-sgd').training).toMatchObject({
      ...settings.training,
      optimizer: TO_SGD.optimizer,
    });
    expect(trainedWith(settings, 'random-reinit')).toBe(settings);
    expect(trainedWith(settings, 'ticket')).toBe(settings);
  });

  it('is any branch whose settings name a dataset or an optimizer', () => {
    const branches = [
      { id: 'elsewhere', optimizer: { id: 'sgd' }, factor: 2 },
      { id: 'scaled', factor: 2 },
      { id: 'odd', optimizer: 'sgd' },
    ];
    expect(transferNames({ branches })).toEqual(['elsewhere-sgd']);
  });

  it('is told from other branches', () => {
    expect(transferNames(settings)).toEqual(branchNames(settings).slice(1));
    expect(transferNamed(settings, 'random-reinit')).toBeUndefined();
  });
});
