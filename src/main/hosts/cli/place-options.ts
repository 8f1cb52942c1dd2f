/** Where shards run, and the options of each place. */
import { type Command, Option } from 'commander';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { type LastRun, type Place, PLACES } from '../../workbench/cluster/places.ts';
import { dataDirOption, wholeNumber } from './options.ts';
import {
  SLURM_OPTIONS,
  type SlurmOptions,
  slurmProfile,
  withSlurmOptions,
} from './slurm-options.ts';

export interface PlaceOptions extends SlurmOptions {
  readonly on: Place;
  readonly processes?: number;
  readonly workers?: number;
  readonly template?: string;
  readonly dataDir?: string;
  readonly dryRun?: true;
}

type OptionName = Exclude<keyof PlaceOptions, 'on' | 'dataDir' | 'dryRun'>;

/** What each place makes use of. */
const USED: Readonly<Record<Place, readonly OptionName[]>> = {
  local: ['processes', 'workers'],
  command: ['processes', 'workers', 'template'],
  slurm: SLURM_OPTIONS,
};

const TEMPLATE_HINT = 'For example: --on command --template "ssh host {quoted}"';

/** @param usual where shards run if `--on` does not say so: a place, or what decides. */
export function withPlaceOptions(command: Command, usual: string): Command {
  return withSlurmOptions(command)
    .addOption(
      new Option(
        '--on <place>',
        `local: processes of this machine; slurm: a job array; command: see --template; by default ${usual}`,
      ).choices(PLACES),
    )
    .option('--processes <n>', 'shards that run at the same time; 1 by default', (text) =>
      wholeNumber(text, 1),
    )
    .option('--workers <n>', 'concurrent trainings of each shard; 1 by default', (text) =>
      wholeNumber(text, 1),
    )
    .option(
      '--template <command>',
      'what the shell runs for each shard: "ssh host {quoted}"; {command} is the command, {quoted} the same as one word, {number} and {folder} say which shard',
    )
    .option('--dry-run', 'print what would run; save and run nothing')
    .addOption(dataDirOption());
}

/** As `PlaceOptions`, where a command may leave it open where shards run. */
export type GivenPlaceOptions = Omit<PlaceOptions, 'on'> & { readonly on?: Place };

/** @param usual where shards run if the options do not say so. */
export function placeOf<Given extends GivenPlaceOptions>(
  given: Given,
  { on, template }: LastRun,
): Given & PlaceOptions {
  if (given.on !== undefined && given.on !== on) return { ...given, on: given.on };
  return { ...(template !== undefined && { template }), ...given, on };
}

/**
 * @throws WorkbenchError `invalid-argument` for an option that the place has no use for, or that it lacks, and as
 *   `slurmProfile`.
 */
export function checkPlaceOptions(options: PlaceOptions): void {
  const { on, template } = options;
  const all = new Set(Object.values(USED).flat());
  const useless = [...all].find((name) => options[name] !== undefined && !USED[on].includes(name));
  if (useless !== undefined) {
    const places = PLACES.filter((place) => USED[place].includes(useless));
    throw new WorkbenchError(
      'invalid-argument',
      `${flagOf(useless)} is only for --on ${places.join(' and --on ')}, and this is --on ${on}`,
      'Leave it out, or choose another place with --on.',
    );
  }
  // What it names is read before anything is planned.
  if (on === 'slurm') slurmProfile(options);
  if (on !== 'command') return;
  if (template === undefined) {
    throw new WorkbenchError('invalid-argument', '--on command needs a --template', TEMPLATE_HINT);
  }
  if (/\{(command|quoted)\}/.test(template)) return;
  throw new WorkbenchError(
    'invalid-argument',
    `the template "${template}" has neither {command} nor {quoted}, so it would run no shard`,
    TEMPLATE_HINT,
  );
}

/** `--array-limit` */
function flagOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
