import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  eventually,
  isAlive,
  type Running,
  startNode,
  temporaryFolder,
  writeFiles,
} from './support.ts';

const LAUNCH_MODULE = new URL('../../provision/launch.mjs', import.meta.url).href;

/** A program, started by a launcher that may become it (`replace`) or spawns it. */
function launched(
  program: string,
  replace: boolean,
  options: { args?: readonly string[]; input?: string } = {},
): Running & { folder: string } {
  const folder = temporaryFolder();
  writeFiles(folder, {
    'launcher.mjs': `
      import { launch } from ${JSON.stringify(LAUNCH_MODULE)};
      const runtime = { path: process.execPath, version: '', source: 'running', flags: [] };
      const [program, ...args] = process.argv.slice(2);
      process.exitCode = await launch(runtime, program, args, { replace: ${replace} });`,
    'program.mjs': program,
  });
  const script = path.join(folder, 'launcher.mjs');
  const args = [script, path.join(folder, 'program.mjs'), ...(options.args ?? [])];
  const input = options.input === undefined ? {} : { input: options.input };
  return { ...startNode(args, { ownGroup: true, ...input }), folder };
}

/** Counts SIGINT for a while, so that a second one would be seen. */
const COUNTS_INTERRUPTS = `
  let count = 0;
  process.on('SIGINT', () => {
    count += 1;
    if (count === 1) setTimeout(() => { console.log('interrupts: ' + count); process.exit(130); }, 300);
  });
  setInterval(() => {}, 1000);
  // Once it is idle: two signals at a busy process look like one.
  setTimeout(() => console.log('ready'), 100);`;

describe.each([
  ['becoming the program', true],
  ['spawning it', false],
])('launch, %s', (_, replace) => {
  it('passes arguments, input, output and exit code through', async () => {
    const program = `
      process.stdin.on('data', (data) => process.stdout.write(process.argv[2] + ' ' + data));
      process.stdin.on('end', () => { console.error('bad'); process.exit(3); });`;
    const { ended } = launched(program, replace, { args: ['a b'], input: 'typed' });
    expect(await ended).toEqual({ code: 3, signal: null, stdout: 'a b typed', stderr: 'bad\n' });
  });

  it('passes SIGTERM through and waits until the program has ended', async () => {
    const running = launched(
      `process.on('SIGTERM', () => setTimeout(() => { console.log('tidy'); process.exit(5); }, 100));
       setInterval(() => {}, 1000);
       console.log('ready');`,
      replace,
    );
    await running.says('ready');
    running.child.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ code: 5, stdout: 'ready\ntidy\n' });
  });

  it('passes a Ctrl-C, which goes to the whole group, through exactly once', async () => {
    const running = launched(COUNTS_INTERRUPTS, replace);
    await running.says('ready');
    process.kill(-running.child.pid!, 'SIGINT');
    expect(await running.ended).toMatchObject({ code: 130, stdout: 'ready\ninterrupts: 1\n' });
  });

  it('passes a SIGINT that was sent to the launcher alone through, too', async () => {
    const running = launched(COUNTS_INTERRUPTS, replace);
    await running.says('ready');
    running.child.kill('SIGINT');
    expect(await running.ended).toMatchObject({ code: 130, stdout: 'ready\ninterrupts: 1\n' });
  });

  it('leaves no program behind when the launcher is killed', async () => {
    const running = launched(
      `setInterval(() => {}, 1000);
       console.log('id ' + process.pid + '.');`,
      replace,
    );
    await running.says('.');
    running.child.kill('SIGKILL');
    const id = Number(/id (\d+)/.exec((await running.ended).stdout)?.[1]);
    await eventually(() => !isAlive(id));
  });

  it("keeps its variables from the program's own children and workers", async () => {
    const { ended } = launched(
      `import { Worker } from 'node:worker_threads';
       const worker = new Worker('console.log("worker", process.env.TICKET_LEASH)', { eval: true });
       worker.on('exit', () => console.log('main', process.env.TICKET_LEASH));`,
      replace,
    );
    expect(await ended).toMatchObject({ code: 0, stdout: 'worker undefined\nmain undefined\n' });
  });
});

describe('launch, spawning', () => {
  it('gives 128 + n when signal n ended the program', async () => {
    const { ended } = launched(`process.kill(process.pid, 'SIGKILL');`, false);
    expect(await ended).toMatchObject({ code: 137, signal: null });
  });
});

describe('launch', () => {
  it.each([true, false])('says which Node does not start (becoming it: %s)', async (replace) => {
    const folder = temporaryFolder();
    writeFiles(folder, {
      'launcher.mjs': `
        import { launch } from ${JSON.stringify(LAUNCH_MODULE)};
        const runtime = { path: '/no/node', version: '24.1.0', source: 'project', flags: [] };
        try { await launch(runtime, 'x.mjs', [], { replace: ${replace} }); }
        catch (error) { console.log(error.message); }`,
    });
    const { stdout } = await startNode([path.join(folder, 'launcher.mjs')]).ended;
    expect(stdout).toMatch(/^Node 24\.1\.0 \(\/no\/node\) does not start: .*ENOENT/);
  });
});
