import { describe, expect, it } from 'vitest';
import { parseRoute } from '../../../src/renderer/state/route.ts';
import { TensorFlow } from '../../../src/renderer/state/tensorflow.svelte.ts';
import { createClient, type Transport } from '../../../src/shared/contract/client.ts';
import type { WorkbenchEvent } from '../../../src/shared/contract/events.ts';
import type { TensorFlowStatus } from '../../../src/shared/contract/records/tensorflow.ts';
import { createFakeWorkbench, FAKE_TENSORFLOW } from '../support/fake-workbench.ts';

const MISSING: TensorFlowStatus = { ...FAKE_TENSORFLOW, state: 'missing', version: undefined };

async function open(answers: Readonly<Record<string, TensorFlowStatus>> = {}) {
  const workbench = createFakeWorkbench();
  const calls: [string, unknown][] = [];
  const listeners: ((event: WorkbenchEvent) => void)[] = [];
  const errors: unknown[] = [];
  const transport: Transport = {
    invoke: (name, input) => {
      calls.push([name, input]);
      const value = answers[name];
      return value ? Promise.resolve({ ok: true, value }) : workbench.invoke(name, input);
    },
    subscribe: (listener) => {
      listeners.push(listener);
      return () => undefined;
    },
  };
  const tensorflow = new TensorFlow(createClient(transport), {
    error: (error) => errors.push(error),
  });
  await tensorflow.status.reload();
  const tell = (status: TensorFlowStatus): void => {
    for (const listener of listeners) listener({ type: 'tensorflow-changed', status });
  };
  return { tensorflow, calls, tell, errors };
}

describe('the state of TensorFlow', () => {
  it('is not missing before it is known, nor when it is installed', async () => {
    const { tensorflow } = await open();
    expect([tensorflow.isMissing, tensorflow.isPaused]).toEqual([false, false]);
  });

  it('follows the events of the workbench, with the fraction of the running step', async () => {
    const { tensorflow, tell } = await open({ 'tensorflow.status': MISSING });
    expect(tensorflow.isMissing).toBe(true);
    tell({
      ...MISSING,
      progress: { step: 'Download', canPause: true, bytes: 50, totalBytes: 200 },
      needs: { ...MISSING.needs, downloadedBytes: 50 },
    });
    expect([tensorflow.fraction, tensorflow.isPaused]).toEqual([0.25, false]);
    tell({ ...MISSING, needs: { ...MISSING.needs, downloadedBytes: 50 } });
    expect([tensorflow.fraction, tensorflow.isPaused]).toEqual([undefined, true]);
    tell(FAKE_TENSORFLOW);
    expect(tensorflow.isMissing).toBe(false);
  });

  it('calls what the buttons say, and shows what comes back', async () => {
    const { tensorflow, calls, errors } = await open({ 'tensorflow.use': MISSING });
    await tensorflow.start();
    await tensorflow.pause();
    await tensorflow.cancel();
    await tensorflow.use('folder');
    await tensorflow.use('file', '/wheel');
    expect(calls.slice(1)).toEqual([
      ['tensorflow.start', {}],
      ['tensorflow.pause', {}],
      ['tensorflow.cancel', {}],
      ['tensorflow.use', { kind: 'folder' }],
      ['tensorflow.use', { kind: 'file', path: '/wheel' }],
    ]);
    expect(tensorflow.isMissing).toBe(true);
    expect(errors).toEqual([]);
  });

  it('has a page of its own', () => {
    expect(parseRoute('#/setup')).toEqual({ view: 'setup' });
  });
});
