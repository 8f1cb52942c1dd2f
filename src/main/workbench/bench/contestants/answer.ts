import process from 'node:process';

/** Answers a request of contestant.ts. */
export function answer(line: string | number): void {
  process.stdout.write(`${line}\n`);
}
