import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { diagnose } from '../../provision/diagnose.mjs';
import { MINIMUM_NODE } from '../../provision/node-runtime.mjs';
import { ensureTensorFlow } from '../../provision/tensorflow.mjs';
import { fakeWorld, textLike } from './support.ts';

/** A fake Node can't be found by diagnose, which asks for a real one; so the addon never loads here. */
const DOES_NOT_LOAD = { message: textLike('does not load'), hint: textLike('') };

const A_NUMBER: unknown = expect.any(Number);

describe('diagnose', () => {
  it('tells what is there before anything is provisioned', async () => {
    const { options } = await fakeWorld();
    expect(await diagnose(options)).toEqual({
      node: {
        running: process.versions.node,
        minimum: MINIMUM_NODE,
        chosen: {
          path: textLike(''),
          version: textLike(''),
          source: textLike(''),
        },
      },
      tensorflow: null,
      isTensorFlowDamaged: false,
      compiler: 'g++ 12',
      cache: {
        directory: options.cacheDir,
        freeBytes: A_NUMBER,
        neededBytes: A_NUMBER,
      },
      problems: [],
    });
  });

  it('tells what is missing', async () => {
    const { options, programs } = await fakeWorld();
    rmSync(programs, { recursive: true });
    const { compiler, problems } = await diagnose(options);
    expect(compiler).toBeNull();
    expect(problems).toEqual([
      { message: textLike('a C++ compiler (g++) is missing'), hint: textLike('apt-get install') },
    ]);
  });

  it('tells a damaged library, and what to do', async () => {
    const { options } = await fakeWorld();
    const { directory } = await ensureTensorFlow(options);
    const before = await diagnose(options);
    expect(before.tensorflow).toMatchObject({ isIntact: true, version: '2.21.0' });
    expect(before.problems).toEqual([DOES_NOT_LOAD]);

    const library = path.join(directory, 'libtensorflow_framework.so.2');
    writeFileSync(library, 'x'.repeat('framework '.length * 1000));
    const after = await diagnose(options);
    expect(after.tensorflow).toMatchObject({ isIntact: false });
    expect(after.problems[0]).toEqual({
      message: textLike(`${library} is damaged`),
      hint: `Remove ${directory}; the next search sets it up again.`,
    });
  });

  it('survives a project whose packages are not installed', async () => {
    const { options, folder } = await fakeWorld();
    const { problems } = await diagnose({ ...options, tfjsNode: path.join(folder, 'gone') });
    expect(problems).toEqual([
      {
        message: textLike("package.json can't be read"),
        hint: textLike('npm ci'),
      },
    ]);
  });

  it('tells a Node that was asked for and is none', async () => {
    const { options } = await fakeWorld();
    const environment = { ...options.environment, TICKET_NODE: '/no/node' };
    const { node, problems } = await diagnose({ ...options, environment });
    expect(node.chosen).toBeNull();
    expect(problems).toEqual([{ message: textLike('/no/node is not Node'), hint: textLike('') }]);
  });
});
