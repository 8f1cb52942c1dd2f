import type { StepTimes } from '../../shared/domain/engine.ts';
import { scalar } from './columns.ts';
import { StorePart } from './part.ts';
import { stepTimesJson } from './stored-json.ts';

const TIMES = scalar(stepTimesJson);

/** How fast engines are on this machine, keyed by everything that the times depend on. */
export class Calibrations extends StorePart {
  /** What was measured under this key. */
  find(key: string): StepTimes | undefined {
    return this.connection.read("the calibration can't be read", () =>
      this.connection.prepare('SELECT times FROM calibrations WHERE key = ?', TIMES).get(key),
    );
  }

  save(key: string, times: StepTimes): void {
    this.connection.write("the calibration can't be saved", () => {
      this.connection
        .prepare('INSERT OR REPLACE INTO calibrations VALUES (?, ?, ?)')
        .run(key, JSON.stringify(times), this.connection.now());
    });
  }
}
