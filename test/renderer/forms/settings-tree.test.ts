import { describe, expect, it } from 'vitest';
import { differences, withValueAt } from '../../../src/renderer/forms/settings-tree.ts';

describe('changing a value', () => {
  it('keeps the order of keys and leaves the original alone', () => {
    const before = { a: { x: 1, y: 2 }, b: 3 };
    const after = withValueAt(before, 'a.x', 5);
    expect(JSON.stringify(after)).toBe('{"a":{"x":5,"y":2},"b":3}');
    expect(before.a.x).toBe(1);
  });

  it('takes a setting away and makes what was not there', () => {
    expect(withValueAt({ a: { x: 1, y: 2 } }, 'a.x', undefined)).toEqual({ a: { y: 2 } });
    expect(withValueAt({}, 'a.x', 1)).toEqual({ a: { x: 1 } });
  });

  it('reaches into lists', () => {
    expect(withValueAt({ layers: [{ units: 1 }, { units: 2 }] }, 'layers.1.units', 7)).toEqual({
      layers: [{ units: 1 }, { units: 7 }],
    });
  });
});

describe('differences of settings', () => {
  it('are named by path, leaving out what is equal but for the order of keys', () => {
    const one = { pruning: { levels: 9, strategy: { id: 'a', fraction: 0.2 } }, branches: ['x'] };
    const other = {
      branches: ['x'],
      pruning: { strategy: { fraction: 0.2, id: 'a' }, levels: 12 },
    };
    expect(differences(one, other)).toEqual(['pruning.levels']);
    expect(differences({ branches: [] }, { branches: ['x'] })).toEqual(['branches']);
    expect(differences({ a: 1 }, {})).toEqual(['a']);
  });
});
