import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { diagnose } from '../../provision/diagnose.mjs';
import {
  bindingOf,
  findTensorFlow,
  siteOf,
  verifyInstallation,
} from '../../provision/installation.mjs';
import type { ProgressEvent } from '../../provision/progress.mjs';
import { ensureTensorFlow } from '../../provision/tensorflow.mjs';
import {
  eventually,
  type FakeWorld,
  fakeWorld,
  isAlive,
  startNode,
  writeFiles,
  writeProgram,
  textLike,
} from './support.ts';

const TENSORFLOW_MODULE = new URL('../../provision/tensorflow.mjs', import.meta.url).href;

function downloadsOf(world: FakeWorld): number {
  return world.index.requests.length;
}

/** Nobody listens there. */
const NOBODY = 'http://127.0.0.1:62/simple';

function cacheOf(world: FakeWorld): string[] {
  return readdirSync(path.join(world.options.cacheDir, 'tensorflow'));
}

/** What has been downloaded so far. */
function partOf(world: FakeWorld): Buffer {
  const folder = path.join(world.options.cacheDir, 'tensorflow', 'downloads');
  const name = existsSync(folder)
    ? readdirSync(folder).find((each) => each.endsWith('.part'))
    : undefined;
  return name === undefined ? Buffer.alloc(0) : readFileSync(path.join(folder, name));
}

/** In a process of its own, as each command would. */
function ensureElsewhere(world: FakeWorld) {
  return startNode([
    '--input-type=module',
    '--eval',
    `import { ensureTensorFlow } from ${JSON.stringify(TENSORFLOW_MODULE)};
     const installation = await ensureTensorFlow(${JSON.stringify(world.options)});
     console.log(installation.directory);`,
  ]);
}

describe('ensureTensorFlow, from the wheel', () => {
  it('keeps libraries, addon and manifest, and nothing else', async () => {
    const world = await fakeWorld();
    const installation = await ensureTensorFlow(world.options);
    expect(installation).toMatchObject({ route: 'wheel', tensorflow: '2.21.0' });
    expect(readdirSync(installation.directory).sort()).toEqual([
      'libtensorflow_cc.so.2',
      'libtensorflow_framework.so.2',
      'manifest.json',
      'tfjs_binding.node',
    ]);
    expect(cacheOf(world)).toEqual([path.basename(installation.directory)]);
    expect(await verifyInstallation(installation)).toEqual([]);
  });

  it('does nothing the second time', async () => {
    const world = await fakeWorld();
    const first = await ensureTensorFlow(world.options);
    const events: ProgressEvent[] = [];
    const onProgress = (event: ProgressEvent) => events.push(event);
    expect(await ensureTensorFlow({ ...world.options, onProgress })).toEqual(first);
    expect(events).toEqual([]);
    expect(downloadsOf(world)).toBe(1);
  });

  it('shows each step, with the bytes of those that have some', async () => {
    const world = await fakeWorld();
    const labels = new Map<string, number | undefined>();
    await ensureTensorFlow({
      ...world.options,
      onProgress: (event) => {
        if (event.type === 'step' && event.state === 'done') labels.set(event.label, event.done);
      },
    });
    expect([...labels]).toEqual([
      ['Download tensorflow-cpu 2.21.0', world.options.wheel.bytes],
      ['Check it', world.options.wheel.bytes],
      ['Unpack its libraries', world.options.wheel.libraryBytes + '// header'.length],
      ['Compile the addon', undefined],
      ['Load it', undefined],
      ['Record its checksums', undefined],
    ]);
  });

  it('calls a damaged installation damaged where it cannot be set up again', async () => {
    const world = await fakeWorld();
    const { directory } = await ensureTensorFlow(world.options);
    truncateSync(path.join(directory, 'libtensorflow_cc.so.2'), 1);
    world.options.environment['PIP_INDEX_URL'] = NOBODY;
    const notes: string[] = [];
    const onProgress = (event: ProgressEvent) => {
      if (event.type === 'note') notes.push(event.text);
    };
    const damage = `TensorFlow in ${directory} is damaged: libtensorflow_cc.so.2 is missing or has another size.`;
    await expect(ensureTensorFlow({ ...world.options, onProgress })).rejects.toThrow(
      `${damage} It can't be set up again: `,
    );
    expect(notes[0]).toBe(`${damage} Setting it up again.`);
    expect(await diagnose(world.options)).toMatchObject({
      tensorflow: null,
      isTensorFlowDamaged: true,
      problems: [{ message: damage }],
    });
  });

  it('follows a cache that was moved', async () => {
    const world = await fakeWorld();
    await ensureTensorFlow(world.options);
    const cacheDir = path.join(world.folder, 'elsewhere');
    renameSync(world.options.cacheDir, cacheDir);
    const moved = await ensureTensorFlow({ ...world.options, cacheDir });
    expect(bindingOf(moved).startsWith(cacheDir)).toBe(true);
    expect(downloadsOf(world)).toBe(1);
  });

  it('compiles with the libraries as neighbours of the addon', async () => {
    const world = await fakeWorld();
    const log = path.join(world.folder, 'arguments.json');
    writeProgram(
      path.join(world.programs, 'g++'),
      `const fs = require('node:fs');
       if (args[0] === '--version') return console.log('g++ 12');
       fs.writeFileSync(${JSON.stringify(log)}, JSON.stringify(args));
       fs.writeFileSync(args[args.indexOf('-o') + 1], 'addon');`,
    );
    await ensureTensorFlow(world.options);
    expect(JSON.parse(readFileSync(log, 'utf8'))).toEqual(
      expect.arrayContaining(['-DNAPI_VERSION=8', '-Wl,-rpath,$ORIGIN']),
    );
  });
});

describe('ensureTensorFlow, after an accident', () => {
  it('starts over when a process was killed half way, and cleans up after it', async () => {
    const world = await fakeWorld();
    world.index.behaviour.stopsAfter = 1000;
    const killed = ensureElsewhere(world);
    await eventually(() => partOf(world).length === 1000);
    killed.child.kill('SIGKILL');
    await killed.ended;
    expect(cacheOf(world)).toHaveLength(3);
    expect(findTensorFlow(siteOf(world.options))).toBeUndefined();

    world.index.behaviour.stopsAfter = undefined;
    const installation = await ensureTensorFlow(world.options);
    expect(cacheOf(world)).toEqual([path.basename(installation.directory)]);
    expect(world.index.requests).toEqual([undefined, 'bytes=1000-']);
    expect(await verifyInstallation(installation)).toEqual([]);
  });

  it('ends the compiler when it is killed', async () => {
    const world = await fakeWorld();
    const log = path.join(world.folder, 'compiler');
    writeProgram(
      path.join(world.programs, 'g++'),
      `if (args[0] === '--version') console.log('g++ 12');
       else {
         require('node:fs').writeFileSync(${JSON.stringify(log)}, String(process.pid));
         setInterval(() => {}, 1000);
       }`,
    );
    const killed = ensureElsewhere(world);
    await eventually(() => existsSync(log) && readFileSync(log, 'utf8') !== '');
    killed.child.kill('SIGKILL');
    await killed.ended;
    await eventually(() => !isAlive(Number(readFileSync(log, 'utf8'))));
  });

  it.each([
    ['whose manifest was never written', 'manifest.json'],
    ['whose library is gone', 'libtensorflow_cc.so.2'],
  ])('does not take a folder %s for finished', async (_, name) => {
    const world = await fakeWorld();
    const installation = await ensureTensorFlow(world.options);
    rmSync(path.join(installation.directory, name));
    expect(findTensorFlow(siteOf(world.options))).toBeUndefined();
    await ensureTensorFlow(world.options);
    expect(existsSync(path.join(installation.directory, name))).toBe(true);
    expect(downloadsOf(world)).toBe(2);
  });

  it('does not take a library that was cut off for finished', async () => {
    const world = await fakeWorld();
    const installation = await ensureTensorFlow(world.options);
    truncateSync(path.join(installation.directory, 'libtensorflow_cc.so.2'), 10);
    const again = await ensureTensorFlow(world.options);
    expect(await verifyInstallation(again)).toEqual([]);
    expect(downloadsOf(world)).toBe(2);
  });

  it('notices a library whose content changed when it is verified', async () => {
    const world = await fakeWorld();
    const installation = await ensureTensorFlow(world.options);
    const library = path.join(installation.directory, 'libtensorflow_cc.so.2');
    const bytes = readFileSync(library);
    bytes[100] = 0;
    writeFileSync(library, bytes);
    expect(await verifyInstallation(installation)).toEqual([textLike(`${library} is damaged`)]);
  });

  it('stops at once when it is told to, and keeps what has arrived', async () => {
    const world = await fakeWorld();
    world.index.behaviour.stopsAfter = 1000;
    const stop = new AbortController();
    const running = ensureTensorFlow({ ...world.options, signal: stop.signal });
    await eventually(() => partOf(world).length === 1000);
    stop.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    expect(cacheOf(world)).toEqual(['downloads']);
    world.index.goOn();
    await ensureTensorFlow(world.options);
    expect(world.index.requests).toEqual([undefined, 'bytes=1000-']);
  });

  it('lets one of two processes do it while the other waits', async () => {
    const world = await fakeWorld();
    world.index.behaviour.stopsAfter = 1000;
    const both = Promise.all([ensureElsewhere(world).ended, ensureElsewhere(world).ended]);
    await eventually(() => downloadsOf(world) === 1);
    world.index.goOn();
    const ended = await both;
    expect(ended.map(({ code }) => code)).toEqual([0, 0]);
    expect(ended[0].stdout).toBe(ended[1].stdout);
    expect(downloadsOf(world)).toBe(1);
  });

  it('sweeps what was downloaded of another version', async () => {
    const world = await fakeWorld();
    const folder = path.join(world.options.cacheDir, 'tensorflow', 'downloads');
    writeFiles(folder, { 'tensorflow-cpu-2.20.0-x.whl.part': 'old', 'old.whl.part.json': '{}' });
    world.options.environment['PIP_INDEX_URL'] = NOBODY;
    await expect(ensureTensorFlow(world.options)).rejects.toThrow('the package index');
    expect(cacheOf(world)).toEqual([]);
  });
});

describe('ensureTensorFlow, where something is missing', () => {
  /** What it says, and that nothing is left behind but what was downloaded. */
  async function failureOf(world: FakeWorld, changes: object = {}) {
    const failure: unknown = await ensureTensorFlow({ ...world.options, ...changes }).then(
      () => 'it worked',
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ name: 'ProvisioningError' });
    if (existsSync(world.options.cacheDir)) {
      expect(cacheOf(world).filter((name) => name !== 'downloads')).toEqual([]);
    }
    expect(findTensorFlow(siteOf(world.options))).toBeUndefined();
    return failure as Error & { hint: string };
  }

  it('names g++ before anything is downloaded, as the system calls it', async () => {
    const world = await fakeWorld();
    rmSync(path.join(world.programs, 'g++'));
    writeProgram(path.join(world.programs, 'dnf'), '');
    const { message, hint } = await failureOf(world);
    expect(message).toContain('a C++ compiler (g++) is missing');
    expect(hint).toContain('dnf install gcc-c++"');
    expect(downloadsOf(world)).toBe(0);
  });

  it('names the index that it can not reach', async () => {
    const world = await fakeWorld();
    world.options.environment['PIP_INDEX_URL'] = 'http://name:secret@127.0.0.1:62/simple/';
    const { message, hint } = await failureOf(world);
    expect(message).toMatch(
      /^the package index can't be read: http:\/\/127\.0\.0\.1:62\/simple\/tensorflow-cpu: .*ECONNREFUSED/,
    );
    expect(hint).toMatch(/HTTPS_PROXY.*PIP_INDEX_URL.*--from/);
  });

  it('says how much space is needed before it starts', async () => {
    const world = await fakeWorld();
    const wheel = { ...world.options.wheel, libraryBytes: 1e18 };
    const { message, hint } = await failureOf(world, { wheel });
    expect(message).toMatch(/needs 1000000\d+ MB in .*; \d+ MB are free/);
    expect(hint).toContain('TICKET_CACHE_DIR');
    expect(downloadsOf(world)).toBe(0);
  });

  it('refuses a wheel that is not the pinned one', async () => {
    const world = await fakeWorld();
    world.index.behaviour.content = new Uint8Array(world.options.wheel.bytes);
    const { message } = await failureOf(world);
    expect(message).toContain(`expected ${world.options.wheel.sha256}`);
    expect(downloadsOf(world)).toBe(1);
    expect(readdirSync(path.join(world.options.cacheDir, 'tensorflow', 'downloads'))).toEqual([]);
  });

  it('names an index that has other files only', async () => {
    const world = await fakeWorld();
    const wheel = { ...world.options.wheel, sha256: 'f'.repeat(64) };
    const { message } = await failureOf(world, { wheel });
    expect(message).toMatch(/does not have the file of tensorflow-cpu 2\.21\.0 .* 2 others/);
  });

  it('shows what the compiler said', async () => {
    const world = await fakeWorld();
    writeProgram(
      path.join(world.programs, 'g++'),
      `if (args[0] === '--version') console.log('g++ 12');
       else { console.error('fatal error: algorithm: No such file'); process.exitCode = 1; }`,
    );
    const { message } = await failureOf(world);
    expect(message).toContain('compiling the TensorFlow addon with g++ failed (exit code 1)');
    expect(message).toContain('  fatal error: algorithm');
  });

  it.each([
    [
      'does not load',
      `console.error('undefined symbol: TF_New'); process.exitCode = 1;`,
      /undefined symbol/,
    ],
    [
      'ends on a processor without AVX',
      `process.kill(process.pid, 'SIGILL');`,
      /this processor lacks/,
    ],
    [
      'is another version',
      `console.log('{"tensorflow":"1.0.0"}');`,
      /reports version 1\.0\.0; expected 2\.21\.0/,
    ],
  ])('keeps no addon that %s', async (_, body, expected) => {
    const world = await fakeWorld();
    writeProgram(world.options.node.path, body);
    expect((await failureOf(world)).message).toMatch(expected);
  });

  it('names a system it has no route for', async () => {
    const world = await fakeWorld();
    const { message } = await failureOf(world, { system: 'sunos-x64', wheel: undefined });
    expect(message).toMatch(
      /for sunos-x64 is only available through tfjs-node's own download.*127\.0\.0\.1:9/,
    );
  });

  it('names a cache that can not be written', async () => {
    const world = await fakeWorld();
    writeFileSync(world.options.cacheDir, 'a file');
    const failure = await ensureTensorFlow(world.options).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      name: 'ProvisioningError',
      message: textLike(`${world.options.cacheDir}/tensorflow can't be written`),
    });
  });

  it('refuses a route it does not know', async () => {
    const world = await fakeWorld();
    const environment = { ...world.options.environment, TICKET_TENSORFLOW_ROUTE: 'pigeon' };
    await expect(ensureTensorFlow({ ...world.options, environment })).rejects.toThrow(
      'TICKET_TENSORFLOW_ROUTE is "pigeon"',
    );
  });
});

describe("ensureTensorFlow, by tfjs-node's own script", () => {
  async function worldWithScript(
    script: string,
    changes: NodeJS.ProcessEnv = {},
  ): Promise<FakeWorld> {
    const world = await fakeWorld();
    writeFiles(world.options.tfjsNode, { 'scripts/install.js': script });
    // The fake Node only answers the load check; the script is run for real.
    writeProgram(
      world.options.node.path,
      `if (args[0].endsWith('install.js'))
         process.exitCode = require('node:child_process')
           .spawnSync(process.execPath, args, { stdio: 'inherit' }).status;
       else console.log('{"tensorflow":"2.9.1"}');`,
    );
    Object.assign(world.options.environment, { TICKET_TENSORFLOW_ROUTE: 'official', ...changes });
    return world;
  }

  const WORKING_SCRIPT = `
    const fs = require('node:fs');
    fs.writeFileSync('package.json', 'rewritten');
    fs.mkdirSync('deps/lib', { recursive: true });
    fs.mkdirSync('deps/include');
    fs.mkdirSync('lib/napi-v8', { recursive: true });
    fs.writeFileSync('deps/lib/libtensorflow.so.2.9.1', 'library');
    fs.symlinkSync('libtensorflow.so.2.9.1', 'deps/lib/libtensorflow.so.2');
    fs.writeFileSync('lib/napi-v8/tfjs_binding.node', 'addon');`;

  it('keeps libraries and addon, and leaves the package alone', async () => {
    const world = await worldWithScript(WORKING_SCRIPT);
    const manifest = path.join(world.options.tfjsNode, 'package.json');
    const before = readFileSync(manifest, 'utf8');
    const installation = await ensureTensorFlow(world.options);
    expect(installation).toMatchObject({ route: 'official', tensorflow: '2.9.1' });
    expect(readdirSync(installation.directory).sort()).toEqual(['deps', 'lib', 'manifest.json']);
    expect(bindingOf(installation)).toBe(
      path.join(installation.directory, 'lib/napi-v8/tfjs_binding.node'),
    );
    expect(readFileSync(manifest, 'utf8')).toBe(before);
    expect(await ensureTensorFlow(world.options)).toEqual(installation);
  });

  it('shows what the script said when it fails, and leaves nothing', async () => {
    const world = await worldWithScript(`console.error('HTTP 403'); process.exit(1);`);
    await expect(ensureTensorFlow(world.options)).rejects.toThrow(/failed[^]*HTTP 403/);
    expect(cacheOf(world)).toEqual([]);
  });

  it('does not trust a script that ends well and brings nothing', async () => {
    const world = await worldWithScript('');
    await expect(ensureTensorFlow(world.options)).rejects.toThrow('ended without the addon');
  });

  it('takes the wheel when the host answers and the script fails', async () => {
    const { createServer } = await import('node:http');
    const server = createServer((_, response) => response.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    try {
      const world = await fakeWorld();
      const file = path.join(world.options.tfjsNode, 'package.json');
      writeFileSync(file, readFileSync(file, 'utf8').replace(':9/', `:${port}/`));
      mkdirSync(path.join(world.options.tfjsNode, 'scripts'));
      writeProgram(
        world.options.node.path,
        `if (args[0].endsWith('install.js')) process.exitCode = 1;
         else console.log('{"tensorflow":"2.21.0"}');`,
      );
      const notes: string[] = [];
      const installation = await ensureTensorFlow({
        ...world.options,
        onProgress: (event) => {
          if (event.type === 'note') notes.push(event.text);
        },
      });
      expect(installation.route).toBe('wheel');
      expect(notes[0]).toMatch(/own download failed[^]*of the Python wheel instead/);
    } finally {
      server.close();
    }
  });
});
