import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { SweepCheck } from '../../../shared/contract/records/planning.ts';
import type { SweepDetail } from '../../../shared/contract/records/sweeps.ts';
import type { JsonObject } from '../../../shared/contract/json.ts';
import type { SweepDraft } from '../../../shared/domain/sweep.ts';
import { countTrainings, planSweep } from '../planning/sweep-plan.ts';
import { labelsOf, readSweep } from '../history/sweep-reading.ts';
import { sweepRow, sweepSeries, sweepTable } from '../history/sweep-table.ts';
import { type HandlerContext, rowsOf } from './context.ts';
import { exportedSweep } from './exported-file.ts';
import type { HandlersOf } from './handlers.ts';
import { problemsOf } from './settings.ts';

type Names =
  `sweep.${'plan' | 'launch' | 'get' | 'results' | 'pause' | 'resume' | 'stop' | 'export'}`;

/** Sweeps: searches over a grid of settings. */
export function sweepHandlers(context: HandlerContext): HandlersOf<Names> {
  const { store, workbench, queue, emit } = context;
  const idsOf = (id: string): string[] =>
    store.sweeps.members(store.sweeps.get(id).id).map(({ searchId }) => searchId);
  const changed = (id: string): SweepDetail => {
    const detail = detailOf(context, id);
    emit({ type: 'sweep-changed', row: detail.row });
    return detail;
  };
  return {
    'sweep.plan': ({ settings, sweep, workers }) => check(context, settings, sweep, workers),
    'sweep.launch': async ({ settings, sweep, name, workers }) => {
      const { id } = await workbench.planner.createSweep(settings, sweep, name);
      await queue.addAll(idsOf(id), workers);
      return changed(id);
    },
    'sweep.get': ({ id }) => detailOf(context, id),
    'sweep.results': ({ id }) => {
      const read = readSweep(store, store.sweeps.get(id));
      return { table: sweepTable(read), series: sweepSeries(read) };
    },
    'sweep.pause': async ({ id }) => {
      const running = idsOf(id).filter((searchId) => queue.isOurs(searchId));
      if (running.length === 0) throw nothingToDo(id, 'paused');
      await Promise.all(running.map((searchId) => queue.pause(searchId)));
      return changed(id);
    },
    'sweep.resume': async ({ id, workers }) => {
      const unfinished = rowsOf(context, idsOf(id)).filter(({ state }) => state !== 'finished');
      if (unfinished.length === 0) throw nothingToDo(id, 'resumed');
      await queue.resumeAll(
        unfinished.map((row) => row.id),
        workers,
      );
      return changed(id);
    },
    'sweep.stop': async ({ id, when }) => {
      const running = idsOf(id).filter((searchId) => queue.isOurs(searchId));
      if (running.length === 0) throw nothingToDo(id, 'stopped');
      await queue.stopAll(running, when);
      return changed(id);
    },
    'sweep.export': async ({ id, ...exported }) => {
      const sweep = store.sweeps.get(id);
      const bytes = await workbench.exports.sweepBytes(sweep.id, exported);
      return exportedSweep(sweep, exported, bytes);
    },
  };
}

async function check(
  { estimates }: HandlerContext,
  settings: JsonObject,
  sweep: SweepDraft,
  workers: number | undefined,
): Promise<SweepCheck> {
  try {
    const { axes, points } = await planSweep(settings, sweep);
    return {
      valid: true,
      plan: {
        axes,
        points: points.map(({ label, values }) => ({ label, values })),
        ...countTrainings(points),
        estimate: estimates.findTogether(points, workers),
        first: points[0]!.written,
      },
    };
  } catch (error) {
    const problems = problemsOf(error, settings);
    if (!problems) throw error;
    return { valid: false, problems };
  }
}

function detailOf(context: HandlerContext, id: string): SweepDetail {
  const { store, queue, plans } = context;
  const sweep = store.sweeps.get(id);
  const members = store.sweeps.members(sweep.id);
  const labels = labelsOf(store, sweep);
  const rows = rowsOf(
    context,
    members.map(({ searchId }) => searchId),
  );
  return {
    row: {
      ...sweepRow(store.sweeps.summary(sweep.id)),
      shards: plans.countsOfPlan(members[0]?.searchId ?? ''),
    },
    axes: sweep.axes,
    points: members.map(({ searchId, values }, index) => ({
      searchId,
      label: labels.get(searchId) ?? '',
      values,
      row: rows[index]!,
    })),
    live: queue.live.liveSweep(sweep.id),
  };
}

function nothingToDo(id: string, participle: string): WorkbenchError {
  return new WorkbenchError(
    'conflict',
    `the sweep ${id} can't be ${participle}: none of its searches can`,
    'Reload the sweep to see what its searches are doing.',
  );
}
