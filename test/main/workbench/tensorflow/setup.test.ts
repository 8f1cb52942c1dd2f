import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lockOf } from '../../../../provision/tensorflow.mjs';
import { siteOf } from '../../../../provision/installation.mjs';
import type { TensorFlowStatus } from '../../../../src/shared/contract/records/tensorflow.ts';
import { TensorFlowSetup } from '../../../../src/main/workbench/tensorflow/setup.ts';
import { eventually, fakeWorld, WHEEL_NAME } from '../../../provision/support.ts';

async function open() {
  const world = await fakeWorld();
  const told: TensorFlowStatus[] = [];
  const start = () => {
    const setup = new TensorFlowSetup((event) => {
      if (event.type === 'tensorflow-changed') told.push(event.status);
    }, world.options);
    onTestFinished(() => setup.close());
    return setup;
  };
  return { world, told, setup: start(), start };
}

describe('TensorFlowSetup', () => {
  it('downloads nothing before it is told to, and then tells every step', async () => {
    const { world, told, setup } = await open();
    expect(await setup.status()).toMatchObject({ state: 'missing', progress: undefined });
    expect(world.index.requests).toEqual([]);
    await setup.start();
    await eventually(() => told.at(-1)?.state === 'installed');
    const steps = new Set(told.flatMap(({ progress }) => progress?.step ?? []));
    expect(steps).toContain('Starting');
    expect(told.at(-1)).toMatchObject({ version: '2.21.0', progress: undefined });
  });

  it('pauses, offers the rest after a restart, and continues it', async () => {
    const { world, told, setup, start } = await open();
    world.index.behaviour.stopsAfter = 1000;
    await setup.start();
    await eventually(() => told.some(({ progress }) => progress?.bytes === 1000));
    expect(await setup.pause()).toMatchObject({
      state: 'missing',
      progress: undefined,
      failure: undefined,
      needs: { downloadedBytes: 1000 },
    });
    await setup.close();

    world.index.behaviour.stopsAfter = undefined;
    const later = start();
    expect(await later.status()).toMatchObject({ needs: { downloadedBytes: 1000 } });
    await later.start();
    await eventually(() => told.at(-1)?.state === 'installed');
    expect(world.index.requests).toEqual([undefined, 'bytes=1000-']);
  });

  it('deletes what was downloaded when it is cancelled', async () => {
    const { world, told, setup } = await open();
    world.index.behaviour.stopsAfter = 1000;
    await setup.start();
    await eventually(() => told.some(({ progress }) => progress?.bytes === 1000));
    expect(await setup.cancel()).toMatchObject({
      state: 'missing',
      needs: { downloadedBytes: 0 },
    });
  });

  it('says why it failed, until the next attempt', async () => {
    const { world, told, setup } = await open();
    await setup.start('/nowhere');
    await eventually(() => told.at(-1)?.failure !== undefined);
    expect(told.at(-1)?.failure).toMatchObject({ code: 'provisioning-failed' });
    const wheel = path.join(world.folder, WHEEL_NAME);
    writeFileSync(wheel, world.wheelBytes);
    expect(await setup.start(wheel)).toMatchObject({ failure: undefined });
    await eventually(() => told.at(-1)?.state === 'installed');
    expect(world.index.requests).toEqual([]);
  });

  it('runs once, whoever starts it', async () => {
    const { world, told, setup } = await open();
    await Promise.all([setup.start(), setup.start()]);
    await eventually(() => told.at(-1)?.state === 'installed');
    expect(world.index.requests).toHaveLength(1);
  });

  it('tells that another process is setting it up', async () => {
    const { world, setup } = await open();
    const lock = lockOf(siteOf(world.options));
    mkdirSync(path.dirname(lock), { recursive: true });
    writeFileSync(lock, '{}');
    expect(await setup.status()).toMatchObject({ isBusyElsewhere: true });
    rmSync(lock);
    expect(await setup.status()).toMatchObject({ isBusyElsewhere: false });
  });
});
