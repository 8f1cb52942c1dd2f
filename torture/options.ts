/** What `npm run torture` is asked to do. */
import { parseArgs } from 'node:util';

export interface Options {
  readonly kills: number;
  readonly corruptions: number;
  /** For every parser and every other entrance that is fuzzed. */
  readonly inputs: number;
  /** When to begin nothing new; no limit by default. */
  readonly minutes: number;
  /** The only attacks to make; all of them if it is empty. */
  readonly only: readonly string[];
  /** The only parser, or other target of inputs, to fuzz. */
  readonly target: string | undefined;
  /** The only input to try, by its number. */
  readonly input: number | undefined;
  readonly seed: number;
  readonly isShort: boolean;
}

export const USAGE = `Usage: npm run torture -- [--short] [--seed N] [--minutes N] [--kills N] [--corruptions N]
         [--inputs N] [--only NAME[,NAME]] [--target NAME [--input N]]`;

const FULL = { kills: 200, corruptions: 100, inputs: 10_000 };
/** Every scenario of kills and every kind of damage once, so that a short run always covers the same. */
const SHORT = { kills: 0, corruptions: 10, inputs: 40 };

/** @throws Error for an option that does not exist or is no number. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      short: { type: 'boolean', default: false },
      seed: { type: 'string' },
      minutes: { type: 'string' },
      kills: { type: 'string' },
      corruptions: { type: 'string' },
      inputs: { type: 'string' },
      only: { type: 'string' },
      target: { type: 'string' },
      input: { type: 'string' },
    },
  });
  const defaults = values.short ? SHORT : FULL;
  return {
    isShort: values.short,
    seed: wholeNumber('seed', values.seed) ?? Date.now() % 2 ** 32,
    minutes: wholeNumber('minutes', values.minutes) ?? Infinity,
    kills: wholeNumber('kills', values.kills) ?? defaults.kills,
    corruptions: wholeNumber('corruptions', values.corruptions) ?? defaults.corruptions,
    inputs: wholeNumber('inputs', values.inputs) ?? defaults.inputs,
    only: values.only === undefined ? [] : values.only.split(','),
    target: values.target,
    input: wholeNumber('input', values.input),
  };
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new Error(`--${name} is "${text}"; expected a whole number`);
}
