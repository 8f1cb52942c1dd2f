import { homedir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { WorkbenchError } from '../../../../src/shared/contract/errors.ts';
import { settingOf } from '../../../../src/main/workbench/settings/problem-paths.ts';

const CSV = { id: 'csv', file: '/data/train.csv', testFile: '/data/test.csv', label: 'y' };
const missing = (file: string) => new WorkbenchError('not-found', `There is no file ${file}`);

describe('an error of a path', () => {
  it('sits on the field of the path', () => {
    const settings = { dataset: CSV };
    expect(settingOf(missing('/data/train.csv'), settings)).toBe('dataset.file');
    expect(settingOf(missing('/data/test.csv'), settings)).toBe('dataset.testFile');
  });

  it('finds the path below it, a relative one and one in the home folder', () => {
    const folder = { dataset: { id: 'idx', folder: '~/digits' } };
    const file = path.join(homedir(), 'digits', 'train-images-idx3-ubyte');
    expect(settingOf(missing(file), folder)).toBe('dataset.folder');
    const relative = { dataset: { id: 'npz', file: 'digits.npz' } };
    expect(settingOf(missing(path.resolve('digits.npz')), relative)).toBe('dataset.file');
  });

  it('belongs to the longest path that fits', () => {
    const settings = { dataset: { id: 'x', folder: '/data', validationFile: '/data/validation' } };
    expect(settingOf(missing('/data/validation'), settings)).toBe('dataset.validationFile');
  });

  it('may be that of a transfer', () => {
    const settings = { dataset: { id: 'mnist' }, branches: ['random-reinit', { dataset: CSV }] };
    expect(settingOf(missing('/data/train.csv'), settings)).toBe('branches.1.dataset.file');
  });

  it('sits on the dataset where no path is known', () => {
    expect(settingOf(missing('/elsewhere'), { dataset: CSV })).toBe('dataset');
    expect(settingOf(missing('/elsewhere'), undefined)).toBe('dataset');
  });
});

describe('an error of a network', () => {
  const shape = (message: string, hint?: string) =>
    settingOf(new WorkbenchError('invalid-settings', message, hint), {});

  it('sits on the layer that it names', () => {
    expect(shape('architecture.layers.2: layer conv1 takes an image')).toBe(
      'architecture.layers.2',
    );
  });

  it('sits on the setting that would give the examples another shape', () => {
    expect(
      shape(
        'layer conv1 takes [height, width, channels] but is given [784]',
        'If these are pixels, dataset.shape reads them as images, such as dataset.shape=[28,28,1].',
      ),
    ).toBe('dataset.shape');
    expect(shape('layer conv1 is too wide', 'Set branches.0.dataset.channelsFirst=true.')).toBe(
      'branches.0.dataset.channelsFirst',
    );
  });

  it('sits on the network where no shape would do', () => {
    expect(shape('layer conv1 takes [height, width, channels] but is given [2]')).toBe(
      'architecture',
    );
  });

  it('sits on a file that has changed since the search was planned', () => {
    const settings = { initializer: { id: 'imported', file: '/x/weights.npz' } };
    const changed = new WorkbenchError('conflict', '/x/weights.npz has changed: its SHA-256 is 1');
    expect(settingOf(changed, settings)).toBe('initializer.file');
    expect(settingOf(new WorkbenchError('conflict', 'it runs'), settings)).toBeUndefined();
  });

  it('sits nowhere if nothing is known', () => {
    expect(shape('the grid is too large')).toBeUndefined();
    expect(settingOf(new WorkbenchError('conflict', 'busy'), {})).toBeUndefined();
  });
});
