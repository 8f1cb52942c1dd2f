import { terminalLine } from '../../../../provision/terminal-line.mjs';

/** Where the command writes: results go to stdout, notes for people go to stderr. */
export interface Output {
  readonly isTerminal: boolean;
  /** Columns of the terminal, or 80. */
  readonly columns: number;
  result(text: string): void;
  note(text: string): void;
  /** Replaces the last line of a terminal. Does nothing without a terminal. */
  status(text: string): void;
}

export function processOutput(): Output {
  const line = terminalLine(process.stderr);
  return {
    isTerminal: line.isMoving,
    get columns() {
      return line.columns();
    },
    result(text) {
      line.clear();
      process.stdout.write(`${text}\n`);
    },
    note(text) {
      line.clear();
      process.stderr.write(`${text}\n`);
    },
    status: line.draw,
  };
}
