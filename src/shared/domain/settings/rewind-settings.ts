/** What survivors are reset to before they are retrained. */
import { z } from 'zod';
import { closedObject } from '../definition.ts';
import { duration, isDuration } from '../duration.ts';
import { DEFAULT_REWIND } from './choices.ts';
import { settingsOfAll, settingsOfOne } from './beside-id.ts';
import type { SettingsRegistries } from './registries.ts';

/** The id of the rewind that stored settings choose. */
export function rewindIdOf({ id = DEFAULT_REWIND }: { readonly id?: string | undefined }): string {
  return id;
}

/** From before an iteration could be written as "2ep". If set, it overrides the iteration. */
const epoch = z.number().gt(0).optional().meta({
  title: 'Rewind epoch',
  description: 'Older form: the iteration can be written in epochs instead.',
  unit: 'epochs',
  deprecated: true,
});

const iteration = duration(0).default(0);

/** The settings of a rewind to iteration k. */
export const rewindPointSettings = (description: string) => ({
  iteration: iteration.meta({ title: 'Rewind iteration', description }),
  epoch,
});

/** A rewind with its settings. The start is omitted if other settings determine it. */
export type RewindChoice = Partial<
  z.output<z.ZodObject<ReturnType<typeof rewindPointSettings>>>
> & {
  readonly id?: string;
  readonly [setting: string]: unknown;
};

/**
 * `{ iteration: 0 }` is weight rewinding; other rewinds name their id. If other settings determine
 * the iteration at which training starts, `parseSettings` adds it.
 */
export function rewindSchema({ rewinds }: Pick<SettingsRegistries, 'rewinds'>) {
  const known = {
    id: z
      .enum(rewinds.entries.map(({ id }) => id))
      .default(DEFAULT_REWIND)
      .meta({
        title: 'Method',
        description: 'What the surviving weights are set to before they are trained again.',
      }),
  };
  return closedObject<typeof known>({ ...known, ...settingsOfAll(rewinds) })
    .transform((given, context): RewindChoice => {
      const { id, ...own } = given;
      const rewind = rewinds.get(id);
      const { iteration: _derived, ...others } = own;
      const fields = 'iteration' in rewind.hparams.shape ? own : others;
      const parsed = settingsOfOne('rewind', rewind, fields, (path, input, message) =>
        context.issues.push({ code: 'custom', path, input, message }),
      );
      if (!parsed) return z.NEVER;
      const { iteration, epoch } = parsed;
      return {
        ...(id === DEFAULT_REWIND ? {} : { id }),
        ...parsed,
        ...(isDuration(iteration) && { iteration }),
        ...(typeof epoch === 'number' && { epoch }),
      };
    })
    .prefault({})
    .meta({ title: 'Rewind' });
}
