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
  const isTerminal = process.stderr.isTTY;
  let hasStatus = false;
  const clear = (): void => {
    if (hasStatus) process.stderr.write('\r\u001b[2K');
    hasStatus = false;
  };
  return {
    isTerminal,
    get columns() {
      return process.stderr.columns || 80;
    },
    result(text) {
      clear();
      process.stdout.write(`${text}\n`);
    },
    note(text) {
      clear();
      process.stderr.write(`${text}\n`);
    },
    status(text) {
      if (!isTerminal) return;
      process.stderr.write(`\r\u001b[2K${text.slice(0, (process.stderr.columns || 80) - 1)}`);
      hasStatus = true;
    },
  };
}
