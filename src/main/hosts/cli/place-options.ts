/** Where shards run, and the options of each place. */
import { type Command, Option } from 'commander';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { type Place, PLACES } from '../../workbench/cluster/places.ts';
import { dataDirOption, wholeNumber, workersOption } from './options.ts';
import { SLURM_OPTIONS, type SlurmOptions, withSlurmOptions } from './slurm-options.ts';

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

export function withPlaceOptions(command: Command): Command {
  return withSlurmOptions(command)
    .addOption(
      new Option(
        '--on <place>',
        'local: processes of this machine; slurm: a job array; command: see --template',
      )
        .choices(PLACES)
        .default('local'),
    )
    .option('--processes <n>', 'shards that run at the same time; 1 by default', (text) =>
      wholeNumber(text, 1),
    )
    .addOption(workersOption())
    .option(
      '--template <command>',
      'what the shell runs for each shard: "ssh host {quoted}"; {command} is the command, {quoted} the same as one word, {number} and {folder} say which shard',
    )
    .option('--dry-run', 'print what would run; save and run nothing')
    .addOption(dataDirOption());
}

/** @throws WorkbenchError `invalid-argument` for an option that the place has no use for, or that it lacks. */
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
