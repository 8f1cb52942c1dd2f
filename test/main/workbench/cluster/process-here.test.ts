import { once } from 'node:events';
import process from 'node:process';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  runsHere,
  sendStop,
  surelyRunsHere,
  tellToStop,
  thisProcess,
} from '../../../../src/main/workbench/cluster/process-here.ts';
import { startSleeper } from './sleeper.ts';

const NOBODY = 2 ** 30;

afterEach(() => {
  vi.restoreAllMocks();
});

it('this process runs here, and none of another machine', () => {
  expect(runsHere(thisProcess())).toBe(true);
  expect(runsHere({ ...thisProcess(), scope: 'elsewhere' })).toBe(false);
  expect(runsHere({ ...thisProcess(), processId: NOBODY })).toBe(false);
});

describe.skipIf(thisProcess().started === undefined)(
  'where it is known when processes started',
  () => {
    it('another process that has its id is not it', () => {
      expect(runsHere({ ...thisProcess(), started: 'before' })).toBe(false);
    });

    it('a process is only surely one that has named its start', () => {
      const { started: _started, ...unsure } = thisProcess();
      expect(surelyRunsHere(thisProcess())).toBe(true);
      expect([runsHere(unsure), surelyRunsHere(unsure)]).toEqual([true, false]);
      expect(surelyRunsHere({ ...thisProcess(), started: 'before' })).toBe(false);
    });

    it('a process is told to stop', async () => {
      const { child, named } = startSleeper();
      const ended = once(child, 'exit');
      expect(tellToStop(named)).toBe('told');
      expect(await ended).toEqual([null, 'SIGTERM']);
      expect(tellToStop(named)).toBe('gone');
    });

    it('a stranger with its id is left alone, and so is one that may be a stranger', () => {
      const { child, named } = startSleeper();
      const { started: _started, ...unsure } = named;
      const kill = vi.spyOn(process, 'kill');
      expect(tellToStop({ ...named, started: 'before' })).toBe('gone');
      expect(tellToStop(unsure)).toBe('uncertain');
      expect(kill.mock.calls.filter(([, signal]) => signal !== 0)).toEqual([]);
      expect(child.exitCode).toBeNull();
    });
  },
);

it('says why a process could not be told', () => {
  expect(sendStop(NOBODY)).toBe('gone');
  vi.spyOn(process, 'kill').mockImplementation(() => {
    throw Object.assign(new Error('kill EPERM'), { code: 'EPERM' });
  });
  expect(sendStop(process.pid)).toBe('foreign');
});
