import { Command } from 'commander';
import { amount } from '../../../../shared/amount.ts';
import { type ErrorCode, WorkbenchError } from '../../../../shared/contract/errors.ts';
import { describeMerge } from '../../../../shared/domain/merged-search.ts';
import { Workbench } from '../../../workbench/workbench.ts';
import { shortName } from '../format.ts';
import { dataDirOption, userPath } from '../options.ts';
import type { Output } from '../output.ts';

interface MergeOptions {
  readonly dataDir?: string;
  readonly json?: true;
}

interface Refused {
  readonly file: string;
  readonly error: WorkbenchError;
}

/** What is wrong with one bundle; the others are merged. */
const REFUSALS: readonly ErrorCode[] = ['invalid-data', 'conflict', 'not-found'];

export function mergeCommand(output: Output): Command {
  return new Command('merge')
    .description(
      'Take searches, or parts of them, from bundles (see "ticket export --what bundle"). A bundle is merged whole or not at all; merging it again changes nothing. Other results of the same experiment are refused. A bundle that is refused does not stop the others; the command then ends with an error.',
    )
    .argument('<bundles...>', 'the files, merged one after another')
    .option('--json', 'print JSON, a line for each bundle')
    .addOption(dataDirOption())
    .action(async (given: string[], { dataDir, json }: MergeOptions) => {
      const workbench = Workbench.open(dataDir);
      try {
        const files = given.map(userPath);
        const refused: Refused[] = [];
        for (const file of files) {
          const error = await mergeOne(workbench, file, output, json === true);
          if (error) refused.push({ file, error });
        }
        requireAll(refused, files.length);
      } finally {
        workbench.close();
      }
    });
}

/**
 * @returns why the bundle was refused.
 * @throws WorkbenchError for whatever is no fault of the bundle, such as a full disk.
 */
async function mergeOne(
  workbench: Workbench,
  file: string,
  output: Output,
  isJson: boolean,
): Promise<WorkbenchError | undefined> {
  output.status(`Checking ${file}`);
  try {
    const searches = await workbench.bundles.merge(file);
    output.status('');
    if (isJson) output.result(JSON.stringify({ bundle: file, searches }));
    else {
      for (const search of searches) {
        output.result(`${search.id}  ${shortName(search.name)}: ${describeMerge(search)}`);
      }
    }
    return undefined;
  } catch (error) {
    output.status('');
    if (!(error instanceof WorkbenchError) || !REFUSALS.includes(error.code)) throw error;
    const { code, message, hint } = error;
    if (isJson) output.result(JSON.stringify({ bundle: file, refused: { code, message, hint } }));
    else output.note(`Refused ${file}: ${message}${hint === undefined ? '' : `\n${hint}`}`);
    return error;
  }
}

/** @throws WorkbenchError naming the bundles that were refused. */
function requireAll(refused: readonly Refused[], total: number): void {
  const [first] = refused;
  if (!first) return;
  if (total === 1) throw first.error;
  const names = refused.map(({ file }) => file).join(', ');
  throw new WorkbenchError(
    first.error.code,
    `${refused.length} of ${amount(total, 'bundle')} ${refused.length === 1 ? 'was' : 'were'} refused: ${names}`,
    `The reasons stand above.${refused.length < total ? ' The others were merged.' : ''}`,
  );
}
