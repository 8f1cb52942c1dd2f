import { expect, it } from 'vitest';
import { z } from 'zod';
import type { LevelCounter } from '../../../../src/shared/domain/settings.ts';
import { type Definition, registry } from '../../../../src/shared/domain/definition.ts';
import { parseSettings } from '../../../../src/shared/domain/settings.ts';
import { entry, registries } from './example-registries.ts';

const schedule = (definition: Definition, levels: (own: unknown) => number): LevelCounter => ({
  ...definition,
  countLevels: levels,
});

it('a setting of one name is checked as the chosen entry declares it', () => {
  const few = z.object({ levels: z.int().min(1).max(3).default(2) });
  const many = z.object({ levels: z.int().min(1).max(500).default(100) });
  const pruningSchedules = registry('pruning schedule', [
    schedule(entry('iterative', few), (own) => few.parse(own).levels),
    schedule(entry('slow', many), (own) => many.parse(own).levels),
  ]);
  const own = { ...registries, pruningSchedules };
  const levelsOf = (pruning: object) => parseSettings(own, { pruning }).pruning.levels;
  expect([levelsOf({}), levelsOf({ schedule: 'slow' })]).toEqual([2, 100]);
  expect(levelsOf({ schedule: 'slow', levels: 400 })).toBe(400);
  expect(() => levelsOf({ levels: 400 })).toThrow(
    'pruning.levels is 400; expected at most 3, which the schedule iterative needs',
  );
});
