import type { SearchDetail, TrainingRow } from '../../../shared/contract/records.ts';
import { plannedTrainings } from '../../../shared/domain/plan.ts';
import {
  earlyStop,
  finalEvaluation,
  sameTraining,
  type TrainingKey,
} from '../../../shared/domain/training.ts';
import type { TrainingRecord } from '../../../shared/domain/training-record.ts';
import { plannedTargets } from '../../engine/pruning/levels.ts';
import { densitiesOf } from '../planning/planned-densities.ts';
import { curveOf, seriesOf } from '../history/series.ts';
import { type HandlerContext, rowOf } from './context.ts';
import { exportedFile } from './exported-file.ts';
import type { HandlersOf } from './handlers.ts';

type Names = `search.${'get' | 'result' | 'series' | 'curves' | 'trainings' | 'log' | 'export'}`;

/** What one search has come to, so far or for good. */
export function resultHandlers(context: HandlerContext): HandlersOf<Names> {
  const { store, workbench, queue } = context;
  return {
    'search.get': ({ id }) => detailOf(context, id),
    'search.result': ({ id }) => workbench.result(id),
    'search.series': ({ id }) => seriesOf(store.getSearch(id), store.trainings(id)),
    'search.curves': ({ id, ...chosen }) => {
      const isChosen = ({ replicate, level, branch }: TrainingKey): boolean =>
        (chosen.replicate ?? replicate) === replicate &&
        (chosen.level ?? level) === level &&
        (chosen.branch ?? branch) === branch;
      const finished = store.trainings(store.getSearch(id).id);
      return [
        ...finished
          .filter(({ key }) => isChosen(key))
          .map(({ key, evaluations, density }) => curveOf(key, evaluations, density)),
        ...queue
          .curves(id)
          .filter(({ key }) => isChosen(key))
          .map(({ key, evaluations }) => curveOf(key, evaluations, undefined)),
      ];
    },
    'search.trainings': ({ id }) => {
      const { settings } = store.getSearch(id);
      const finished = store.trainings(id);
      const running = queue.live(id)?.running ?? [];
      return plannedTrainings(settings).map((key): TrainingRow => {
        const training = finished.find((done) => sameTraining(done.key, key));
        if (training) return { key, state: 'finished', outcome: outcomeOf(training) };
        const isRunning = running.some((other) => sameTraining(other.key, key));
        return { key, state: isRunning ? 'running' : 'waiting', outcome: undefined };
      });
    },
    'search.log': ({ id, limit }) => store.log.list(store.getSearch(id).id, limit),
    'search.export': ({ id, ...exported }) =>
      exportedFile(
        store.getSearch(id),
        exported,
        workbench.exportBytes({ searchId: id, ...exported }),
      ),
  };
}

function detailOf(context: HandlerContext, id: string): SearchDetail {
  const { store, queue } = context;
  const search = store.getSearch(id);
  const { settings, written, settingsHash, environment, datasetFingerprint } = search;
  const layout = store.layout(id);
  return {
    row: rowOf(context, id),
    settings,
    written,
    settingsHash,
    environment: environment.cores > 0 ? environment : undefined,
    datasetFingerprint: datasetFingerprint === '' ? undefined : datasetFingerprint,
    densities: densitiesOf(layout, plannedTargets(settings.pruning, layout)),
    live: queue.live(id),
  };
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
