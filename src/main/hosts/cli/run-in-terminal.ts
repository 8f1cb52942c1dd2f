import process from 'node:process';
import type { SearchEvent } from '../../../shared/contract/events.ts';
import { describeWait } from '../../../shared/database-wait-text.ts';
import { readableData } from '../../../shared/domain/readable-data.ts';
import type { SearchResult } from '../../../shared/domain/search.ts';
import type { Workbench } from '../../workbench/workbench.ts';
import type { Output } from './output.ts';
import { provideTensorFlow } from './provide-tensorflow.ts';
import { describeAdvice, describeResult, followSearch } from './search-report.ts';

export interface RunOptions {
  readonly workers?: number;
  readonly json?: true;
  readonly quiet?: true;
}

/**
 * Runs a search until it ends or a signal stops the process. Finished trainings stay saved.
 *
 * @throws WorkbenchError that the search failed with; `interrupted` if it was stopped.
 */
export async function runInTerminal(
  workbench: Workbench,
  searchId: string,
  options: RunOptions,
  output: Output,
): Promise<void> {
  const result = await followInTerminal(workbench, searchId, options, output);
  if (options.json) return;
  output.result(describeResult(result, workbench.history.costs(searchId)));
  const advice = await workbench.advisor.adviseOn(searchId, options.workers);
  if (advice) output.result(`\n${describeAdvice(advice)}`);
}

/** Like `runInTerminal`, but leaves it to the caller to show the result. */
export async function followInTerminal(
  workbench: Workbench,
  searchId: string,
  options: RunOptions,
  output: Output,
): Promise<SearchResult> {
  await provideTensorFlow(() => workbench.planner.tensorflowNeedsLeft(searchId));
  noteWaits(workbench, output);
  const { signal, forget } = stopOnSignal(output);
  const follow = options.quiet ? () => undefined : followSearch(output);
  const onEvent = (event: SearchEvent): void => {
    if (options.json) {
      const line = JSON.stringify(readableData(event));
      if (event.type === 'result') output.result(line);
      else output.event(line);
    }
    follow(event);
  };
  try {
    return await workbench.runner.run(searchId, {
      workers: options.workers,
      signal,
      onEvent,
    });
  } finally {
    forget();
  }
}

/** Says why results are not saved, once for each time that they wait. */
export function noteWaits(workbench: Workbench, output: Output): void {
  let isNoted = false;
  workbench.followWaits((wait) => {
    if (wait && !isNoted) output.note(describeWait(wait));
    isNoted = wait !== undefined;
  });
}

/**
 * A signal that aborts when the process is told to stop. `forget` removes the handlers.
 *
 * @param isPatient whether signals after the first are ignored: schedulers send several.
 */
export function stopOnSignal(
  output: Output,
  isPatient = false,
): {
  readonly signal: AbortSignal;
  forget(): void;
} {
  const stop = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) return;
    // A second Ctrl-C finds no handler and ends the process at once.
    if (!isPatient) forget();
    output.note('Stopping. Finished work is saved.');
    stop.abort();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const forget = (): void => {
    for (const signal of signals) process.off(signal, onSignal);
  };
  for (const signal of signals) process.on(signal, onSignal);
  return { signal: stop.signal, forget };
}
