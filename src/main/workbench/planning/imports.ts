/** Files that settings import masks and weights from: read, compared with the network, and pinned. */
import { z } from 'zod';
import { SettingsError } from '../../../shared/contract/errors.ts';
import type { Choice } from '../../../shared/domain/definition.ts';
import { countKeptBySegment, densityOf } from '../../../shared/domain/mask.ts';
import type { Settings, WrittenSettings } from '../../../shared/domain/settings.ts';
import { formatPercent } from '../../../shared/percent-text.ts';
import { type ImportChoice, importedMask } from '../../engine/imports/imported.ts';
import { readTensorFile } from '../../engine/imports/tensor-file.ts';
import { initializers } from '../../engine/initializers/index.ts';
import { importedMaskBranch } from '../../engine/lottery/branches/imported-mask.ts';
import type { NetworkSpec } from '../../engine/layers/spec.ts';
import { layoutOf } from '../../engine/network.ts';
import { imported as importedStrategy } from '../../engine/pruning/strategies/imported.ts';
import type { SparsityTarget } from '../../engine/pruning/strategy.ts';
import { totalKept } from '../../engine/pruning/targets.ts';

type ImportingSettings = Pick<WrittenSettings, 'initializer' | 'pruning' | 'branches'>;

/** Entries whose settings name a file. The initialiser has the id of the strategy. */
const IMPORTING: readonly string[] = [importedStrategy.id, importedMaskBranch.id];

/**
 * The settings with the SHA-256 of every file that they import from, and what an imported mask keeps. So
 * a search is defined by the content of its files, and what its levels keep is known without them.
 *
 * @throws WorkbenchError `not-found`, `invalid-data` or `conflict` naming the file and what does not fit
 *   the network.
 */
export function pinnedImports(
  settings: ImportingSettings,
  network: NetworkSpec,
): ImportingSettings {
  const { initializer, pruning, branches } = settings;
  return {
    initializer: pinned(initializer),
    pruning: { ...pruning, strategy: withKeptCounts(pinned(pruning.strategy), network) },
    branches: branches.map((entry) => (typeof entry === 'string' ? entry : pinned(entry))),
  };
}

/** @throws WorkbenchError as `pinnedImports`, if given weights do not fit the network. */
export function checkInitialWeights(initializer: Choice, network: NetworkSpec): void {
  initializers.get(initializer.id).given?.(initializer, network);
}

function pinned<Entry extends Choice>(choice: Entry): Entry {
  const imported = importOf(choice);
  if (!imported) return choice;
  const { sha256 } = readTensorFile(imported.file, imported.sha256);
  return { ...choice, sha256 };
}

function withKeptCounts<Entry extends Choice>(strategy: Entry, network: NetworkSpec): Entry {
  if (strategy.id !== importedStrategy.id) return strategy;
  const imported = importOf(strategy);
  if (!imported) return strategy;
  const kept = countKeptBySegment(importedMask(imported, network), layoutOf(network).prunable);
  return { ...strategy, kept };
}

/** Undefined for entries that import nothing. */
function importOf(choice: Choice): ImportChoice | undefined {
  if (!IMPORTING.includes(choice.id)) return undefined;
  const { file, sha256 } = choice;
  if (typeof file !== 'string') return undefined;
  return { file, sha256: typeof sha256 === 'string' ? sha256 : undefined };
}

/**
 * @throws WorkbenchError `conflict` if a file has changed since the search was planned; `not-found` if
 *   it is missing.
 */
export function checkImportedFiles({ initializer, pruning, branches }: ImportingSettings): void {
  for (const entry of [initializer, pruning.strategy, ...branches]) {
    const imported = typeof entry === 'string' ? undefined : importOf(entry);
    if (imported) readTensorFile(imported.file, imported.sha256);
  }
}

/**
 * @throws SettingsError if a branch with an imported mask would stand beside a ticket of another density.
 */
export function checkImportedBranches(
  { branches, branchLevels }: Pick<Settings, 'branches' | 'branchLevels'>,
  network: NetworkSpec,
  targets: readonly SparsityTarget[],
): void {
  for (const [index, entry] of branches.entries()) {
    if (typeof entry === 'string' || entry.id !== importedMaskBranch.id) continue;
    const { file, tolerance } = branchSettings.parse(entry);
    const density = densityOf(importedMask({ file }, network));
    const weights = layoutOf(network).prunableCount;
    const densities = targets.map((target) => totalKept(target) / weights);
    const isNear = (other: number): boolean => Math.abs(other - density) <= tolerance * density;
    const levels = densities.map((_, at) => at + 1);
    const trained = branchLevels ?? levels;
    const far = trained.find((level) => !isNear(densities[level - 1] ?? density));
    if (far === undefined) continue;
    const fitting = levels.filter((level) => isNear(densities[level - 1]!));
    const message = `branches.${index} has a mask that keeps ${formatPercent(density, 1)} of the weights, and level ${far} keeps ${formatPercent(densities[far - 1], 1)}; expected levels within ${formatPercent(tolerance, 1)} of the mask's density`;
    throw new SettingsError(
      [{ path: `branches.${index}`, message }],
      fitting.length > 0
        ? `Set branchLevels to [${fitting.join(', ')}].`
        : `Choose a schedule with a level at density ${density.toFixed(4)}, or raise the branch's tolerance.`,
    );
  }
}

/** Those of the branch that matter here. */
const branchSettings = z.object({ file: z.string(), tolerance: z.number() });
