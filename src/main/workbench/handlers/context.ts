import type { WorkbenchEvent } from '../../../shared/contract/events.ts';
import type { Health, HostCapabilities } from '../../../shared/contract/records/host.ts';
import type { SearchRow } from '../../../shared/contract/records/search-rows.ts';
import type { Store, StoredRow } from '../../store/store.ts';
import type { HostParts, Program } from '../about/about.ts';
import type { BackupService } from '../backups/backup-service.ts';
import type { BundleService } from '../bundles/bundle-service.ts';
import type { PlanWatch } from '../cluster/plan-watch.ts';
import type { DatasetFetches } from '../datasets/fetches.ts';
import type { PlugInSetting } from '../plug-ins/setting.ts';
import type { CostEstimates } from '../planning/cost-estimate.ts';
import type { SearchQueue } from '../running/queue.ts';
import type { StorageService } from '../storage/storage-service.ts';
import type { TensorFlowSetup } from '../tensorflow/setup.ts';
import type { Workbench } from '../workbench.ts';

/** What each host does in its own way. A host that omits a part can't do it. */
export interface HostServices extends HostParts {
  readonly kind: HostCapabilities['kind'];
  /** The chosen path, or undefined if the dialog was cancelled. */
  pickPath?(kind: 'file' | 'folder', title: string): Promise<string | undefined>;
  /** Where to save a file that the workbench writes itself; undefined if the dialog was cancelled. */
  pickTarget?(name: string): Promise<string | undefined>;
  /** The path written to, or undefined if the dialog was cancelled. */
  saveFile?(name: string, bytes: Uint8Array): Promise<string | undefined>;
  /**
   * Whether plug-ins of the folder may be loaded from the next start on. A host with native dialogs
   * asks the user, outside the page.
   */
  confirmPlugIns(folder: string): Promise<boolean>;
  /** Shows a folder in the system's file manager. */
  openFolder?(folder: string): Promise<void>;
  /** Makes the command `ticket` known to terminals, and tells the user what came of it. */
  installCommand?(): void;
}

/** What handlers use. */
export interface HandlerContext {
  readonly store: Store;
  readonly workbench: Workbench;
  readonly queue: SearchQueue;
  readonly estimates: CostEstimates;
  readonly fetches: DatasetFetches;
  readonly plugIns: PlugInSetting;
  readonly tensorflow: TensorFlowSetup;
  readonly backups: BackupService;
  readonly bundles: BundleService;
  readonly plans: PlanWatch;
  readonly storage: StorageService;
  readonly program: Program;
  readonly host: HostServices;
  readonly dataDirectory: string;
  /** Unix time, milliseconds. */
  readonly startedAt: Health['startedAt'];
  emit(event: WorkbenchEvent): void;
}

/** A stored row, with what this process knows of its search. */
export function shownRow({ queue, plans }: HandlerContext, row: StoredRow): SearchRow {
  return { ...row, isOurs: queue.isOurs(row.id), shards: plans.countsOf(row.id) };
}

/** @throws WorkbenchError `not-found`. */
export function rowOf(context: HandlerContext, id: string): SearchRow {
  return shownRow(context, context.store.history.get(id));
}

export function rowsOf(context: HandlerContext, ids: readonly string[]): SearchRow[] {
  return context.store.history.many(ids).map((row) => shownRow(context, row));
}

/** Up to this many rows are sent one by one. Beyond it, windows request what they show. */
const ROWS_TOLD = 50;

/** The rows of searches that have just changed. Notifies all windows. */
export function changedRows(context: HandlerContext, ids: readonly string[]): SearchRow[] {
  const rows = rowsOf(context, ids);
  if (rows.length > ROWS_TOLD) context.emit({ type: 'history-changed' });
  else for (const row of rows) context.emit({ type: 'search-changed', row });
  return rows;
}

export function changedRow(context: HandlerContext, id: string): SearchRow {
  const row = rowOf(context, id);
  context.emit({ type: 'search-changed', row });
  return row;
}
