/** What every attack is given: its numbers, its folder, and where it tells what it found. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { type Rng, rng } from '../src/shared/rng.ts';
import { Figures } from './figures.ts';
import type { Options } from './options.ts';

/** Failing inputs stay here. */
const FOUND = path.join(tmpdir(), 'ticket-torture-found');

const MINUTE = 60_000;

export class Torment {
  readonly options: Options;
  readonly figures = new Figures();
  /** Everything that the attacks write; removed at the end. */
  readonly folder: string;
  readonly #startedAt = Date.now();
  #folders = 0;
  #status = '';
  readonly #kinds = new Set<string>();

  constructor(options: Options) {
    this.options = options;
    this.folder = mkdtempSync(path.join(tmpdir(), 'ticket-torture-'));
  }

  /** Equal for equal seeds and names, whatever else ran. */
  random(...name: (string | number)[]): Rng {
    return rng(this.options.seed, ...name);
  }

  /** Whether there is time to begin something. */
  hasTime(): boolean {
    return Date.now() - this.#startedAt < this.options.minutes * MINUTE;
  }

  newFolder(name: string): string {
    this.#folders += 1;
    const folder = path.join(this.folder, `${name}-${this.#folders}`);
    mkdirSync(folder);
    return folder;
  }

  /** Shows how far an attack is, and how long the rest of it takes at this pace. */
  progress(attack: string, done: number, total: number, beganAt: number): void {
    if (!process.stderr.isTTY) return;
    const left = done === 0 ? Infinity : ((Date.now() - beganAt) / done) * (total - done);
    const time = Number.isFinite(left) ? `, about ${Math.ceil(left / MINUTE)} min left` : '';
    const status = `${attack}: ${done} of ${total}${time}`;
    process.stderr.write(`\r${status.padEnd(this.#status.length)}`);
    this.#status = status;
  }

  /** A line that stays. */
  say(text: string): void {
    if (process.stderr.isTTY && this.#status !== '') {
      process.stderr.write(`\r${' '.repeat(this.#status.length)}\r`);
      this.#status = '';
    }
    process.stderr.write(`${text}\n`);
  }

  /**
   * @param again the options that repeat it, besides the seed.
   * @param input a file or text that shows it, which is saved.
   */
  violation(attack: string, what: string, again = `--only ${attack}`, input?: Uint8Array): void {
    const { seed } = this.options;
    // One fault is found many times, with other numbers and names; one of them shows it.
    const kind = `${attack} ${what.slice(0, 400).replace(/"[^"]*"|\/\S+|[\d.]+/g, '')}`.slice(
      0,
      200,
    );
    if (this.#kinds.has(kind)) {
      this.figures.count('violations like one above');
      return;
    }
    this.#kinds.add(kind);
    const command = `npm run torture -- --seed ${seed} ${again}`;
    let saved = '';
    if (input) {
      mkdirSync(FOUND, { recursive: true });
      const file = path.join(
        FOUND,
        `${attack.replaceAll('/', '-')}-${seed}-${this.figures.violations.length}`,
      );
      writeFileSync(file, input);
      saved = `; the input is in ${file}`;
    }
    const sentence = `${what.trim()}${saved}`;
    this.figures.violations.push({ attack, what: sentence, command });
    this.say(`VIOLATION, ${attack}: ${sentence}\n  again: ${command}`);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
