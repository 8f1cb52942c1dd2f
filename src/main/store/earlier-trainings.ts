/**
 * Trainings of earlier versions: what results need of them is sealed once all their measurements have been
 * found right. Checking them takes seconds for a million measurements, so it is done in a thread; what was
 * found is then saved by the workbench itself, whose own changes tell no window to load everything again.
 */
import { TICKET_BRANCH } from '../../shared/domain/training.ts';
import { checkMeasurements } from './checksums.ts';
import { bytes, integer, scalar } from './columns.ts';
import { damagedRecord, type DecisiveRecord, decisiveRecord } from './decisive-evaluations.ts';
import type { LevelOfSearch } from './early-stops.ts';
import { StorePart } from './part.ts';
import { isDamage } from './store-error.ts';

/** What is to be saved of a training that was checked. */
export interface CheckedTraining extends DecisiveRecord {
  /** That of all its measurements, as it was checked. */
  readonly trainingChecksum: Uint8Array;
}

export interface CheckedTrainings {
  readonly sound: readonly CheckedTraining[];
  /** Their records vouch for nothing, and keep them from being checked again. */
  readonly damaged: readonly CheckedTraining[];
  /** The id of the training that was checked last; undefined if none is left. */
  readonly last: number | undefined;
}

const ID = scalar(integer);
const CHECKSUM = scalar(bytes);
const PLACE = scalar(integer);

/** There is a checksum over all measurements, and none over the decisive ones. */
const IS_UNSEALED = `trainings.checksum IS NOT NULL AND NOT EXISTS
  (SELECT 1 FROM decisive_evaluations WHERE training_id = trainings.id)`;

export class EarlierTrainings extends StorePart {
  /** Whether there is one that was not checked yet, or can't be read. */
  exist(): boolean {
    return this.connection.read(
      "the trainings can't be read",
      () => this.#nextUnsealed(0) !== undefined,
    );
  }

  /** Those of these levels all whose tickets are sealed, or have nothing that could be checked. */
  sealedAmong<Level extends LevelOfSearch>(levels: readonly Level[]): Level[] {
    return this.connection.read("the trainings can't be read", () => {
      const unsealed = new Set(
        this.connection
          .prepare(
            `SELECT wanted.key FROM json_each(?) AS wanted
             CROSS JOIN trainings ON search_id = wanted.value ->> 0
               AND level = wanted.value ->> 1 AND branch = '${TICKET_BRANCH}'
             WHERE ${IS_UNSEALED}`,
            PLACE,
          )
          .all(JSON.stringify(levels.map(({ searchId, level }) => [searchId, level]))),
      );
      return levels.filter((_, place) => !unsealed.has(place));
    });
  }

  /**
   * Checks all measurements of trainings that are not sealed. Changes nothing.
   *
   * @param after the id of the training that was checked last; 0 to begin.
   * @param milliseconds after these, no other is begun.
   */
  check(after: number, milliseconds: number): CheckedTrainings {
    const until = Date.now() + milliseconds;
    const sound: CheckedTraining[] = [];
    const damaged: CheckedTraining[] = [];
    let last = after;
    do {
      const id = this.connection.read("the trainings can't be read", () =>
        this.#nextUnsealed(last),
      );
      if (id === undefined) return { sound, damaged, last: undefined };
      const checked = this.#checked(id);
      if (checked) (checked.isSound ? sound : damaged).push(checked.training);
      last = id;
    } while (Date.now() < until);
    return { sound, damaged, last };
  }

  /**
   * Seals what results need of these trainings, and remembers which are damaged, unless they have changed since
   * they were checked. What reads a damaged one names the damage, without another check of all measurements.
   */
  seal({ sound, damaged }: Pick<CheckedTrainings, 'sound' | 'damaged'>): void {
    const checked = [...sound, ...damaged];
    if (checked.length === 0) return;
    this.connection.writeUnsynced("the trainings can't be sealed", () => {
      const save = this.connection.prepare(
        `INSERT OR IGNORE INTO decisive_evaluations
         SELECT id, ?, ?, ? FROM trainings WHERE id = ? AND checksum = ?`,
      );
      for (const { trainingId, earlyStop, last, checksum, trainingChecksum } of checked) {
        save.run(earlyStop, last, checksum, trainingId, trainingChecksum);
      }
    });
  }

  /** Undefined if it can't be read, or was deleted since it was found. */
  #checked(
    id: number,
  ): { readonly isSound: boolean; readonly training: CheckedTraining } | undefined {
    try {
      return this.connection.read("the training can't be read", () => {
        const trainingChecksum = this.connection
          .prepare('SELECT checksum FROM trainings WHERE id = ?', CHECKSUM)
          .get(id);
        if (!trainingChecksum) return undefined;
        const covers = checkMeasurements(this.connection, id);
        const record = covers
          ? decisiveRecord(this.connection, id, covers)
          : damagedRecord(this.connection, id);
        return { isSound: covers !== undefined, training: { ...record, trainingChecksum } };
      });
    } catch (error) {
      if (!isDamage(error)) throw error;
      return undefined;
    }
  }

  #nextUnsealed(after: number): number | undefined {
    return this.connection
      .prepare(`SELECT id FROM trainings WHERE id > ? AND ${IS_UNSEALED} ORDER BY id LIMIT 1`, ID)
      .get(after);
  }
}
