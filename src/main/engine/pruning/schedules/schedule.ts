/** Pruning schedules: how many levels a search has, and how much each of them keeps. */
import type { z } from 'zod';
import type { Definition } from '../../../../shared/domain/definition.ts';
import type { LevelCounter } from '../../../../shared/domain/settings.ts';
import type { ParameterLayout } from '../../../../shared/domain/layout.ts';
import type { SparsityTarget, PruningStrategy } from '../strategy.ts';

export interface PruningScheduleDefinition extends LevelCounter {
  /**
   * The targets of levels 1, 2, …
   *
   * @param pruning the settings that contain `schedule`.
   * @param accept called with each level's target before the next is computed; it may throw.
   */
  plan(
    pruning: object,
    strategy: PruningStrategy,
    layout: ParameterLayout,
    accept: AcceptTarget,
  ): SparsityTarget[];
}

/** @param subject the start of an error message: the setting and the level that it leads to. */
export type AcceptTarget = (
  from: SparsityTarget | undefined,
  target: SparsityTarget,
  subject: string,
) => void;

interface ScheduleSource<Hparams extends z.ZodObject> extends Definition<Hparams> {
  levels(hparams: z.infer<Hparams>): number;
  /** The target of a level, counted from 1. */
  target(
    hparams: z.infer<Hparams>,
    level: number,
    from: SparsityTarget | undefined,
    strategy: PruningStrategy,
    layout: ParameterLayout,
  ): { readonly target: SparsityTarget; readonly subject: string };
}

/** Types a schedule's functions by its own settings. */
export function defineSchedule<Hparams extends z.ZodObject>(
  source: ScheduleSource<Hparams>,
): PruningScheduleDefinition {
  const { id, label, description, hparams } = source;
  return {
    id,
    label,
    description,
    hparams,
    countLevels: (pruning) => source.levels(hparams.parse(pruning)),
    plan(pruning, strategy, layout, accept) {
      const own = hparams.parse(pruning);
      const targets: SparsityTarget[] = [];
      for (let level = 1; level <= source.levels(own); level += 1) {
        const from = targets.at(-1);
        const { target, subject } = source.target(own, level, from, strategy, layout);
        accept(from, target, subject);
        targets.push(target);
      }
      return targets;
    },
  };
}
