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
  pythonProgram,
  startNode,
  writeFiles,
  writeProgram,
  textLike,
} from './support.ts';

const TENSORFLOW_MODULE = new URL('../../provision/tensorflow.mjs', import.meta.url).href;

function downloadsOf(world: FakeWorld): number {
  if (!existsSync(world.downloads)) return 0;
  return readFileSync(world.downloads, 'utf8').trim().split('\n').length;
}

function cacheOf(world: FakeWorld): string[] {
  return readdirSync(path.join(world.options.cacheDir, 'tensorflow'));
}

/** Replaces the fake pip by one that fails with this message. */
function pipFailsWith(world: FakeWorld, message: string): void {
  writeProgram(
    path.join(world.programs, 'python3'),
    `if (args.includes('--version')) console.log('1.0');
     else { console.error(${JSON.stringify(message)}); process.exitCode = 1; }`,
  );
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
    const world = fakeWorld();
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
    const world = fakeWorld();
    const first = await ensureTensorFlow(world.options);
    const events: ProgressEvent[] = [];
    const onProgress = (event: ProgressEvent) => events.push(event);
    expect(await ensureTensorFlow({ ...world.options, onProgress })).toEqual(first);
    expect(events).toEqual([]);
    expect(downloadsOf(world)).toBe(1);
  });

  it('shows each step, with the bytes of those that have some', async () => {
    const world = fakeWorld();
    const labels = new Map<string, number | undefined>();
    await ensureTensorFlow({
      ...world.options,
      onProgress: (event) => {
        if (event.type === 'step' && event.state === 'done') labels.set(event.label, event.done);
      },
    });
    expect([...labels]).toEqual([
      ['Download tensorflow-cpu==2.21.0', world.options.wheel.bytes],
      ['Check it', world.options.wheel.bytes],
      ['Unpack its libraries', world.options.wheel.libraryBytes + '// header'.length],
      ['Compile the addon', undefined],
      ['Load it', undefined],
      ['Record its checksums', undefined],
    ]);
  });

  it('calls a damaged installation damaged where it cannot be set up again', async () => {
    const world = fakeWorld();
    const { directory } = await ensureTensorFlow(world.options);
    truncateSync(path.join(directory, 'libtensorflow_cc.so.2'), 1);
    pipFailsWith(world, 'Network is unreachable');
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
    const world = fakeWorld();
    await ensureTensorFlow(world.options);
    const cacheDir = path.join(world.folder, 'elsewhere');
    renameSync(world.options.cacheDir, cacheDir);
    const moved = await ensureTensorFlow({ ...world.options, cacheDir });
    expect(bindingOf(moved).startsWith(cacheDir)).toBe(true);
    expect(downloadsOf(world)).toBe(1);
  });

  it('compiles with the libraries as neighbours of the addon', async () => {
    const world = fakeWorld();
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
    const world = fakeWorld();
    const python = path.join(world.programs, 'python3');
    const wheelFile = path.join(world.folder, 'index', 'tensorflow_cpu-2.21.0.whl');
    writeProgram(python, pythonProgram(world.downloads, wheelFile, 'setInterval(() => {}, 1000);'));
    const killed = ensureElsewhere(world);
    await eventually(() => downloadsOf(world) === 1);
    killed.child.kill('SIGKILL');
    await killed.ended;
    // pip does not go on without it.
    await eventually(() => !isAlive(Number(readFileSync(world.downloads, 'utf8'))));
    expect(cacheOf(world)).toHaveLength(2);
    expect(findTensorFlow(siteOf(world.options))).toBeUndefined();

    writeProgram(python, pythonProgram(world.downloads, wheelFile));
    const installation = await ensureTensorFlow(world.options);
    expect(cacheOf(world)).toEqual([path.basename(installation.directory)]);
    expect(downloadsOf(world)).toBe(2);
  });

  it.each([
    ['whose manifest was never written', 'manifest.json'],
    ['whose library is gone', 'libtensorflow_cc.so.2'],
  ])('does not take a folder %s for finished', async (_, name) => {
    const world = fakeWorld();
    const installation = await ensureTensorFlow(world.options);
    rmSync(path.join(installation.directory, name));
    expect(findTensorFlow(siteOf(world.options))).toBeUndefined();
    await ensureTensorFlow(world.options);
    expect(existsSync(path.join(installation.directory, name))).toBe(true);
    expect(downloadsOf(world)).toBe(2);
  });

  it('does not take a library that was cut off for finished', async () => {
    const world = fakeWorld();
    const installation = await ensureTensorFlow(world.options);
    truncateSync(path.join(installation.directory, 'libtensorflow_cc.so.2'), 10);
    const again = await ensureTensorFlow(world.options);
    expect(await verifyInstallation(again)).toEqual([]);
    expect(downloadsOf(world)).toBe(2);
  });

  it('notices a library whose content changed when it is verified', async () => {
    const world = fakeWorld();
    const installation = await ensureTensorFlow(world.options);
    const library = path.join(installation.directory, 'libtensorflow_cc.so.2');
    const bytes = readFileSync(library);
    bytes[100] = 0;
    writeFileSync(library, bytes);
    expect(await verifyInstallation(installation)).toEqual([textLike(`${library} is damaged`)]);
  });

  it('stops at once and leaves nothing when it is told to', async () => {
    const world = fakeWorld();
    const wheelFile = path.join(world.folder, 'index', 'tensorflow_cpu-2.21.0.whl');
    writeProgram(
      path.join(world.programs, 'python3'),
      pythonProgram(world.downloads, wheelFile, 'setInterval(() => {}, 1000);'),
    );
    const stop = new AbortController();
    const running = ensureTensorFlow({ ...world.options, signal: stop.signal });
    await eventually(() => downloadsOf(world) === 1);
    stop.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    expect(cacheOf(world)).toEqual([]);
    expect(isAlive(Number(readFileSync(world.downloads, 'utf8')))).toBe(false);
  });

  it('lets one of two processes do it while the other waits', async () => {
    const world = fakeWorld();
    const wheelFile = path.join(world.folder, 'index', 'tensorflow_cpu-2.21.0.whl');
    writeProgram(
      path.join(world.programs, 'python3'),
      pythonProgram(world.downloads, wheelFile, 'setTimeout(() => {}, 300);'),
    );
    const ended = await Promise.all([ensureElsewhere(world).ended, ensureElsewhere(world).ended]);
    expect(ended.map(({ code }) => code)).toEqual([0, 0]);
    expect(ended[0].stdout).toBe(ended[1].stdout);
    expect(downloadsOf(world)).toBe(1);
  });
});

describe('ensureTensorFlow, where something is missing', () => {
  /** What it says, and that nothing is left behind. */
  async function failureOf(world: FakeWorld, changes: object = {}) {
    const failure: unknown = await ensureTensorFlow({ ...world.options, ...changes }).then(
      () => 'it worked',
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ name: 'ProvisioningError' });
    if (existsSync(world.options.cacheDir)) expect(cacheOf(world)).toEqual([]);
    expect(findTensorFlow(siteOf(world.options))).toBeUndefined();
    return failure as Error & { hint: string };
  }

  it('names python3, and pip and g++ with it', async () => {
    const world = fakeWorld();
    rmSync(path.join(world.programs, 'python3'));
    rmSync(path.join(world.programs, 'g++'));
    const { message, hint } = await failureOf(world);
    expect(message).toContain('python3 and pip (of python3) and a C++ compiler (g++) are missing');
    expect(hint).toContain('apt-get install python3 python3-pip g++');
  });

  it('names pip alone when python3 is there', async () => {
    const world = fakeWorld();
    writeProgram(
      path.join(world.programs, 'python3'),
      `if (args[0] === '--version') console.log('Python 3.12.1');
       else { console.error('No module named pip'); process.exitCode = 1; }`,
    );
    const { message, hint } = await failureOf(world);
    expect(message).toContain('pip (of python3) is missing');
    expect(hint).toContain('apt-get install python3-pip"');
  });

  it('names g++ before anything is downloaded, as the system calls it', async () => {
    const world = fakeWorld();
    rmSync(path.join(world.programs, 'g++'));
    writeProgram(path.join(world.programs, 'dnf'), '');
    const { message, hint } = await failureOf(world);
    expect(message).toContain('a C++ compiler (g++) is missing');
    expect(hint).toContain('dnf install gcc-c++"');
    expect(downloadsOf(world)).toBe(0);
  });

  it('tells a missing network from other troubles of pip', async () => {
    const world = fakeWorld();
    const said =
      "WARNING: Retrying after connection broken by 'NewConnectionError(...): Failed to establish " +
      "a new connection: [Errno -2] Name or service not known'\n" +
      'ERROR: No matching distribution found for tensorflow-cpu==2.21.0';
    pipFailsWith(world, said);
    const network = await failureOf(world);
    expect(network.message).toContain("pip can't reach its package index");
    expect(network.message).toContain('  ERROR: No matching distribution');
    expect(network.hint).toContain('HTTPS_PROXY');

    pipFailsWith(world, 'ERROR: No matching distribution found for tensorflow-cpu==2.21.0');
    expect((await failureOf(world)).message).toMatch(/^pip could not download tensorflow-cpu/);
  });

  it('says how much space is needed before it starts', async () => {
    const world = fakeWorld();
    const wheel = { ...world.options.wheel, libraryBytes: 1e18 };
    const { message, hint } = await failureOf(world, { wheel });
    expect(message).toMatch(/needs 1000000\d+ MB in .*; \d+ MB are free/);
    expect(hint).toContain('TICKET_CACHE_DIR');
    expect(downloadsOf(world)).toBe(0);
  });

  it('says that the disk got full on the way', async () => {
    const world = fakeWorld();
    pipFailsWith(world, 'ERROR: Could not install: [Errno 28] No space left on device');
    expect((await failureOf(world)).message).toContain('the disk filled up');
  });

  it('refuses a wheel that is not the pinned one', async () => {
    const world = fakeWorld();
    const wheel = { ...world.options.wheel, sha256: 'f'.repeat(64) };
    const { message } = await failureOf(world, { wheel });
    expect(message).toContain(
      `its SHA-256 is ${world.options.wheel.sha256}; expected ${'f'.repeat(64)}`,
    );
  });

  it('shows what the compiler said', async () => {
    const world = fakeWorld();
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
    const world = fakeWorld();
    writeProgram(world.options.node.path, body);
    expect((await failureOf(world)).message).toMatch(expected);
  });

  it('names a system it has no route for', async () => {
    const world = fakeWorld();
    const { message } = await failureOf(world, { system: 'sunos-x64', wheel: undefined });
    expect(message).toMatch(
      /for sunos-x64 is only available through tfjs-node's own download.*127\.0\.0\.1:9/,
    );
  });

  it('names a cache that can not be written', async () => {
    const world = fakeWorld();
    writeFileSync(world.options.cacheDir, 'a file');
    const failure = await ensureTensorFlow(world.options).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      name: 'ProvisioningError',
      message: textLike(`${world.options.cacheDir}/tensorflow can't be written`),
    });
  });

  it('refuses a route it does not know', async () => {
    const world = fakeWorld();
    const environment = { ...world.options.environment, TICKET_TENSORFLOW_ROUTE: 'pigeon' };
    await expect(ensureTensorFlow({ ...world.options, environment })).rejects.toThrow(
      'TICKET_TENSORFLOW_ROUTE is "pigeon"',
    );
  });
});

describe("ensureTensorFlow, by tfjs-node's own script", () => {
  function worldWithScript(script: string, changes: NodeJS.ProcessEnv = {}): FakeWorld {
    const world = fakeWorld();
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
    const world = worldWithScript(WORKING_SCRIPT);
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
    const world = worldWithScript(`console.error('HTTP 403'); process.exit(1);`);
    await expect(ensureTensorFlow(world.options)).rejects.toThrow(/failed[^]*HTTP 403/);
    expect(cacheOf(world)).toEqual([]);
  });

  it('does not trust a script that ends well and brings nothing', async () => {
    const world = worldWithScript('');
    await expect(ensureTensorFlow(world.options)).rejects.toThrow('ended without the addon');
  });

  it('takes the wheel when the host answers and the script fails', async () => {
    const { createServer } = await import('node:http');
    const server = createServer((_, response) => response.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    try {
      const world = fakeWorld();
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
