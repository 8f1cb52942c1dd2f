/** A Python with PyTorch and other programs that are too large to set up for tests. TICKET_TORCH_PYTHON names it. */
import { spawnSync } from 'node:child_process';

export const TORCH_PYTHON = process.env['TICKET_TORCH_PYTHON'] ?? 'python3';

/** Keras runs on the PyTorch that is there. */
export const ON_TORCH: NodeJS.ProcessEnv = { ...process.env, KERAS_BACKEND: 'torch' };

/** Why a test that needs these modules is skipped; undefined if they are there. */
export function missingPrograms(...modules: readonly string[]): string | undefined {
  const code = `import ${modules.join(', ')}`;
  const { status } = spawnSync(TORCH_PYTHON, ['-c', code], { env: ON_TORCH });
  if (status === 0) return undefined;
  return `${TORCH_PYTHON} has not all of ${modules.join(', ')}; TICKET_TORCH_PYTHON can name a Python that has`;
}
