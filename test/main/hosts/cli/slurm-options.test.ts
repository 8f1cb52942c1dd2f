import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { slurmProfile } from '../../../../src/main/hosts/cli/slurm-options.ts';
import { temporaryFolder } from '../../store/samples.ts';

describe('what shards are submitted with', () => {
  const last = { partition: 'long', time: '4:00:00', mem: '4G' };

  it('is what they were submitted with last, with the options over it', () => {
    expect(slurmProfile({}, last)).toEqual(last);
    expect(slurmProfile({ mem: '8G', cpus: 2 }, last)).toEqual({ ...last, mem: '8G', cpus: 2 });
  });

  it('is a profile file instead, with the options over it', () => {
    const profile = path.join(temporaryFolder(), 'profile.json');
    writeFileSync(profile, '{"partition": "short", "arrayLimit": 50}');
    expect(slurmProfile({ profile, partition: 'other' }, last)).toEqual({
      partition: 'other',
      arrayLimit: 50,
    });
    writeFileSync(profile, '{"partitions": "short"}');
    expect(() => slurmProfile({ profile })).toThrow(`the profile ${profile} can't be read`);
  });

  it.each(['2:00', '3', '0:03:00', '0-0:3'])(
    'has a time limit that is longer than the warning before its end, unlike %s',
    (time) => {
      expect(() => slurmProfile({ time })).toThrow(`Slurm reads the time limit ${time} as 1`);
    },
  );

  it.each(['4', '3:01', '2:00:00', '1-0', '1-12:30', '1-0:0:1', '0', 'UNLIMITED'])(
    'may have the time limit %s',
    (time) => {
      expect(slurmProfile({ time })).toEqual({ time });
    },
  );
});
