/** What to do next with a search, as a button and as a command, and how long it takes. */
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { SearchAdvice } from '../../../shared/contract/records/planning.ts';
import { adviseOn, type NextStep } from '../../../shared/domain/advice.ts';
import { branchNames } from '../../../shared/domain/branch.ts';
import type { ExtensionRequest } from '../../../shared/domain/extension.ts';
import type { SearchHistory } from '../history/search-history.ts';
import { resolveSettings } from '../settings/settings-input.ts';
import type { Planner } from './planner.ts';

export class Advisor {
  readonly #history: SearchHistory;
  readonly #planner: Planner;

  constructor(history: SearchHistory, planner: Planner) {
    this.#history = history;
    this.#planner = planner;
  }

  /**
   * @returns undefined until a search has finished with a pruned level.
   * @throws WorkbenchError `not-found`.
   */
  async adviseOn(searchId: string, workers?: number): Promise<SearchAdvice | undefined> {
    const result = this.#history.result(searchId);
    const advice = result && adviseOn(result);
    if (!result || !advice) return undefined;
    const { sentence, step } = advice;
    if (!step) return { sentence, step: undefined };
    const seconds = await this.#secondsOf(result.id, step, workers);
    return { sentence, step: { ...step, command: commandOf(result.id, step), seconds } };
  }

  /** Undefined if it can't be known: nothing similar has run here, or the dataset is not there. */
  async #secondsOf(
    searchId: string,
    step: NextStep,
    workers: number | undefined,
  ): Promise<number | undefined> {
    if (step.kind === 'export') return undefined;
    try {
      const estimate =
        step.kind === 'extend'
          ? (await this.#planner.previewExtension(searchId, step.request, workers)).estimate
          : await this.#planner.estimateSettings(
              resolveSettings({
                config: this.#history.get(searchId).written,
                assignments: step.assignments,
              }),
              workers,
            );
      return estimate?.seconds;
    } catch (error) {
      if (error instanceof WorkbenchError) return undefined;
      throw error;
    }
  }
}

/** `ticket extend 20260102-030405-abcd --replicates +3` */
function commandOf(searchId: string, step: NextStep): string {
  switch (step.kind) {
    case 'extend':
      return `ticket extend ${searchId} ${extensionFlags(step.request)}`;
    case 'search':
      return `ticket search --like ${searchId} ${step.assignments.map((each) => `--set ${each}`).join(' ')}`;
    case 'export':
      return `ticket export ${searchId} --what masks --level ${step.level} --format npz --out ticket.npz`;
  }
}

function extensionFlags({ replicates, levels, branches = [] }: ExtensionRequest): string {
  return [
    ...(replicates === undefined ? [] : [`--replicates +${replicates}`]),
    ...(levels === undefined ? [] : [`--levels +${levels}`]),
    ...branchNames({ branches: [...branches] }).map((name) => `--branch ${name}`),
  ].join(' ');
}
