/**
 * Attacks the real program with real files, and counts what holds: `npm run torture -- --help`.
 * Everything random follows from the seed, which is printed first. Moments of kills also depend on how
 * quick the machine is, so a kill is repeated in its scenario, not to the instruction.
 */
import process from 'node:process';
import type { Attack } from './attack.ts';
import { clocks } from './attacks/clocks.ts';
import { corruptions } from './attacks/corruptions.ts';
import { crowd } from './attacks/crowd.ts';
import { disks } from './attacks/disks.ts';
import { inputs } from './attacks/inputs.ts';
import { kills } from './attacks/kills.ts';
import { longTrainings } from './attacks/long-trainings.ts';
import { readOptions, USAGE } from './options.ts';
import { useOwnCache } from './own-cache.ts';
import { Torment } from './torment.ts';

const ATTACKS: readonly Attack[] = [
  kills,
  longTrainings,
  corruptions,
  disks,
  clocks,
  crowd,
  inputs,
];

if (process.argv.includes('--help')) process.stdout.write(`${USAGE}\n`);
else process.exitCode = await torture();

async function torture(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  const unknown = options.only.find((name) => !ATTACKS.some((attack) => attack.name === name));
  if (unknown !== undefined) {
    const names = ATTACKS.map(({ name }) => name).join(', ');
    process.stderr.write(`There is no attack "${unknown}"; there are ${names}.\n${USAGE}\n`);
    return 2;
  }
  const torment = new Torment(options);
  torment.say(`Seed ${options.seed}`);
  try {
    useOwnCache(torment.newFolder('cache'));
    for (const attack of ATTACKS) {
      if (options.only.length > 0 && !options.only.includes(attack.name)) continue;
      if (!torment.hasTime()) {
        torment.figures.note(`${attack.name}: no time was left`);
        continue;
      }
      const beganAt = Date.now();
      await attack.run(torment);
      torment.say(`${attack.name}: ${Math.round((Date.now() - beganAt) / 1000)} s`);
    }
  } finally {
    torment.remove();
  }
  const { figures } = torment;
  process.stdout.write(`\n${figures.table()}\n`);
  for (const note of figures.notes()) process.stdout.write(`\nNot done: ${note}\n`);
  const found = figures.violations;
  for (const { attack, what, command } of found) {
    process.stdout.write(`\n✗ ${attack}: ${what}\n  ${command}\n`);
  }
  process.stdout.write(`\nSeed ${options.seed}: ${found.length} violations.\n`);
  return found.length > 0 ? 1 : 0;
}
