import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { startOfProcess } from '../../../../provision/processes.mjs';
import { BundleTransfers } from '../../../../src/main/workbench/bundles/bundle-transfers.ts';
import {
  removeLeftTransfers,
  transferFolder,
} from '../../../../src/main/workbench/bundles/transfer-folder.ts';
import { openService } from '../../../../src/main/workbench/service.ts';
import { temporaryFolder } from '../../store/samples.ts';

const DEAD_PROCESS = 2 ** 30;
const DAY = 24 * 60 * 60;

/** A folder with a bundle, as a workbench leaves it that is killed. */
function leave(directory: string, name: string, ageSeconds = 0): string {
  const folder = path.join(path.dirname(transferFolder(directory)), name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'half.ticket'), 'half');
  const changed = Date.now() / 1000 - ageSeconds;
  utimesSync(folder, changed, changed);
  return name;
}

const namesIn = (directory: string) =>
  readdirSync(path.dirname(transferFolder(directory))).toSorted();

const [machine = ''] = path.basename(transferFolder('')).split('-');
const start = startOfProcess(process.ppid);

describe('bundles that a killed workbench has left', () => {
  it('are removed, and those of others that live are not', async () => {
    const directory = temporaryFolder();
    leave(directory, `${machine}-${DEAD_PROCESS}-1`);
    leave(directory, `00000000-${process.ppid}-1`, 2 * DAY);
    const kept = [
      leave(directory, path.basename(transferFolder(directory)), 2 * DAY),
      leave(directory, `${machine}-${process.ppid}-${start ?? ''}`),
      leave(directory, `00000000-${process.ppid}-2`),
      leave(directory, 'something else', 2 * DAY),
    ];
    await removeLeftTransfers(directory);
    expect(namesIn(directory)).toEqual(kept.toSorted());
  });

  it('are known from those of a later process with the same id', async (context) => {
    if (start === undefined) context.skip('it is not known here when processes have started');
    const directory = temporaryFolder();
    leave(directory, `${machine}-${process.ppid}-${Number(start) - 1}`);
    await removeLeftTransfers(directory);
    expect(namesIn(directory)).toEqual([]);
  });

  it('are removed when the next workbench starts', async () => {
    const directory = temporaryFolder();
    const left = leave(directory, `${machine}-${DEAD_PROCESS}-1`);
    const service = openTestService(directory);
    await vi.waitFor(() => {
      expect(namesIn(directory)).not.toContain(left);
    }, 60_000);
    await service.close();
  });
});

describe('the folder of a workbench', () => {
  it('is looked through every minute, and gone when the workbench is closed', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const sweep = vi.spyOn(BundleTransfers.prototype, 'sweep');
    onTestFinished(() => {
      vi.useRealTimers();
      sweep.mockRestore();
    });
    const directory = temporaryFolder();
    const service = openTestService(directory);
    const message = { type: 'call', id: 1, name: 'bundle.beginUpload', input: { bytes: 1 } };
    await service.answer({ isTrusted: () => true }, message);
    expect(existsSync(transferFolder(directory))).toBe(true);
    expect(sweep).not.toHaveBeenCalled();
    vi.advanceTimersByTime(60_000);
    expect(sweep).toHaveBeenCalledOnce();
    await service.close();
    expect(existsSync(transferFolder(directory))).toBe(false);
  });
});

function openTestService(directory: string) {
  return openService({
    dataDirectory: directory,
    host: { kind: 'browser', confirmPlugIns: () => Promise.resolve(false) },
    onError: (message) => {
      throw new Error(message);
    },
  });
}
