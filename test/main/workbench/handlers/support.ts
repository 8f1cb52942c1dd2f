/** Every handler over a real store, with a runner that trains nothing. */
import path from 'node:path';
import { createClient, type Client } from '../../../../src/shared/contract/client.ts';
import type { WorkbenchEvent } from '../../../../src/shared/contract/events.ts';
import { Program } from '../../../../src/main/workbench/about/about.ts';
import { BackupService } from '../../../../src/main/workbench/backups/backup-service.ts';
import { BundleService } from '../../../../src/main/workbench/bundles/bundle-service.ts';
import { PlanWatch } from '../../../../src/main/workbench/cluster/plan-watch.ts';
import { CrashReports } from '../../../../src/main/workbench/logs/crash-reports.ts';
import { LogFile } from '../../../../src/main/workbench/logs/log-file.ts';
import { CostEstimates } from '../../../../src/main/workbench/planning/cost-estimate.ts';
import { createAnswerer } from '../../../../src/main/workbench/handlers/answer.ts';
import { DatasetFetches } from '../../../../src/main/workbench/datasets/fetches.ts';
import type { HostServices } from '../../../../src/main/workbench/handlers/context.ts';
import { createHandlers } from '../../../../src/main/workbench/handlers/index.ts';
import { PlugInSetting } from '../../../../src/main/workbench/plug-ins/setting.ts';
import { StorageService } from '../../../../src/main/workbench/storage/storage-service.ts';
import { TensorFlowSetup } from '../../../../src/main/workbench/tensorflow/setup.ts';
import { Workbench } from '../../../../src/main/workbench/workbench.ts';
import { expect } from 'vitest';
import { sampleSearch, temporaryFile } from '../../store/samples.ts';
import { openQueue, type TestQueue } from '../running/queue-support.ts';

export interface TestWorkbench extends TestQueue {
  /** As a window has it: through the answerer, which checks what is passed. */
  readonly client: Client;
  readonly events: WorkbenchEvent[];
  /** Faults of handlers. */
  readonly faults: unknown[];
}

const BROWSER: HostServices = { kind: 'browser', confirmPlugIns: () => Promise.resolve(true) };

export function openTestWorkbench(host: HostServices = BROWSER): TestWorkbench {
  const file = temporaryFile();
  const test = openQueue(file);
  const directory = path.dirname(file);
  const reports = new CrashReports(
    new LogFile(path.join(directory, 'logs'), { process: 'test' }),
    {},
  );
  const faults: unknown[] = [];
  const handlers = createHandlers({
    store: test.store,
    workbench: Workbench.over(test.store),
    queue: test.queue,
    estimates: new CostEstimates(test.store),
    fetches: new DatasetFetches((event) => test.events.push(event)),
    tensorflow: new TensorFlowSetup((event) => test.events.push(event)),
    plugIns: new PlugInSetting(test.store, directory),
    backups: new BackupService({
      store: test.store,
      directory,
      runningCount: () => test.queue.runningCount,
      onProgress: (progress) => test.events.push({ type: 'backup-progress', progress }),
      restore: () => Promise.reject(new Error('only a service restores')),
    }),
    bundles: new BundleService({
      directory,
      onProgress: (task, progress) => test.events.push({ type: 'bundle-progress', task, progress }),
      onMerged: () => test.events.push({ type: 'history-changed' }),
      onError: (error) => faults.push(error),
    }),
    plans: new PlanWatch({
      store: test.store,
      onChanged: () => test.events.push({ type: 'history-changed' }),
      onProblem: (problem) => faults.push(problem),
      onError: (error) => faults.push(error),
    }),
    storage: new StorageService({
      store: test.store,
      cache: undefined,
      onProgress: (progress) => test.events.push({ type: 'storage-progress', progress }),
      onFreed: () => test.events.push({ type: 'history-changed' }),
    }),
    program: new Program({ store: test.store, dataDirectory: directory, reports, host }),
    host,
    dataDirectory: '/data',
    startedAt: 1,
    emit: (event) => test.events.push(event),
  });
  const answer = createAnswerer(handlers, {
    onInternalError: (_name, error) => faults.push(error),
  });
  const client = createClient({
    invoke: async (name, input) => {
      const message = { type: 'call', id: 0, name, input };
      return (await answer({ isTrusted: () => true }, message)).result;
    },
    subscribe: () => () => undefined,
  });
  return { ...test, client, faults };
}

/** How many trainings a sample search has. */
export const TRAININGS = 10;

/** The id of a search that has run to its end. */
export async function finished(test: TestWorkbench): Promise<string> {
  const { id } = test.store.searches.create(sampleSearch());
  test.runner.allow(TRAININGS);
  await test.queue.add(id, undefined);
  await expect.poll(() => test.store.history.get(id).state, { interval: 5 }).toBe('finished');
  return id;
}
