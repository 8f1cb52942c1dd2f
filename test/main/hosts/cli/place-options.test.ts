import { expect, it } from 'vitest';
import { checkPlaceOptions, placeOf } from '../../../../src/main/hosts/cli/place-options.ts';

it('shards run where they ran last, unless the options say otherwise', () => {
  const last = { on: 'command', template: 'ssh node7 {quoted}' } as const;
  expect(placeOf({ processes: 3 }, last)).toEqual({ ...last, processes: 3 });
  expect(placeOf({ on: 'command' }, last)).toEqual(last);
  expect(placeOf({ template: 'nice {command}' }, last)).toEqual({
    on: 'command',
    template: 'nice {command}',
  });
  expect(placeOf({ on: 'slurm', cpus: 4 }, last)).toEqual({ on: 'slurm', cpus: 4 });
  expect(placeOf({}, { on: 'slurm' })).toEqual({ on: 'slurm' });
});

it('a profile that can’t be read is refused before anything is planned', () => {
  expect(() => {
    checkPlaceOptions({ on: 'slurm', profile: '/missing/profile.json' });
  }).toThrow('the profile /missing/profile.json can');
});
