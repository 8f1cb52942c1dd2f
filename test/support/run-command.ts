import { main } from '../../src/main/hosts/cli/main.ts';
import type { Output } from '../../src/main/hosts/cli/output.ts';

interface KeptOutput {
  readonly output: Output;
  readonly results: readonly string[];
  readonly notes: readonly string[];
}

/** An output of commands that keeps their results and notes, without a terminal. */
export function keptOutput(): KeptOutput {
  const results: string[] = [];
  const notes: string[] = [];
  const output: Output = {
    isTerminal: false,
    columns: 80,
    result: (text) => results.push(text),
    note: (text) => notes.push(text),
    event: () => undefined,
    status: () => undefined,
  };
  return { output, results, notes };
}

/** Runs `ticket` in this process. */
export async function runCommand(
  ...args: string[]
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const { output, results, notes } = keptOutput();
  const code = await main(args, output);
  return { code, stdout: results.join('\n'), stderr: notes.join('\n') };
}
