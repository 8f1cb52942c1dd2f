/** Feeds inputs to one target, and tells how it takes them; `probe` starts it. */
import process from 'node:process';
import { WorkbenchError } from '../../src/shared/contract/errors.ts';
import { rng } from '../../src/shared/rng.ts';
import { allTargets } from '../all-targets.ts';
import type { Message, Task } from '../probe.ts';
import type { Target } from '../targets.ts';

/** Of the processor, for inputs of a few kilobytes. */
const MOST_SECONDS = 5;
/** A picture that says to have the most pixels that are allowed takes 256 MB decoded. */
const MOST_BYTES = 768 * 2 ** 20;

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
  { take, hintless = [] }: Target,
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
  if (seconds > MOST_SECONDS) return `${input.length} bytes took ${seconds.toFixed(1)} s`;
  const grown = (process.resourceUsage().maxRSS - peak) * 1024;
  if (grown > MOST_BYTES) return `${input.length} bytes took ${Math.round(grown / 2 ** 20)} MB`;
  return fault;
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
