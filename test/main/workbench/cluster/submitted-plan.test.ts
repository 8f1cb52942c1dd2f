import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { thisProcess } from '../../../../src/main/workbench/cluster/process-here.ts';
import { Workbench } from '../../../../src/main/workbench/workbench.ts';
import { newPlan, sayState } from './plan-samples.ts';
import { startSleeper } from './sleeper.ts';

/** A plan with two shards. */
function submitted() {
  const { store, folder } = newPlan();
  return { folder, plan: Workbench.over(store).submissions.open(folder) };
}

const LONG_AGO = 1;

describe.skipIf(thisProcess().started === undefined)(
  'the shards of a plan that is cancelled',
  () => {
    it('are told to stop, also one that has said nothing for long', async () => {
      const { folder, plan } = submitted();
      const { child, named } = startSleeper();
      const ended = once(child, 'exit');
      sayState(folder, 2, { ...named, updatedAt: LONG_AGO });
      expect(plan.stopProcesses()).toEqual([
        { what: 'shard 2', processId: named.processId, stopping: 'told' },
      ]);
      expect(await ended).toEqual([null, 'SIGTERM']);
    });

    it('leave alone what may be a stranger with the id of one that ended long ago', () => {
      const { folder, plan } = submitted();
      const { child, named } = startSleeper();
      const { started: _started, ...unsure } = named;
      sayState(folder, 1, { ...unsure, updatedAt: LONG_AGO });
      sayState(folder, 2, { ...named, started: 'before', updatedAt: LONG_AGO });
      expect(plan.stopProcesses()).toEqual([]);
      expect([child.exitCode, child.signalCode]).toEqual([null, null]);
    });
  },
);
