/** Learning-rate schedules: the factor on the optimizer's learning rate at each iteration. */
import { z } from 'zod';
import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import { type Choice, type Definition, hparamsOf } from '../../../../shared/domain/definition.ts';
import { duration, inIterations, type InIterations } from '../../../../shared/domain/duration.ts';

/** The factor for the step that follows `iteration` steps, counted from the start of training. */
export type Schedule = (iteration: number) => number;

export interface ScheduleDefinition extends Definition {
  /**
   * @param choice with epochs resolved to iterations.
   * @param iterations the length of the training.
   * @throws WorkbenchError `invalid-settings` if the training is too short for the schedule.
   */
  create(choice: Choice, iterations: number): Schedule;
}

/** The settings of every schedule: a linear warm-up (Goyal et al. 2017, section 2.2). */
const warmupHparams = {
  warmup: duration(0).default(0).meta({
    title: 'Warm-up',
    description: 'Iterations until the learning rate reaches its full value.',
  }),
  warmupFactor: z.number().min(0).max(1).default(0.1).meta({
    title: 'Warm-up factor',
    description: 'Fraction of the learning rate at the start of the warm-up.',
  }),
};

/**
 * Types a schedule's function by its own settings and adds the warm-up. `after` returns the
 * schedule after the warm-up; its iterations count from the start of training.
 */
export function defineSchedule<Shape extends z.ZodRawShape>(
  definition: Omit<Definition, 'hparams'> & {
    readonly hparams: z.ZodObject<Shape>;
    after(
      hparams: InIterations<z.infer<z.ZodObject<Shape>>>,
      iterations: number,
      warmup: number,
    ): Schedule;
  },
): ScheduleDefinition {
  const { id, label, description } = definition;
  const climb = z.object(warmupHparams);
  const hparams = definition.hparams.extend(warmupHparams);
  return {
    id,
    label,
    description,
    hparams,
    create(choice, iterations) {
      const own = definition.hparams.parse(hparamsOf({ id, label, description, hparams }, choice));
      const { warmup, warmupFactor } = inIterations(climb.parse(choice));
      if (warmup >= iterations) {
        throw new WorkbenchError(
          'invalid-settings',
          `training.schedule.warmup is ${warmup} iterations; expected below training.iterations, ${iterations}`,
        );
      }
      const after = definition.after(inIterations(own), iterations, warmup);
      return (iteration) =>
        iteration < warmup
          ? warmupFactor + (1 - warmupFactor) * (iteration / warmup)
          : after(iteration);
    },
  };
}
