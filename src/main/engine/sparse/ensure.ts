import { ensureWasm, SPARSE_MODULES, type SparseModuleKind } from './build.ts';
import { ensureNative } from './native-build.ts';

/**
 * Makes sure that these modules are built, and native kernels where a compiler is; hosts call it before
 * they start workers.
 *
 * @param onBuild called if there is something to build, which takes seconds.
 * @throws WorkbenchError as `ensureWasm`; native kernels are never required.
 */
export async function ensureSparseEngine(
  kinds: readonly SparseModuleKind[] = SPARSE_MODULES,
  onBuild: () => void = () => undefined,
): Promise<void> {
  let isTold = false;
  const tell = (): void => {
    if (!isTold) onBuild();
    isTold = true;
  };
  // Relaxed SIMD has no native kernels.
  const native = kinds.includes('strict') ? ensureNative(tell) : undefined;
  await Promise.all([ensureWasm(kinds, tell), native]);
}
