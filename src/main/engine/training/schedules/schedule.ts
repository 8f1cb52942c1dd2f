/** Learning-rate schedules: what the optimizer's learning rate is multiplied by, iteration by iteration. */
import { z } from 'zod';
import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import { type Choice, type Definition, hparamsOf } from '../../../../shared/domain/definition.ts';

/** `2000` iterations, or `"20ep"`: epochs, of the training examples without the validation split. */
export const duration = z.union([z.int().min(0), z.string().regex(/^\d+(\.\d+)?ep$/)]);
export type Duration = z.infer<typeof duration>;

/** How long a training is, which durations in epochs and the end of a schedule follow from. */
export interface TrainingLength {
  readonly iterations: number;
  /** Training examples by batch size; not whole in general. */
  readonly iterationsPerEpoch: number;
}

export function iterationsOf(given: Duration, { iterationsPerEpoch }: TrainingLength): number {
  if (typeof given === 'number') return given;
  return Math.round(Number(given.slice(0, -'ep'.length)) * iterationsPerEpoch);
}

/** The factor for the step that follows `iteration` steps, counted from the start of training. */
export type Schedule = (iteration: number) => number;

export interface ScheduleDefinition extends Definition {
  /** @throws WorkbenchError `invalid-settings` if the training is too short for it. */
  create(choice: Choice, length: TrainingLength): Schedule;
}

/** What every schedule has: a linear climb to it (Goyal et al. 2017, section 2.2). */
const warmupHparams = {
  warmup: duration.default(0).meta({
    title: 'Warm-up',
    description: 'Iterations, or epochs as "5ep", in which the rate climbs to its full value.',
  }),
  warmupFactor: z.number().min(0).max(1).default(0.1).meta({
    title: 'Warm-up from',
    description: 'Share of the learning rate that the climb starts from.',
  }),
};

/**
 * `after` gives the schedule proper: it is asked from the end of the warm-up on, with iterations
 * still counted from the start of training.
 */
export function defineSchedule<Shape extends z.ZodRawShape>(
  definition: Omit<Definition, 'hparams'> & {
    readonly hparams: z.ZodObject<Shape>;
    after(hparams: z.infer<z.ZodObject<Shape>>, length: TrainingLength, warmup: number): Schedule;
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
    create(choice, length) {
      const own = definition.hparams.parse(hparamsOf({ id, label, description, hparams }, choice));
      const { warmup: given, warmupFactor } = climb.parse(choice);
      const warmup = iterationsOf(given, length);
      if (warmup >= length.iterations) {
        throw new WorkbenchError(
          'invalid-settings',
          `training.schedule.warmup is ${warmup} iterations; expected below training.iterations, ${length.iterations}`,
        );
      }
      const after = definition.after(own, length, warmup);
      return (iteration) =>
        iteration < warmup
          ? warmupFactor + (1 - warmupFactor) * (iteration / warmup)
          : after(iteration);
    },
  };
}
