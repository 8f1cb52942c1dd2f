/**
 * The search for lottery tickets (Frankle & Carbin 2019, section 1), for every replicate:
 *
 * 1. Draw θ0 and train the dense network f(x; θ0): level 0.
 * 2. Prune the weights that the strategy scores lowest: the mask m of the next level.
 * 3. Reset the survivors to θ0, or to θk of the rewind iteration: f(x; m ⊙ θ0).
 * 4. Train them, and prune again, for as many levels as there are.
 *
 * Branches start from the same masks: random reinitialisation, a shuffled mask, another dataset.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SearchEvent } from '../../../shared/contract/events.ts';
import type { EngineId } from '../../../shared/domain/engine.ts';
import type { ParameterLayout } from '../../../shared/domain/layout.ts';
import { prerequisiteOf } from '../../../shared/domain/plan.ts';
import type { Settings } from '../../../shared/domain/settings.ts';
import {
  finalEvaluation,
  earlyStop,
  nameOfTraining,
  TICKET_BRANCH,
  type TrainingKey,
} from '../../../shared/domain/training.ts';
import type { TrainingIdentity } from '../../../shared/domain/training-record.ts';
import { branchDefinition } from '../../engine/lottery/branches/index.ts';
import { rewindOf } from '../../engine/lottery/rewinds/index.ts';
import type { TrainingResult, TrainingTask } from '../../engine/lottery/training-task.ts';
import type { Mask } from '../../../shared/domain/mask.ts';
import type { SparsityTarget } from '../../engine/pruning/strategy.ts';
import type { RunControl } from './run-control.ts';
import type { Scheduler } from './scheduler.ts';
import type { SearchProgress } from './search-progress.ts';
import type { SearchTasks } from './search-tasks.ts';
import type { SharedTrainings } from './shared-trainings.ts';
import type { Donor, FinishedTraining, TrainingArchive } from './training-archive.ts';
import type { IdentityOf } from './training-identity.ts';
import { TrainingJobs } from './training-jobs.ts';

export interface LotterySearch {
  readonly settings: Settings;
  readonly layout: ParameterLayout;
  /** The sparsity targets of levels 1, 2, … */
  readonly targets: readonly SparsityTarget[];
  /** The engine of each level; fixed for the whole search. */
  engineOf(level: number): EngineId;
  readonly control: RunControl;
  readonly scheduler: Scheduler;
  readonly tasks: SearchTasks;
  readonly archive: TrainingArchive;
  /** What it shares with searches that run at the same time. */
  readonly shared: SharedTrainings;
  readonly identityOf: IdentityOf;
  readonly progress: SearchProgress;
  /** Whether this run trains it; what it needs of others is saved. */
  isWanted(key: TrainingKey): boolean;
  /** Called when the scheduler knows the search's trainings. */
  onEntered(): void;
  tell(event: SearchEvent): void;
}

const PROGRESS_MILLISECONDS = 250;

/**
 * Runs every training that is not saved yet. Results do not depend on their order.
 *
 * @throws WorkbenchError as the first training that failed; `interrupted` if the search was
 *   stopped. Trainings saved until then stay saved.
 */
export async function runLotterySearch(search: LotterySearch): Promise<void> {
  const { settings, control, scheduler, tasks, archive, shared, progress, tell } = search;
  const prune = pruningOnce(search);
  const jobs = new TrainingJobs({
    settings,
    finished: archive.finishedKeys(),
    isWanted: (key) => search.isWanted(key),
    isTrainedElsewhere: (key) => shared.isTrainedElsewhere(search.identityOf(key).training),
    run: async (key, freeWorker) => {
      const identity = search.identityOf(key);
      shared.begin(identity.training, control);
      try {
        const before = prerequisiteOf(key);
        // Without waiting where there is nothing to wait for: the training starts within this call.
        if (before && archive.lacksNextMask(before)) await prune(before);
        const donor = shared.isSharing ? archive.findDonor(key, identity) : undefined;
        const finish = (isAdopted: boolean): void => {
          progress.finish(key, isAdopted);
          jobs.finish(key);
          freeWorker();
        };
        if (donor && (await takeOver(search, key, identity, donor, finish))) return;
        await train(search, key, identity, finish);
      } finally {
        shared.end(identity.training, control);
      }
    },
  });
  const tellProgress = (): void => {
    tell({ type: 'progress', ...progress.now() });
  };
  const ticker = setInterval(() => {
    if (progress.isRunning) tellProgress();
  }, PROGRESS_MILLISECONDS);
  const unfollow = control.follow(() => {
    progress.setPaused(control.isPaused);
  });
  try {
    await scheduler.run({
      jobs,
      control,
      onFailure: () => {
        tasks.stop();
      },
      onEntered: search.onEntered,
    });
  } finally {
    clearInterval(ticker);
    unfollow();
  }
  tellProgress();
}

/**
 * Prunes finished tickets that left no mask, because levels were added after them. Ticket and branches
 * of a level wait for the same pruning.
 */
function pruningOnce(search: LotterySearch) {
  const underway = new Map<string, Promise<void>>();
  return async (ticket: TrainingKey): Promise<void> => {
    const name = nameOfTraining(ticket);
    const pruning = underway.get(name) ?? addNextMask(search, ticket);
    underway.set(name, pruning);
    await pruning;
  };
}

async function addNextMask(search: LotterySearch, ticket: TrainingKey): Promise<void> {
  const { archive, tasks, targets, identityOf, tell } = search;
  const nextTarget = targets[ticket.level];
  if (!nextTarget) throw new Error('the last level has no next mask');
  const known = archive.pruningOf(ticket);
  const pruned: Pick<TrainingResult, 'nextMask' | 'warnings'> & { finalWeights?: Float32Array } =
    known
      ? await tasks.prune({ ...known, key: ticket, nextTarget })
      : await tasks.train(trainingTask(search, ticket));
  if (!pruned.nextMask) throw new Error('a ticket was pruned and left no next mask');
  await archive.addNextMask(ticket, pruned.nextMask, identityOf(ticket), pruned.finalWeights);
  for (const message of pruned.warnings) tell({ type: 'warning', key: ticket, message });
}

/** Resets the survivors of a level, trains them, prunes, and saves the result. */
async function train(
  search: LotterySearch,
  key: TrainingKey,
  identity: TrainingIdentity,
  finish: (isAdopted: boolean) => void,
): Promise<void> {
  const { tasks, archive, progress, tell } = search;
  const start = (): void => {
    tell({ type: 'training-started', key });
    progress.start(key);
  };
  start();
  const checkpoint = archive.checkpointOf(key, identity);
  const result = await tasks.train(
    { ...trainingTask(search, key), checkpoint },
    {
      onResumed: (iteration, evaluations) => {
        tell({ type: 'training-resumed', key, iteration });
        progress.resume(key, iteration);
        for (const evaluation of evaluations) tell({ type: 'evaluation', key, evaluation });
      },
      onWarning: (message) => {
        tell({ type: 'warning', key, message });
      },
      onIteration: (iteration) => {
        progress.advance(key, iteration);
      },
      onEvaluation: (evaluation) => {
        tell({ type: 'evaluation', key, evaluation });
      },
      onRetry: (reason) => {
        tell({
          type: 'warning',
          key,
          message: `its worker ended (${reason}); the training restarts`,
        });
        start();
      },
    },
  );
  // The next training runs while this one is saved.
  await archive.save(result, identity, () => {
    finish(false);
  });
  tellFinished(search, key, result);
}

/** What a worker needs for a training: the mask, the rewind point and the next sparsity target. */
function trainingTask(search: LotterySearch, key: TrainingKey): TrainingTask {
  const { settings, layout, targets, archive, shared } = search;
  const isTicket = key.branch === TICKET_BRANCH;
  const ticketBefore = prerequisiteOf(key);
  const needsTrained =
    branchDefinition(settings, key.branch)?.needsTrainedWeights === true &&
    ticketBefore !== undefined;
  return {
    key,
    engine: search.engineOf(key.level),
    mask: ticketBefore ? maskLeftBy(search, ticketBefore) : everyWeight(layout),
    rewindPoint: ticketBefore && rewindPoint(search, ticketBefore),
    trained: needsTrained ? archive.trainedWeights(ticketBefore) : undefined,
    nextTarget: isTicket ? targets[key.level] : undefined,
    capturedIterations: isTicket && key.level === 0 ? shared.capturedIterations(search) : [],
  };
}

function everyWeight({ prunableCount }: ParameterLayout): Mask {
  return new Uint8Array(prunableCount).fill(1);
}

function maskLeftBy({ archive }: LotterySearch, ticket: TrainingKey): Mask {
  const { nextMask } = archive.handover(ticket);
  if (!nextMask) throw new Error('a level was trained but left no next mask');
  return nextMask;
}

/** What survivors are reset to; undefined for θ0, which the worker draws from the seed. */
function rewindPoint(
  { settings, archive }: LotterySearch,
  ticketBefore: TrainingKey,
): Float32Array | undefined {
  if (rewindOf(settings).keepsTrainedWeights) return archive.trainedWeights(ticketBefore);
  return settings.rewind.iteration > 0
    ? archive.rewindPoint({ ...ticketBefore, level: 0 })
    : undefined;
}

/**
 * Adopts a training of another search that has run the same. Prunes again if the masks differ.
 *
 * @returns whether it was adopted: the donor may have changed since it was found.
 */
async function takeOver(
  search: LotterySearch,
  key: TrainingKey,
  identity: TrainingIdentity,
  donor: Donor,
  finish: (isAdopted: boolean) => void,
): Promise<boolean> {
  const { tasks, targets, archive } = search;
  // Adopting thousands of trainings must leave time for everything else.
  await nextTurn();
  const nextTarget = targets[key.level];
  const pruned =
    donor.pruning && nextTarget && (await tasks.prune({ ...donor.pruning, key, nextTarget }));
  const adopted = await archive.adopt(key, identity, donor, pruned?.nextMask);
  if (!adopted) return false;
  finish(true);
  const training = pruned ? { ...adopted, warnings: pruned.warnings } : adopted;
  tellFinished(search, key, training, donor.searchId);
  return true;
}

function tellFinished(
  { tell }: LotterySearch,
  key: TrainingKey,
  training: FinishedTraining,
  adoptedFrom?: string,
): void {
  const { density, evaluations, trainingMilliseconds, evaluationMilliseconds, warnings } = training;
  for (const message of warnings) tell({ type: 'warning', key, message });
  tell({
    type: 'training-finished',
    key,
    density,
    earlyStopIteration: earlyStop(evaluations).iteration,
    testAccuracy: finalEvaluation(evaluations).testAccuracy,
    trainingMilliseconds,
    evaluationMilliseconds,
    ...(adoptedFrom === undefined ? {} : { adoptedFrom }),
  });
}
