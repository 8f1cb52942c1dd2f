import { expect, it } from 'vitest';
import { z } from 'zod';
import { registry } from '../../../../src/shared/domain/definition.ts';
import { parseSettings, settingsSchema } from '../../../../src/shared/domain/settings.ts';
import { entry, registries } from './example-registries.ts';

it('is made once for the same registries', () => {
  expect(settingsSchema(registries)).toBe(settingsSchema(registries));
});

it('knows what has been registered since it was made', () => {
  const optimizers = registry('optimizer', [entry('adam')]);
  const branches = registry('branch', [entry('random-reinit')]);
  const own = { ...registries, optimizers, branches };
  const written = {
    training: { optimizer: { id: 'lion' } },
    branches: ['random-reinit', { id: 'frozen' }],
  };
  expect(() => parseSettings(own, written)).toThrow('expected one of adam');

  optimizers.register(entry('lion', z.object({ learningRate: z.number().default(0.0001) })));
  branches.register(entry('frozen', z.object({ layers: z.array(z.string()).default([]) })));
  const settings = parseSettings(own, written);
  expect(settings.training.optimizer).toEqual({ id: 'lion', learningRate: 0.0001 });
  expect(settings.branches).toEqual(['random-reinit', { id: 'frozen', layers: [] }]);
});
