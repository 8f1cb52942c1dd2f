/** Searches that run in parts: planned here, run anywhere, and merged into the history as they come. */
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type ErrorReport, reportOf } from '../../../shared/contract/errors.ts';
import type { Store } from '../../store/store.ts';
import { subjectOf, unitsOf } from '../analyses/analysis-plan.ts';
import type { Bundles } from '../bundles/bundles.ts';
import type { Planner } from '../planning/planner.ts';
import type { RunSearchOptions, SearchRunner } from '../running/search-runner.ts';
import { PlanMaking, type PlanPreview, type PlanRequest } from './plan-making.ts';
import { type LastRun, usualRun } from './places.ts';
import { type ClusterPlan, readPlan } from './plan.ts';
import {
  forgetIfGone,
  forgetPlan,
  isPlanGone,
  type RememberedPlan,
  rememberedPlan,
  rememberPlan,
  rememberSearches,
} from './remembered-plans.ts';
import { resubmitCommand } from './resubmit-command.ts';
import { submittedJobs } from './slurm.ts';
import { SubmittedPlan } from './submitted-plan.ts';

export class Submissions {
  readonly #store: Store;
  readonly #making: PlanMaking;
  readonly #bundles: Bundles;
  readonly #runner: SearchRunner;

  constructor(store: Store, planner: Planner, bundles: Bundles, runner: SearchRunner) {
    this.#store = store;
    this.#making = new PlanMaking(store, planner);
    this.#bundles = bundles;
    this.#runner = runner;
  }

  /** @throws WorkbenchError as `PlanMaking.plan`. */
  async plan(request: PlanRequest): Promise<ClusterPlan> {
    const plan = await this.#making.plan(request);
    // If it can't be remembered, the command that runs it says so.
    this.remember(this.#submitted(request.folder, plan));
    return plan;
  }

  /** @throws WorkbenchError as `PlanMaking.preview`. */
  preview(request: PlanRequest): Promise<PlanPreview> {
    return this.#making.preview(request);
  }

  /** @throws WorkbenchError as `readPlan`. */
  open(folder: string): SubmittedPlan {
    return this.#submitted(folder, readPlan(folder));
  }

  /**
   * Whether nothing of a plan is left here.
   *
   * @param id the one that the plan is remembered by.
   */
  isGone(id: string): boolean {
    return isPlanGone(this.#store, id);
  }

  /** @param id the one that the plan is remembered by. */
  forgetIfGone(id: string): void {
    forgetIfGone(this.#store, id);
  }

  /** @param id the one that the plan is remembered by. */
  forget(id: string): void {
    forgetPlan(this.#store, id);
  }

  /**
   * Remembers which searches a plan has once any of them is here: `isGone` then needs not read the plan.
   *
   * @param id the one that the plan is remembered by.
   */
  noteSearches(id: string, submitted: SubmittedPlan): void {
    const searchIds = this.#searchIdsOnceHere(submitted);
    if (!searchIds || isDeepStrictEqual(rememberedPlan(this.#store, id)?.searchIds, searchIds)) {
      return;
    }
    rememberSearches(this.#store, id, searchIds);
  }

  /** The planned ids of all its searches; undefined if none is stored. */
  #searchIdsOnceHere({ plan }: SubmittedPlan): string[] | undefined {
    const searchIds = plan.searches.map(({ id }) => id);
    return this.#store.mergedBundles.isAnyStored(searchIds) ? searchIds : undefined;
  }

  #submitted(folder: string, plan: ClusterPlan): SubmittedPlan {
    return new SubmittedPlan(folder, plan, this.#store, this.#bundles);
  }

  /**
   * From now on, windows look at the plan in this folder, wherever it was before.
   *
   * @param lastRun how its shards are run now. Default: as is remembered.
   * @returns why windows can't follow it, if they can't. Its shards run all the same.
   */
  remember(
    submitted: SubmittedPlan,
    lastRun: LastRun | undefined = this.#remembered(submitted)?.lastRun,
  ): ErrorReport | undefined {
    try {
      rememberPlan(this.#store, idOf(submitted), {
        folder: path.resolve(submitted.folder),
        lastRun,
        searchIds: this.#searchIdsOnceHere(submitted),
      });
      return undefined;
    } catch (error) {
      return reportOf(error);
    }
  }

  /** Where its shards run if nobody says otherwise. */
  usualRun(submitted: SubmittedPlan): LastRun {
    const isOnSlurm = submittedJobs(submitted.folder).length > 0;
    return usualRun(this.#remembered(submitted)?.lastRun, isOnSlurm);
  }

  /** Runs what is missing, where its shards were run last. */
  resubmitCommand(submitted: SubmittedPlan): string {
    return resubmitCommand({
      folder: submitted.folder,
      lastRun: this.usualRun(submitted),
      directory: this.#store.directory,
    });
  }

  #remembered(submitted: SubmittedPlan): RememberedPlan | undefined {
    return rememberedPlan(this.#store, idOf(submitted));
  }

  /**
   * Runs the analyses that the settings of a search name: no shard has all trainings that they need.
   *
   * @throws WorkbenchError as `SearchRunner.run`.
   */
  async analyse(searchId: string, options: RunSearchOptions): Promise<void> {
    const settings = this.#store.searches.settings(searchId);
    const subject = subjectOf(settings, this.#store.searches.layout(searchId));
    for (const choice of settings.analyses ?? []) {
      this.#store.analyses.request(searchId, choice, unitsOf(choice, subject).length);
    }
    await this.#runner.run(searchId, options);
  }
}

/** Plans are remembered by the first search that they have planned. */
const idOf = ({ plan }: SubmittedPlan): string => plan.searches[0]!.id;
