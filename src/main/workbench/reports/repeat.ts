/** The commands that run a search or a sweep again. */
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { Json } from '../../../shared/contract/json.ts';
import type { SweepAxis } from '../../../shared/domain/sweep.ts';
import { parseSettings } from '../../../shared/domain/settings.ts';
import type { ReportPart } from '../../exporters/report.ts';
import { registries } from '../settings/registries.ts';
import { quote, settingsCommand } from '../settings/settings-command.ts';
import type { ReportedSearch } from './reported-search.ts';

/** The command of each search. Where one can't be written, it says why. */
export function commandsToRepeat(searches: readonly ReportedSearch[]): ReportPart[] {
  return commandParts(() => searches.map(searchCommand));
}

/** @param first of the searches. Its settings are those of all, except for the swept ones. */
export function sweepCommandToRepeat(
  name: string,
  axes: readonly SweepAxis[],
  first: ReportedSearch,
): ReportPart[] {
  return commandParts(() => [sweepCommand(name, axes, first)]);
}

function searchCommand({ search, settingsToRepeat }: ReportedSearch): string {
  // A search may be older than some of today's settings. Their defaults do not change it.
  return settingsCommand(parseSettings(registries, settingsToRepeat), search.name);
}

/** The engines of levels belong to one search, so a sweep chooses them again by its setting. */
function sweepCommand(
  name: string,
  axes: readonly SweepAxis[],
  { search }: ReportedSearch,
): string {
  const base = settingsCommand(parseSettings(registries, search.written));
  const swept = axes.map(({ path, values }) => `--sweep ${quote(`${path}=${listOf(values)}`)}`);
  return [base.replace(/^ticket search/, 'ticket sweep'), ...swept, `--name ${quote(name)}`].join(
    ' ',
  );
}

/** Values as JSON, which `--sweep` reads back: commas within brackets and quotes belong to a value. */
function listOf(values: readonly Json[]): string {
  return values
    .map((value) =>
      typeof value === 'string' && /^[\w.-]+$/.test(value) ? value : JSON.stringify(value),
    )
    .join(',');
}

function commandParts(write: () => readonly string[]): ReportPart[] {
  try {
    return [{ kind: 'commands', lines: write() }];
  } catch (error) {
    if (!(error instanceof WorkbenchError)) throw error;
    const text = `The command can't be written here: ${error.message}.`;
    return [{ kind: 'paragraph', text }];
  }
}
