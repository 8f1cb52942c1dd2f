import { groupBy } from '../../../shared/group-by.ts';
import { NO_HPARAMS } from '../exporter.ts';
import { loggedRuns, type LoggedRun } from './log-runs.ts';
import type { Program, ProgramFile } from './program.ts';
import { eventFile, type Scalar } from './tensorboard-events.ts';

/**
 * There is no record of the experiment: TensorBoard then takes the columns of the page "HParams", settings
 * and metrics, from the trainings.
 *
 * @see https://www.tensorflow.org/tensorboard/get_started
 */
export const tensorboard: Program<'metrics'> = {
  id: 'tensorboard',
  label: 'TensorBoard',
  description:
    'A folder of event files, for tensorboard --logdir: losses and accuracies of every training by iteration, results of every branch by level, and the settings under HParams.',
  hparams: NO_HPARAMS,
  needs: 'metrics',
  single: undefined,
  // The name has the time of a training, so a training that ran again has another one.
  leftovers: /(^|\/)events\.out\.tfevents\.\d+\.ticket-workbench$/,
  files(data) {
    const runs = loggedRuns(data);
    return [...runs.map((run) => trainingFile(run, data.search.name)), ...levelFiles(runs)];
  },
};

/** One run of TensorBoard: the curves by iteration, and what came of the training. */
function trainingFile(run: LoggedRun, group: string): ProgramFile {
  const curves = run.points.flatMap(({ iteration, time, values }) =>
    Object.entries(values).map(([name, value]): Scalar => ({
      tag: `training/${name}`,
      step: iteration,
      time: seconds(time),
      value,
    })),
  );
  const [startTime, endTime] = [seconds(run.startTime), seconds(run.endTime)];
  const last = run.points.at(-1)?.iteration ?? 0;
  const { parameters, name } = run;
  const session = { group: `${group}/${name}`, parameters, startTime, endTime };
  return {
    path: eventPath(name, startTime),
    bytes: eventFile([...curves, ...summaryOf(run, 'summary', last)], session),
  };
}

/** Beside those, a run for each branch of a replicate: its results by level. */
function levelFiles(runs: readonly LoggedRun[]): ProgramFile[] {
  const branches = groupBy(
    runs,
    ({ training: { key } }) => `levels/replicate-${key.replicate + 1}/${key.branch}`,
  );
  return [...branches].map(([name, own]) => {
    const inOrder = own.toSorted((one, other) => one.training.key.level - other.training.key.level);
    const scalars = inOrder.flatMap((run) => summaryOf(run, 'levels', run.training.key.level));
    return {
      path: eventPath(name, scalars[0]?.time ?? 0),
      bytes: eventFile(scalars, undefined),
    };
  });
}

function summaryOf({ summary, endTime }: LoggedRun, group: string, step: number): Scalar[] {
  return Object.entries(summary).map(([name, value]) => ({
    tag: `${group}/${name}`,
    step,
    time: seconds(endTime),
    value,
  }));
}

function eventPath(run: string, time: number): string {
  return `${run}/events.out.tfevents.${Math.floor(time)}.ticket-workbench`;
}

function seconds(milliseconds: number): number {
  return milliseconds / 1000;
}
