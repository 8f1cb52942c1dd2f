/** Feeds inputs to one target, and tells how it takes them; `probe` starts it. */
import process from 'node:process';
import { WorkbenchError } from '../../src/shared/contract/errors.ts';
import { rng } from '../../src/shared/rng.ts';
import { allTargets } from '../all-targets.ts';
import type { Message, Task } from '../probe.ts';
import type { Most, Target } from '../targets.ts';

/** Modules are loaded with the first input, and memory is collected now and then. */
const LEAST: Most = { seconds: 2, megabytes: 128 };
/** No format except pictures says more than a thousand bytes with one (deflate, 1032). */
const MEGABYTES_PER_MEGABYTE = 1100;
const SECONDS_PER_MEGABYTE = 5;
const MEBIBYTE = 2 ** 20;

// It must not outlive a run that is stopped.
process.once('disconnect', () => process.exit());

const task = JSON.parse(process.argv[2] ?? '') as Task;
const say = (message: Message): void => {
  process.send?.(message);
};

const target = (await allTargets(task.folder)).find(({ name }) => name === task.target);
if (!target) throw new Error(`there is no target ${task.target}`);
let accepted = 0;
for (let index = task.from; index < task.to; index += 1) {
  say({ kind: 'at', index });
  const input = target.make(rng(task.seed, task.target, index));
  const what = await faultOf(target, input);
  if (what !== undefined) say({ kind: 'wrong', index, what, input: input.toString('base64') });
}
await target.close?.();
say({ kind: 'done', accepted });
process.disconnect();

/** What is wrong with how it takes the input; undefined if nothing is. */
async function faultOf(
  { take, most, hintless = [] }: Target,
  input: Buffer,
): Promise<string | undefined> {
  const before = process.cpuUsage();
  const peak = process.resourceUsage().maxRSS;
  let fault: string | undefined;
  try {
    await take(input);
    accepted += 1;
  } catch (error) {
    fault = faultOfError(error, hintless);
  }
  const { user, system } = process.cpuUsage(before);
  const seconds = (user + system) / 1e6;
  const allowed = most ?? mostFor(input.length / MEBIBYTE);
  if (seconds > allowed.seconds) return `${input.length} bytes took ${seconds.toFixed(1)} s`;
  const grown = (process.resourceUsage().maxRSS - peak) / 1024;
  if (grown > allowed.megabytes) return `${input.length} bytes took ${Math.round(grown)} MB`;
  return fault;
}

function mostFor(megabytes: number): Most {
  return {
    seconds: LEAST.seconds + SECONDS_PER_MEGABYTE * megabytes,
    megabytes: LEAST.megabytes + MEGABYTES_PER_MEGABYTE * megabytes,
  };
}

function faultOfError(error: unknown, hintless: readonly string[]): string | undefined {
  if (!(error instanceof WorkbenchError)) {
    return `it is not refused but fails: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  }
  if (error.code === 'internal') return `it is refused as internal: ${error.message}`;
  if (error.message === '') return 'it is refused without a word';
  if (error.hint === undefined && !hintless.includes(error.code)) {
    return `it is refused without a hint: ${error.code}: ${error.message}`;
  }
  return undefined;
}
