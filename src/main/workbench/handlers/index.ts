import { aboutHandlers } from './about.ts';
import { analysisHandlers } from './analyses.ts';
import { backupHandlers } from './backups.ts';
import { bundleHandlers } from './bundles.ts';
import { catalogHandlers } from './catalog.ts';
import { chartHandlers } from './charts.ts';
import type { HandlerContext } from './context.ts';
import type { Handlers } from './handlers.ts';
import { historyHandlers } from './history.ts';
import { hostHandlers } from './host.ts';
import { plugInHandlers } from './plug-ins.ts';
import { preferenceHandlers } from './preferences.ts';
import { publishedHandlers } from './published.ts';
import { reportHandlers } from './reports.ts';
import { reproductionHandlers } from './reproductions.ts';
import { resultHandlers } from './results.ts';
import { searchHandlers } from './searches.ts';
import { settingsHandlers } from './settings.ts';
import { storageHandlers } from './storage.ts';
import { sweepHandlers } from './sweeps.ts';
import { tensorflowHandlers } from './tensorflow.ts';
import { ticketHandlers } from './tickets.ts';

/** The workbench's answer to every call of the contract. */
export function createHandlers(context: HandlerContext): Handlers {
  return {
    ...catalogHandlers(context),
    ...settingsHandlers(context),
    ...searchHandlers(context),
    ...sweepHandlers(context),
    ...resultHandlers(context),
    ...chartHandlers(context),
    ...publishedHandlers(),
    ...reportHandlers(context),
    ...reproductionHandlers(context),
    ...analysisHandlers(context),
    ...ticketHandlers(context),
    ...historyHandlers(context),
    ...preferenceHandlers(context),
    ...plugInHandlers(context),
    ...tensorflowHandlers(context),
    ...backupHandlers(context),
    ...bundleHandlers(context),
    ...storageHandlers(context),
    ...aboutHandlers(context),
    ...hostHandlers(context),
  };
}
