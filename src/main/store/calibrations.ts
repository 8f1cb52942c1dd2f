import type { DensitySpeed, StepTimes } from '../../shared/domain/engine.ts';
import { isCalibrationSound, sealCalibration } from './checksums.ts';
import { scalar, text } from './columns.ts';
import { StorePart } from './part.ts';
import { densitySpeedsJson, stepTimesJson } from './stored-json.ts';

const MEASURED = scalar(text);

/**
 * How fast engines are on this machine, keyed by everything that it depends on. A damaged measurement
 * counts as none: it is made anew.
 */
export class Calibrations extends StorePart {
  /** The times of a step that were measured under this key. */
  find(key: string): StepTimes | undefined {
    return stepTimesJson.safeParse(this.#read(key)).data;
  }

  save(key: string, times: StepTimes): void {
    this.#write(key, times);
  }

  /** The speeds at several densities that were measured under this key. */
  findSpeeds(key: string): readonly DensitySpeed[] | undefined {
    return densitySpeedsJson.safeParse(this.#read(key)).data;
  }

  saveSpeeds(key: string, speeds: readonly DensitySpeed[]): void {
    this.#write(key, speeds);
  }

  #read(key: string): string | undefined {
    return this.connection.read("the calibration can't be read", () =>
      isCalibrationSound(this.connection, key)
        ? this.connection.prepare('SELECT times FROM calibrations WHERE key = ?', MEASURED).get(key)
        : undefined,
    );
  }

  #write(key: string, measured: StepTimes | readonly DensitySpeed[]): void {
    this.connection.write("the calibration can't be saved", () => {
      this.connection
        .prepare('INSERT OR REPLACE INTO calibrations (key, times, measured_at) VALUES (?, ?, ?)')
        .run(key, JSON.stringify(measured), this.connection.now());
      sealCalibration(this.connection, key);
    });
  }
}
