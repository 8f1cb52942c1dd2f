import { vi } from 'vitest';
import { optimizers } from '../../src/main/engine/training/optimizers/index.ts';

/** Makes an optimizer one that the sparse engine lacks, until mocks are restored. */
export function makeDenseOnly(id: string): void {
  const definition = optimizers.get(id);
  const { create } = definition;
  vi.spyOn(definition, 'create').mockImplementation((choice) => ({
    ...create(choice),
    onSparseKernels: undefined,
  }));
}
