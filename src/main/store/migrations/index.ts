import { searches } from './0001-searches.ts';
import { history } from './0002-history.ts';
import { engines } from './0003-engines.ts';
import { analyses } from './0004-analyses.ts';
import { sweeps } from './0005-sweeps.ts';
import { transfers } from './0006-transfers.ts';
import { epochs } from './0007-epochs.ts';
import { historyOrder } from './0008-history-order.ts';
import { searchRows } from './0009-search-rows.ts';
import { plugIns } from './0010-plug-ins.ts';
import { dataReadings } from './0011-data-readings.ts';
import { extensions } from './0012-extensions.ts';
import { progress } from './0013-progress.ts';
import { checksums } from './0014-checksums.ts';
import { nullChecks } from './0015-null-checks.ts';
import { moreChecksums } from './0016-more-checksums.ts';
import { untestedEvaluations } from './0017-untested-evaluations.ts';
import { droppedWeights } from './0018-dropped-weights.ts';
import { effects } from './0019-effects.ts';
import { settingsByPath } from './0020-settings-by-path.ts';
import { mergedBundles } from './0021-merged-bundles.ts';
import { decisiveEvaluations } from './0022-decisive-evaluations.ts';
import { stagedArrays } from './0023-staged-arrays.ts';
import type { Migration } from './migration.ts';

/** In order: the nth brings a database from schema version n - 1 to n. Append only. */
export const MIGRATIONS: readonly Migration[] = [
  searches,
  history,
  engines,
  analyses,
  sweeps,
  transfers,
  epochs,
  historyOrder,
  searchRows,
  plugIns,
  dataReadings,
  extensions,
  progress,
  checksums,
  nullChecks,
  moreChecksums,
  untestedEvaluations,
  droppedWeights,
  effects,
  settingsByPath,
  mergedBundles,
  decisiveEvaluations,
  stagedArrays,
];
