/**
 * A training between two steps, in a file: whoever continues from it ends with the same bits. The
 * file is written again and again while the training runs, and belongs to this one training.
 *
 * It holds a line with the version of the format, the SHA-256 of the rest, and the rest as V8
 * serialises it, which keeps the bits of numbers and of typed arrays.
 */
import { createHash, hash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { z } from 'zod';
import { replaceFile } from '../../../../provision/atomic-file.mjs';
import { messageOf } from '../../../shared/contract/errors.ts';
import { isPlainObject } from '../../../shared/contract/json.ts';
import type { Mask } from '../../../shared/domain/mask.ts';
import type { Evaluation, TrainingKey } from '../../../shared/domain/training.ts';
import type { CapturedWeights } from '../../../shared/domain/training-record.ts';
import type { MovementState } from '../pruning/movement.ts';
import type { LoopState } from '../training/loop.ts';
import type { TrainerState } from '../training/trainer.ts';

/** Where the checkpoint of a training is, and how often it is written. */
export interface CheckpointPlace {
  /** Its folder may be missing; the folder above it is there. */
  readonly file: string;
  /** The identity of the training: all that determines its bits, its environment included. */
  readonly identity: string;
  /** The least time from one checkpoint to the next. */
  readonly milliseconds: number;
}

/** What a checkpoint belongs to: it is used for nothing else. */
export interface CheckpointOwner {
  readonly key: TrainingKey;
  /** The masked weights at the start. */
  readonly start: Float32Array;
  readonly mask: Mask;
  readonly followsMovement: boolean;
}

/** What a training needs to continue. */
export interface Checkpoint {
  readonly loop: LoopState;
  readonly trainer: TrainerState;
  readonly evaluations: readonly Evaluation[];
  readonly captured: readonly CapturedWeights[];
  /** Only for strategies that follow movement. */
  readonly movement?: MovementState | undefined;
}

const floats = z.custom<Float32Array>((value) => value instanceof Float32Array);
const doubles = z.custom<Float64Array>((value) => value instanceof Float64Array);
const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

const content = z.object({
  /** The hash of the `CheckpointOwner`. */
  owner: z.string(),
  checkpoint: z.object({
    loop: z.object({
      iteration: z.int(),
      leastValidationLoss: z.number(),
      correctAtEarlyStop: bytes,
      trainingMilliseconds: z.number(),
      evaluationMilliseconds: z.number(),
    }),
    trainer: z.object({ parameters: floats, slots: z.array(floats) }),
    evaluations: z.array(z.custom<Evaluation>(isPlainObject)),
    captured: z.array(z.object({ iteration: z.int(), weights: floats })),
    movement: z.object({ sum: doubles, last: floats }).optional(),
  }),
});

/** Another format, or a change to what trainers need, gets another number. */
const FORMAT = Buffer.from('ticket checkpoint 1\n');
const CHECKSUM_BYTES = 32;

/** Saving takes at most this fraction of the time, also where a disk is slow. */
const MOST_COST = 0.01;

export class CheckpointFile {
  readonly #place: CheckpointPlace;
  readonly #owner: CheckpointOwner;
  readonly #warn: (message: string) => void;
  #ownerHash: string | undefined;
  #nextAt: number;
  #hasFailed = false;

  /** @param warn gets a sentence without a full stop, for the search's log. */
  constructor(place: CheckpointPlace, owner: CheckpointOwner, warn: (message: string) => void) {
    this.#place = place;
    this.#owner = owner;
    this.#warn = warn;
    this.#nextAt = performance.now() + place.milliseconds;
  }

  /**
   * What an earlier run has saved. A checkpoint that can't be used is removed, and the log says so.
   *
   * @param captures the iterations whose weights the training has to capture. The earlier run may have
   *   captured more: a search of a sweep that is resumed alone needs only its own.
   */
  read(captures: Iterable<number>): Checkpoint | undefined {
    const { file } = this.#place;
    try {
      if (!existsSync(file)) return undefined;
      const { owner, checkpoint } = decode(readFileSync(file));
      const missing = missedCapture(checkpoint, captures);
      if (owner === this.#hashOfOwner() && missing === undefined) return checkpoint;
      this.#warn(
        owner === this.#hashOfOwner()
          ? `its checkpoint lacks the weights of iteration ${missing}, so it begins anew`
          : 'its checkpoint is from other settings or another version, so it begins anew',
      );
    } catch (error) {
      this.#warn(`its checkpoint can't be used (${messageOf(error)}), so it begins anew`);
    }
    removeCheckpointFile(file);
    return undefined;
  }

  /** Whether enough time has passed since the last one. */
  isDue(): boolean {
    return performance.now() >= this.#nextAt;
  }

  /**
   * Replaces the last one. A checkpoint that can't be written is missed, and the log says so once.
   *
   * @param take copies the training's state, which is part of the cost.
   */
  write(take: () => Checkpoint): void {
    const { file, milliseconds } = this.#place;
    const startedAt = performance.now();
    try {
      const packed = serialize({ owner: this.#hashOfOwner(), checkpoint: take() });
      makeFolder(path.dirname(file));
      replaceFile(file, (unfinished) => {
        writeNew(unfinished, [FORMAT, hash('sha256', packed, 'buffer'), packed]);
      });
    } catch (error) {
      if (!this.#hasFailed) {
        this.#warn(
          `its checkpoint can't be saved (${messageOf(error)}); it trains on, but would begin ` +
            'where it was last saved',
        );
      }
      this.#hasFailed = true;
    }
    // From start to start, so a kill costs at most that time.
    const cost = performance.now() - startedAt;
    this.#nextAt = startedAt + Math.max(milliseconds, cost / MOST_COST);
  }

  /** Computed when it is first needed: most trainings end before that. */
  #hashOfOwner(): string {
    const { start, mask, ...facts } = this.#owner;
    this.#ownerHash ??= createHash('sha256')
      .update(JSON.stringify({ ...facts, identity: this.#place.identity }))
      .update(start)
      .update(mask)
      .digest('hex');
    return this.#ownerHash;
  }
}

/** An iteration that is over, and whose weights were not captured then. */
function missedCapture({ loop, captured }: Checkpoint, captures: Iterable<number>) {
  return [...captures].find(
    (wanted) => wanted <= loop.iteration && !captured.some(({ iteration }) => iteration === wanted),
  );
}

/** @throws Error that says what is wrong with it. */
function decode(file: Buffer): z.infer<typeof content> {
  const start = FORMAT.length + CHECKSUM_BYTES;
  if (!file.subarray(0, FORMAT.length).equals(FORMAT)) {
    throw new Error('it is damaged or of another version');
  }
  const packed = file.subarray(start);
  if (!hash('sha256', packed, 'buffer').equals(file.subarray(FORMAT.length, start))) {
    throw new Error('it is damaged: its checksum does not match');
  }
  return content.parse(deserialize(packed));
}

/** Not the folder above it: a data directory that was removed stays removed. */
function makeFolder(folder: string): void {
  if (existsSync(path.dirname(folder))) mkdirSync(folder, { recursive: true });
}

function writeNew(file: string, pieces: readonly Uint8Array[]): void {
  const handle = openSync(file, 'wx');
  try {
    for (const piece of pieces) writeFileSync(handle, piece);
  } finally {
    closeSync(handle);
  }
}

/** A file that stays is ignored again, and swept later; it must not stop a search. */
export function removeCheckpointFile(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // As above.
  }
}
