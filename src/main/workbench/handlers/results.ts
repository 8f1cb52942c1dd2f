import type { SearchDetail, TrainingRow } from '../../../shared/contract/records/search-results.ts';
import { plannedTrainings } from '../../../shared/domain/plan.ts';
import type { MissingEntry, PlugInKind } from '../../../shared/domain/plug-in.ts';
import type { SearchRecord } from '../../../shared/domain/search.ts';
import {
  earlyStop,
  finalEvaluation,
  nameOfTraining,
  TICKET_BRANCH,
  type TrainingKey,
} from '../../../shared/domain/training.ts';
import type { TrainingRecord } from '../../../shared/domain/training-record.ts';
import { plannedTargets } from '../../engine/pruning/levels.ts';
import type { Store } from '../../store/store.ts';
import { missingEntries } from '../plug-ins/used.ts';
import { densitiesOf } from '../planning/planned-densities.ts';
import { runningCurve, seriesOf } from '../history/series.ts';
import { type HandlerContext, rowOf } from './context.ts';
import { exportedFile, exportedFor } from './exported-file.ts';
import type { HandlersOf } from './handlers.ts';

type Names =
  | `search.${'get' | 'data' | 'result' | 'series' | 'curves' | 'trainings' | 'log'}`
  | 'search.export'
  | 'search.exportFor'
  | 'search.stopExportFor'
  | 'search.shards';

/** The results of a search, so far or final. */
export function resultHandlers(context: HandlerContext): HandlersOf<Names> {
  const { store, workbench, queue, plans } = context;
  return {
    'search.get': ({ id }) => detailOf(context, id),
    'search.data': ({ id }) => store.dataReadings.list(store.searches.get(id).id),
    'search.result': ({ id }) => workbench.history.result(id),
    'search.series': ({ id }) =>
      seriesOf(store.searches.get(id), store.trainings.outcomes(id), workbench.history.result(id)),
    'search.curves': ({ id, drawn, range, ...chosen }) => {
      const search = store.searches.get(id);
      const isChosen = ({ replicate, level, branch }: TrainingKey): boolean =>
        (chosen.replicate ?? replicate) === replicate &&
        (chosen.levels ?? [level]).includes(level) &&
        (chosen.branch ?? branch) === branch;
      return workbench.curves.read({
        searchId: search.id,
        finished: store.trainings.keys(search.id).filter(isChosen),
        running: queue.live
          .curves(search.id)
          .filter(({ key }) => isChosen(key))
          .map(({ key, evaluations }) => runningCurve(key, evaluations)),
        drawn,
        range,
      });
    },
    'search.trainings': ({ id }) => {
      const { settings } = store.searches.get(id);
      const finished = new Map(
        store.trainings.outcomes(id).map((training) => [nameOfTraining(training.key), training]),
      );
      const live = queue.live.live(id)?.running ?? [];
      const running = new Set(live.map(({ key }) => nameOfTraining(key)));
      return plannedTrainings(settings).map((key): TrainingRow => {
        const name = nameOfTraining(key);
        const training = finished.get(name);
        if (training) return { key, state: 'finished', outcome: outcomeOf(training) };
        const state = running.has(name) ? 'running' : 'waiting';
        return { key, state, outcome: undefined };
      });
    },
    'search.log': ({ id, limit }) => store.log.list(store.searches.get(id).id, limit),
    'search.shards': ({ id }) => plans.find(store.searches.identify(id).id),
    'search.export': async ({ id, ...exported }) =>
      exportedFile(
        store.searches.get(id),
        exported,
        await workbench.exports.bytes({ searchId: id, ...exported }),
      ),
    'search.exportFor': async ({ id, ...exported }) =>
      exportedFor(
        store.searches.get(id),
        exported,
        await workbench.programs.download({ searchId: id, ...exported }),
      ),
    'search.stopExportFor': ({ id }) => {
      workbench.programs.threads.stop(id);
      return undefined;
    },
  };
}

function detailOf(context: HandlerContext, id: string): SearchDetail {
  const { store, queue } = context;
  const search = store.searches.get(id);
  const { settings, written, settingsHash, environment, datasetFingerprint } = search;
  const missing = missingEntries(search);
  return {
    row: rowOf(context, id),
    settings,
    written,
    settingsHash,
    environment: environment.cores > 0 ? environment : undefined,
    datasetFingerprint: datasetFingerprint === '' ? undefined : datasetFingerprint,
    densities: levelDensities(store, search, missing),
    extensions: search.extensions ?? [],
    missing,
    weightsDroppedAt: store.droppedWeights.at(search.id),
    live: queue.live.live(id),
  };
}

/** What decides how many weights each level keeps. */
const PRUNING_KINDS: readonly PlugInKind[] = ['strategies', 'pruningSchedules'];

/** `[levels + 1]`, as planned; of the finished levels only if what plans them is missing. */
function levelDensities(
  store: Store,
  { id, settings }: SearchRecord,
  missing: readonly MissingEntry[],
): Float64Array {
  if (!missing.some(({ kind }) => PRUNING_KINDS.includes(kind))) {
    const layout = store.searches.layout(id);
    return densitiesOf(layout, plannedTargets(settings.pruning, layout));
  }
  const densities = [1];
  for (const { key, density } of store.trainings.outcomes(id)) {
    if (key.branch === TICKET_BRANCH) densities[key.level] = density;
  }
  return Float64Array.from(densities);
}

function outcomeOf(training: TrainingRecord): TrainingRow['outcome'] {
  const stop = earlyStop(training.evaluations);
  return {
    density: training.density,
    earlyStopIteration: stop.iteration,
    testAccuracy: finalEvaluation(training.evaluations).testAccuracy,
    testAccuracyAtEarlyStop: stop.testAccuracy,
    validationLoss: stop.validationLoss,
    trainingMilliseconds: training.trainingMilliseconds,
    evaluationMilliseconds: training.evaluationMilliseconds,
    engine: training.engine,
    ...(training.adoptedFrom === undefined ? {} : { adoptedFrom: training.adoptedFrom }),
  };
}
