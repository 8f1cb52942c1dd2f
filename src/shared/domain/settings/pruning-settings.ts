/** Which weights are pruned, and how many at every level. */
import { z } from 'zod';
import { choiceSchema, closedObject } from '../definition.ts';
import { besideItsId, settingsOfAll, settingsOfOne } from './beside-id.ts';
import type { SettingsRegistries } from './registries.ts';

/**
 * A schedule's settings are siblings of its id: `{ schedule: 'cubic', levels: 10, targetDensity:
 * 0.05 }`. `{ schedule: { id: 'cubic', levels: 10, targetDensity: 0.05 } }` means the same. The
 * number of levels is stored with every schedule. If other settings determine it, it must agree
 * with them.
 */
export function pruningSchema({
  strategies,
  pruningSchedules,
}: Pick<SettingsRegistries, 'strategies' | 'pruningSchedules'>) {
  const known = {
    strategy: choiceSchema(strategies, 'layerwise-magnitude'),
    schedule: z
      .enum(pruningSchedules.entries.map(({ id }) => id))
      .default('iterative')
      .meta({ title: 'Schedule', description: 'The density of every level.' }),
  };
  return z
    .preprocess(
      (pruning) => besideItsId(pruning, 'schedule'),
      closedObject<typeof known>({ ...known, ...settingsOfAll(pruningSchedules) }),
    )
    .transform((given, context) => {
      const { strategy, schedule: id, ...own } = given;
      const schedule = pruningSchedules.get(id);
      const reject = (path: PropertyKey[], input: unknown, message: string) =>
        context.issues.push({ code: 'custom', path, input, message });

      const { levels: givenLevels, ...others } = own;
      const fields = 'levels' in schedule.hparams.shape ? own : others;
      const parsed = settingsOfOne('schedule', schedule, fields, reject);
      if (!parsed) return z.NEVER;

      const levels = schedule.countLevels(parsed);
      if (givenLevels !== undefined && givenLevels !== levels) {
        reject(
          ['levels'],
          givenLevels,
          `${levels} or no value, because the schedule ${id} has that many levels`,
        );
      }
      return { strategy, schedule: id, ...parsed, levels };
    })
    .prefault({})
    .meta({ title: 'Pruning' });
}
