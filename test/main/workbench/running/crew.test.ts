import { expect, it } from 'vitest';
import { Crew } from '../../../../src/main/workbench/running/crew.ts';
import { tinyDataset } from '../../../support/tiny-dataset.ts';

it('a crew reads a dataset once for searches that differ in what they make of it', async () => {
  const crew = new Crew({ size: 1 });
  const loaded: string[] = [];
  const dataset = (own: object, common: object = {}) => {
    const choice = { id: 'two-moons', ...own, validation: 60, ...common };
    return crew.dataset(choice, () => {
      loaded.push(JSON.stringify(own));
      return Promise.resolve(tinyDataset());
    });
  };
  const first = await dataset({ seed: 1 });
  expect(await dataset({ seed: 1 }, { validation: 5, randomLabels: 0.5 })).toBe(first);
  expect(await dataset({ seed: 1 }, { subset: 5, normalization: 'none' })).toBe(first);
  expect(await dataset({ seed: 2 })).not.toBe(first);
  expect(loaded).toEqual(['{"seed":1}', '{"seed":2}']);
});
