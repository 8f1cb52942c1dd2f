import { expect, it } from 'vitest';
import type { FormOwner } from '../../../src/renderer/forms/form-owner.ts';
import { recordOwner } from '../../../src/renderer/forms/record-owner.ts';
import { valueAt, withValueAt } from '../../../src/renderer/forms/settings-tree.ts';
import type { JsonObject } from '../../../src/shared/contract/json.ts';

const PATH = 'pruning.strategy.layerFractions';

function open(layerFractions: JsonObject) {
  let settings: JsonObject = { pruning: { strategy: { id: 'magnitude', layerFractions } } };
  const before = valueAt(settings, PATH);
  const edits: (string | undefined)[] = [];
  const form = {
    get settings() {
      return settings;
    },
    changeAt: () => ({ before }),
    change: (path, value, edited) => {
      settings = withValueAt(settings, path, value);
      edits.push(edited);
    },
  } as Partial<FormOwner> as FormOwner;
  return {
    owner: recordOwner(form, () => PATH),
    fractions: () => valueAt(settings, PATH),
    edits,
  };
}

it('layers with dots in their names are added, changed and removed under their names', () => {
  const { owner, fractions, edits } = open({ 'stage1.block1.conv1': 0.1 });
  owner.change(`${PATH}.stage1.block1.conv1`, 0.3);
  owner.change(`${PATH}.stage1.block2.conv1`, 0.2);
  expect(fractions()).toEqual({ 'stage1.block1.conv1': 0.3, 'stage1.block2.conv1': 0.2 });
  expect(owner.changeAt(`${PATH}.stage1.block1.conv1`)).toEqual({ before: 0.1 });
  owner.change(`${PATH}.stage1.block1.conv1`, undefined);
  expect(fractions()).toEqual({ 'stage1.block2.conv1': 0.2 });
  owner.change(`${PATH}.stage1.block2.conv1`, undefined);
  expect(fractions()).toBeUndefined();
  expect(edits[0]).toBe(`${PATH}.stage1.block1.conv1`);
});

it('an entry that is as it was is not marked as changed', () => {
  const { owner } = open({ fc1: 0.1, 'stage1.conv1': 0.2 });
  owner.change(`${PATH}.fc1`, 0.5);
  expect(owner.changeAt(`${PATH}.stage1.conv1`)).toBeUndefined();
  expect(owner.changeAt(`${PATH}.fc1`)).toEqual({ before: 0.1 });
});
