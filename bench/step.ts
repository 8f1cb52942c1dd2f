/**
 * `npm run bench`: what a step of LeNet-300-100 costs (batch 60, Adam, one thread) here, in tfjs
 * `model.fit` and, where TICKET_PYTHON names a Python with torch, in PyTorch; and what a second
 * worker is worth. Blocks of steps alternate between the contestants, so that a machine that slows
 * down slows all of them; figures are ratios within this one run.
 */
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { type Contestant, startContestant } from './contestants/contestant.ts';
import { measured } from './statistics.ts';
import { workerThroughput } from './workers.ts';

const BLOCKS = 9;
const STEPS = 200;
const MASKED_DENSITY = 0.2;

const contestants = await startAll();
const times = new Map<Contestant, number[]>(contestants.map((each) => [each, []]));
for (let block = 0; block <= BLOCKS; block += 1) {
  for (const contestant of contestants) {
    const milliseconds = await contestant.run(STEPS);
    // The first block warms up caches and compilers.
    if (block > 0) times.get(contestant)!.push(milliseconds);
  }
}
for (const contestant of contestants) contestant.stop();

const [reference] = contestants;
const referenceTimes = times.get(reference!)!;
console.log(
  `LeNet-300-100, batch 60, Adam, one thread: median of ${BLOCKS} blocks of ${STEPS} steps\n`,
);
for (const contestant of contestants) {
  const own = times.get(contestant)!;
  const step = measured(own);
  const ratio = measured(own.map((time, block) => time / referenceTimes[block]!));
  console.log(
    `${contestant.name.padEnd(28)} ${step.median.toFixed(2)} ms a step [${step.min.toFixed(2)}, ${step.max.toFixed(2)}]` +
      `   ${ratio.median.toFixed(2)} x ours [${ratio.min.toFixed(2)}, ${ratio.max.toFixed(2)}]`,
  );
}
const throughput = await workerThroughput();
console.log(
  `\nTwo workers train ${throughput.median.toFixed(2)} x as much in the same time as one [${throughput.min.toFixed(2)}, ${throughput.max.toFixed(2)}].`,
);

async function startAll(): Promise<Contestant[]> {
  const file = (name: string): string =>
    fileURLToPath(new URL(`contestants/${name}`, import.meta.url));
  const started = [
    await startContestant('ours, masked', process.execPath, [
      file('engine.ts'),
      String(MASKED_DENSITY),
    ]),
    await startContestant('ours, dense', process.execPath, [file('engine.ts'), '1']),
    await startContestant('tfjs model.fit, dense', process.execPath, [file('tfjs-fit.ts')]),
  ];
  const python = process.env['TICKET_PYTHON'];
  if (python === undefined) {
    console.log('PyTorch is left out: set TICKET_PYTHON to a Python with torch.\n');
    return started;
  }
  for (const [name, density] of [
    ['PyTorch eager, masked', MASKED_DENSITY],
    ['PyTorch eager, dense', 1],
  ] as const) {
    try {
      started.push(await startContestant(name, python, [file('pytorch.py'), String(density)]));
    } catch (error) {
      console.log(
        `${name} is left out: ${error instanceof Error ? error.message : String(error)}\n`,
      );
    }
  }
  return started;
}
