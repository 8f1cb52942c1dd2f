/** Wrong inputs for every parser, settings and messages: each is data, or refused with a hint. */
import process from 'node:process';
import { allTargets } from '../all-targets.ts';
import type { Attack } from '../attack.ts';
import { CALLS_TARGET, SAMPLE_VARIABLE } from '../contract-targets.ts';
import { probe } from '../probe.ts';
import { runSample } from '../samples.ts';

const ATTACK = 'inputs';
/** A fresh process now and then keeps its memory small. */
const BATCH = 2500;

export const inputs: Attack = {
  name: ATTACK,
  async run(torment) {
    const { seed, inputs: wanted, input, target: onlyTarget } = torment.options;
    const names = (await allTargets(torment.newFolder('targets'))).map(({ name }) => name);
    const targets = names.filter((name) => name === (onlyTarget ?? name));
    if (targets.length === 0) throw new Error(`there is no target ${onlyTarget ?? ''}`);
    if (targets.includes(CALLS_TARGET)) {
      const { directory } = await runSample(torment, 'input-sample', 1);
      process.env[SAMPLE_VARIABLE] = directory;
    }
    const beganAt = Date.now();
    for (const [index, target] of targets.entries()) {
      const startedAt = Date.now();
      let accepted = 0;
      const first = input ?? 0;
      const end = input === undefined ? wanted : input + 1;
      for (let from = first; from < end && torment.hasTime(); from += BATCH) {
        const to = Math.min(end, from + BATCH);
        const folder = torment.newFolder('inputs');
        accepted += await probe(torment, 'try-inputs.ts', { target, seed, from, to, folder });
        torment.figures.count(`inputs for ${target}`, to - from);
        torment.progress(ATTACK, index * wanted + to, targets.length * wanted, beganAt);
      }
      const seconds = Math.round((Date.now() - startedAt) / 1000);
      torment.say(`inputs for ${target}: ${accepted} were accepted as data, ${seconds} s`);
    }
  },
};
