import { homedir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { absolutePath, withHome } from '../../../../src/main/engine/datasets/user-path.ts';
import { resolveSettings } from '../../../../src/main/workbench/settings/settings-input.ts';

describe('a path as users write it', () => {
  it('takes ~ for the home folder, at its beginning only', () => {
    expect(withHome('~')).toBe(homedir());
    expect(withHome('~/digits')).toBe(path.join(homedir(), 'digits'));
    for (const plain of ['/data/~', '~other/digits', 'a~/b', ''])
      expect(withHome(plain)).toBe(plain);
  });

  it('is whole', () => {
    expect(absolutePath('digits')).toBe(path.resolve('digits'));
    expect(absolutePath('~/digits')).toBe(path.join(homedir(), 'digits'));
  });

  it.each([
    { id: 'idx', folder: '~/digits' },
    { id: 'image-folder', folder: '~/digits' },
    { id: 'npz', file: '~/digits' },
    { id: 'csv', file: '~/digits', label: 'y' },
  ])('is taken like this by every dataset: %j', (dataset) => {
    const { id, ...given } = dataset;
    const settings = resolveSettings({ config: { dataset: { id, ...given } } });
    expect(Object.values(settings.dataset)).toContain(path.join(homedir(), 'digits'));
  });
});
