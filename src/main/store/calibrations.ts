import type { StepTimes } from '../../shared/domain/engine.ts';
import { isCalibrationSound, sealCalibration } from './checksums.ts';
import { scalar, text } from './columns.ts';
import { StorePart } from './part.ts';
import { stepTimesJson } from './stored-json.ts';

const TIMES = scalar(text);

/** How fast engines are on this machine, keyed by everything that the times depend on. */
export class Calibrations extends StorePart {
  /** What was measured under this key. A damaged measurement counts as none: it is made anew. */
  find(key: string): StepTimes | undefined {
    const times = this.connection.read("the calibration can't be read", () => {
      if (!isCalibrationSound(this.connection, key)) return undefined;
      return this.connection
        .prepare('SELECT times FROM calibrations WHERE key = ?', TIMES)
        .get(key);
    });
    return times === undefined ? undefined : stepTimesJson.safeParse(times).data;
  }

  save(key: string, times: StepTimes): void {
    this.connection.write("the calibration can't be saved", () => {
      this.connection
        .prepare('INSERT OR REPLACE INTO calibrations (key, times, measured_at) VALUES (?, ?, ?)')
        .run(key, JSON.stringify(times), this.connection.now());
      sealCalibration(this.connection, key);
    });
  }
}
