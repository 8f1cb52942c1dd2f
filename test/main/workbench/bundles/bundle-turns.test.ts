/** Whose turn it is among bundles of several windows, with threads that do nothing until they are told. */
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { reportOf, WorkbenchError } from '../../../../src/shared/contract/errors.ts';
import type { OnBundleProgress } from '../../../../src/main/workbench/bundles/bundle-reader.ts';
import { BundleService } from '../../../../src/main/workbench/bundles/bundle-service.ts';
import { temporaryFolder } from '../../store/samples.ts';

interface FakeThread {
  readonly bundle: string;
  readonly onProgress: OnBundleProgress;
  isStopped: boolean;
  isTerminated: boolean;
  /** Ends it, merged or stopped. */
  end(): void;
}

const threads = vi.hoisted((): FakeThread[] => []);
/** Called while a thread is started. */
const starting = vi.hoisted(() => ({ call: (): void => undefined }));

vi.mock('../../../../src/main/workbench/bundles/bundle-thread.ts', () => ({
  startBundleThread: (
    _file: string,
    _task: string,
    { bundle }: { readonly bundle: string },
    onProgress: OnBundleProgress,
  ) => {
    const { promise: result, resolve, reject } = Promise.withResolvers<readonly unknown[]>();
    const thread: FakeThread = {
      bundle,
      onProgress,
      isStopped: false,
      isTerminated: false,
      end: () => {
        if (thread.isStopped) reject(new WorkbenchError('interrupted', 'the merge was stopped'));
        else resolve([]);
      },
    };
    threads.push(thread);
    starting.call();
    return {
      result,
      stop: async () => {
        thread.isStopped = true;
        await result.catch(() => undefined);
      },
      terminate: async () => {
        thread.isTerminated = true;
        reject(new WorkbenchError('interrupted', 'the workbench is closing'));
        await result.catch(() => undefined);
      },
    };
  },
}));

function openBundles(options: { readonly closingMilliseconds?: number } = {}) {
  threads.length = 0;
  starting.call = () => undefined;
  const told: string[] = [];
  const service = new BundleService({
    ...options,
    directory: temporaryFolder(),
    onProgress: (task, progress) => told.push(`${task} ${progress?.what ?? 'ended'}`),
    onMerged: () => told.push('merged'),
    onError: (error) => {
      throw error;
    },
  });
  onTestFinished(() => service.close());
  return { service, told };
}

/** The thread that was started as the so-manieth. */
async function started(count: number): Promise<FakeThread> {
  await vi.waitFor(() => {
    expect(threads).toHaveLength(count);
  });
  return threads[count - 1]!;
}

describe('bundles of several windows', () => {
  it('take their turns, in the order in which they were asked for, and are told which one', async () => {
    const { service, told } = openBundles();
    const all = ['one', 'two', 'three'].map((task) => service.merge(task, `/${task}.ticket`));
    const first = await started(1);
    first.onProgress({ what: 'checking', fraction: 0.5 });
    expect(service.list()).toEqual([
      { task: 'one', progress: { what: 'checking', fraction: 0.5 } },
      { task: 'two', progress: { what: 'waiting', fraction: 0 } },
      { task: 'three', progress: { what: 'waiting', fraction: 0 } },
    ]);
    first.end();
    (await started(2)).end();
    (await started(3)).end();
    expect(await Promise.all(all)).toMatchObject([
      { file: '/one.ticket' },
      { file: '/two.ticket' },
      { file: '/three.ticket' },
    ]);
    expect(service.list()).toEqual([]);
    expect(threads.map(({ bundle }) => bundle)).toEqual([
      '/one.ticket',
      '/two.ticket',
      '/three.ticket',
    ]);
    expect(told).toEqual([
      ...['two waiting', 'three waiting', 'one checking', 'merged', 'one ended'],
      ...['merged', 'two ended', 'merged', 'three ended'],
    ]);
  });

  it('are stopped alone: one that waits ends at once, and the one that runs goes on', async () => {
    const { service } = openBundles();
    const running = service.merge('running', '/running.ticket');
    const waiting = service.merge('waiting', '/waiting.ticket');
    const last = service.merge('last', '/last.ticket');
    const thread = await started(1);
    service.stop('waiting');
    service.stop('unknown');
    expect(await waiting.catch(reportOf)).toMatchObject({ code: 'interrupted' });
    expect([thread.isStopped, threads.length]).toEqual([false, 1]);
    thread.end();
    expect(await running).toMatchObject({ file: '/running.ticket' });
    (await started(2)).end();
    expect(await last).toMatchObject({ file: '/last.ticket' });
  });

  it('are stopped while they run; the next one waits until the thread has ended', async () => {
    const { service, told } = openBundles();
    const running = service.merge('running', '/running.ticket');
    const next = service.merge('next', '/next.ticket');
    const thread = await started(1);
    service.stop('running');
    expect([thread.isStopped, threads.length]).toEqual([true, 1]);
    thread.end();
    expect(await running.catch(reportOf)).toMatchObject({ code: 'interrupted' });
    (await started(2)).end();
    await next;
    expect(told).toEqual(['next waiting', 'running ended', 'merged', 'next ended']);
  });

  it('are stopped also between their turn and the start of their thread', async () => {
    const { service } = openBundles();
    starting.call = () => {
      service.stop('download');
    };
    const request = { searchIds: ['one'], withWeights: true };
    const downloading = service.writeDownload('download', request).catch(reportOf);
    const thread = await started(1);
    await vi.waitFor(() => {
      expect(thread.isStopped).toBe(true);
    });
    thread.end();
    expect(await downloading).toMatchObject({ code: 'interrupted' });
  });

  it('have ids of their own while they wait and run', async () => {
    const { service } = openBundles();
    const first = service.merge('one', '/one.ticket');
    const again = await service.merge('one', '/other.ticket').catch(reportOf);
    expect(again).toMatchObject({ code: 'conflict' });
    (await started(1)).end();
    await first;
    const later = service.merge('one', '/one.ticket');
    (await started(2)).end();
    await later;
  });

  it('go on after one that has failed', async () => {
    const { service } = openBundles();
    const failing = service.writeDownload('failing', { searchIds: ['one'], withWeights: true });
    const next = service.merge('next', '/next.ticket');
    const thread = await started(1);
    thread.isStopped = true;
    thread.end();
    await expect(failing).rejects.toThrow('stopped');
    (await started(2)).end();
    await next;
  });

  it('end when the workbench is closed, which waits for the thread', async () => {
    const { service } = openBundles();
    const both = ['one', 'two'].map((task) => service.merge(task, '/any').catch(reportOf));
    const thread = await started(1);
    let isClosed = false;
    const closing = service.close().then(() => {
      isClosed = true;
    });
    expect(await both[1]).toMatchObject({ code: 'interrupted' });
    expect([thread.isStopped, isClosed]).toEqual([true, false]);
    thread.end();
    await closing;
    expect(await both[0]).toMatchObject({ code: 'interrupted' });
    expect(threads).toHaveLength(1);
    expect(thread.isTerminated).toBe(false);
  });

  it('are waited for when they are written, because only they remove their unfinished files', async () => {
    const closingMilliseconds = 10;
    const { service } = openBundles({ closingMilliseconds });
    const request = { searchIds: ['one'], withWeights: true, overwrite: false };
    const writing = service.write('one', '/one.ticket', request).catch(reportOf);
    const thread = await started(1);
    const closing = service.close();
    // Closing has begun to wait as long before: a merge is terminated by now.
    await delay(closingMilliseconds);
    expect([thread.isStopped, thread.isTerminated]).toEqual([true, false]);
    thread.end();
    await closing;
    expect(await writing).toMatchObject({ code: 'interrupted' });
  });

  it('are terminated when the workbench is closed and merges do not end', async () => {
    const { service } = openBundles({ closingMilliseconds: 10 });
    const merging = service.merge('one', '/any').catch(reportOf);
    const thread = await started(1);
    await service.close();
    expect([thread.isStopped, thread.isTerminated]).toEqual([true, true]);
    expect(await merging).toMatchObject({ code: 'interrupted' });
  });
});
