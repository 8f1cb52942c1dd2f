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
  const tried = searches.map((search) => triedCommand(() => searchCommand(search)));
  const lines = tried.flatMap(({ command }) => command ?? []);
  const problems = tried.flatMap(({ problem }, index) => {
    if (problem === undefined) return [];
    return [whyNot(searches.length === 1 ? 'The command' : `That of search ${index + 1}`, problem)];
  });
  return [...(lines.length === 0 ? [] : [{ kind: 'commands', lines } as const]), ...problems];
}

/** @param first of the searches. Its settings are those of all, except for the swept ones. */
export function sweepCommandToRepeat(
  name: string,
  axes: readonly SweepAxis[],
  first: ReportedSearch,
): ReportPart[] {
  const { command, problem = '' } = triedCommand(() => sweepCommand(name, axes, first));
  if (command === undefined) return [whyNot('The command', problem)];
  return [{ kind: 'commands', lines: [command] }];
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

/** A command, or why it can't be written. */
function triedCommand(write: () => string): { command?: string; problem?: string } {
  try {
    return { command: write() };
  } catch (error) {
    if (!(error instanceof WorkbenchError)) throw error;
    return { problem: error.message };
  }
}

function whyNot(command: string, problem: string): ReportPart {
  return { kind: 'paragraph', text: `${command} can't be written here: ${problem}.` };
}
