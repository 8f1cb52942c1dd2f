import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { isProcessAlive } from '../../../provision/processes.mjs';
import { LEASE_MILLISECONDS, type Liveness } from '../../../src/main/store/liveness.ts';
import { Store } from '../../../src/main/store/store.ts';
import { WorkbenchError } from '../../../src/shared/contract/errors.ts';
import { sampleSearch, temporaryFile } from './samples.ts';

const START = 1_700_000_000_000;

/** A search in a store whose clock only the test moves. */
function openSearch(options: Partial<Liveness> = {}) {
  const clock = { now: START };
  const file = temporaryFile();
  const store = Store.open(file, { now: () => clock.now, ...options });
  onTestFinished(() => store.close());
  const { id } = store.searches.create(sampleSearch());
  return { store, clock, file, id };
}

/** Makes the owners of all leases processes of another machine, of which only heartbeats are known. */
function moveElsewhere(file: string): void {
  const database = new Database(file);
  database.exec("UPDATE leases SET scope = 'elsewhere'");
  database.close();
}

function conflict(work: () => void): WorkbenchError {
  try {
    work();
  } catch (error) {
    if (error instanceof WorkbenchError && error.code === 'conflict') return error;
    throw error;
  }
  throw new Error('there was no conflict');
}

describe('a lease', () => {
  test('keeps others away until it is released', () => {
    const { store, id, clock } = openSearch();
    store.leases.acquire(id, 'one');
    clock.now += 3000;
    const error = conflict(() => {
      store.leases.acquire(id, 'other');
    });
    expect(error.message).toBe(
      `the search ${id} is run by another process (${process.pid}), last active 3 s ago`,
    );
    store.leases.release(id, 'one');
    store.leases.acquire(id, 'other');
  });

  test('can be taken again by its owner', () => {
    const { store, id } = openSearch();
    store.leases.acquire(id, 'one');
    store.leases.acquire(id, 'one');
  });

  test('is of one search only', () => {
    const { store, id } = openSearch();
    store.leases.acquire(id, 'one');
    store.leases.acquire(store.searches.create(sampleSearch()).id, 'other');
  });

  test('lives as long as it is renewed', () => {
    const { store, id, clock, file } = openSearch();
    store.leases.acquire(id, 'one');
    moveElsewhere(file);
    for (let beat = 0; beat < 5; beat += 1) {
      clock.now += LEASE_MILLISECONDS - 1;
      store.leases.renew(id, 'one');
    }
    conflict(() => {
      store.leases.acquire(id, 'other');
    });
  });

  test.each([
    ['it hangs, or was stopped', 3_600_000],
    ['the clock was set forward', 10 * 365 * 86_400_000],
    ['the clock was set back', -3_600_000],
  ])('of a silent process that lives stays its own: %s', (_, shift) => {
    const { store, id, clock } = openSearch();
    store.leases.acquire(id, 'one');
    clock.now += shift;
    conflict(() => {
      store.leases.acquire(id, 'other');
    });
    store.leases.renew(id, 'one');
  });

  test('of a process whose id another one has now is free', ({ skip }) => {
    if (process.platform !== 'linux') skip('only Linux says when a process started');
    const { store, id, file } = openSearch();
    store.leases.acquire(id, 'one');
    const database = new Database(file);
    database.exec("UPDATE leases SET scope = replace(scope, ' since ', ' since 1')");
    database.close();
    store.leases.acquire(id, 'other');
  });

  test('that an earlier version took, which did not say when it started, ends with silence', () => {
    const { store, id, clock, file } = openSearch();
    store.leases.acquire(id, 'one');
    const database = new Database(file);
    database.exec("UPDATE leases SET scope = substr(scope, 1, instr(scope, ' since ') - 1)");
    database.close();
    conflict(() => {
      store.leases.acquire(id, 'other');
    });
    clock.now += LEASE_MILLISECONDS;
    store.leases.acquire(id, 'other');
  });

  test('of a silent owner elsewhere is another’s to take, and then lost', () => {
    const { store, id, clock, file } = openSearch();
    store.leases.acquire(id, 'one');
    moveElsewhere(file);
    clock.now += LEASE_MILLISECONDS - 1;
    conflict(() => {
      store.leases.acquire(id, 'other');
    });
    clock.now += 1;
    store.leases.acquire(id, 'other');

    const error = conflict(() => {
      store.leases.renew(id, 'one');
    });
    expect(error.message).toContain('is no longer run by this process');
    store.leases.release(id, 'one'); // Too late to matter.
    conflict(() => {
      store.leases.acquire(id, 'one');
    });
  });

  test('of a silent owner elsewhere is still its own while nobody has taken it', () => {
    const { store, id, clock, file } = openSearch();
    store.leases.acquire(id, 'one');
    moveElsewhere(file);
    clock.now += 10 * LEASE_MILLISECONDS;
    store.leases.renew(id, 'one');
    conflict(() => {
      store.leases.acquire(id, 'other');
    });
  });

  test('is renewed with others, and those that are lost are named', () => {
    const { store, id, clock, file } = openSearch();
    const [lost, kept] = [store.searches.create(sampleSearch()).id, id];
    for (const each of [lost, kept]) store.leases.acquire(each, 'one');
    moveElsewhere(file);
    clock.now += LEASE_MILLISECONDS;
    store.leases.acquire(lost, 'other');
    expect(store.leases.renewAll([lost, kept, 'nowhere'], 'one')).toEqual([lost, 'nowhere']);
    conflict(() => {
      store.leases.acquire(kept, 'other');
    });
  });

  test('that can’t be renewed for another reason is not lost', () => {
    const { store, id, file } = openSearch();
    store.leases.acquire(id, 'one');
    const database = new Database(file);
    database.exec(`CREATE TRIGGER refuse BEFORE UPDATE ON leases
      BEGIN SELECT RAISE(ABORT, 'refused'); END`);
    database.close();
    expect(() => {
      store.leases.renew(id, 'one');
    }).toThrow(expect.objectContaining({ code: 'store-failed' }));
  });

  test('of a process that is gone is free at once', () => {
    const { store, id } = openSearch({ isProcessAlive: () => false });
    store.leases.acquire(id, 'one');
    store.leases.acquire(id, 'other');
  });

  test('of a process on another machine is free once it is silent', () => {
    const { store, id, clock, file } = openSearch({ isProcessAlive: () => false });
    store.leases.acquire(id, 'one');
    moveElsewhere(file);
    conflict(() => {
      store.leases.acquire(id, 'other');
    });
    clock.now += LEASE_MILLISECONDS;
    store.leases.acquire(id, 'other');
  });

  test('elsewhere, from before the clock was set back, does not hold for hours', () => {
    const { store, id, clock, file } = openSearch();
    store.leases.acquire(id, 'one');
    moveElsewhere(file);
    clock.now -= 3_600_000;
    store.leases.acquire(id, 'other');
  });
});

test('a process is alive until it has ended', async () => {
  expect(isProcessAlive(process.pid)).toBe(true);
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'close');
  expect(isProcessAlive(child.pid!)).toBe(false);
});

test('a process that has ended is not alive because nobody waits for it', async ({ skip }) => {
  if (process.platform !== 'linux') skip('only Linux tells such a process from a living one');
  // The shell's child ends, and what takes the shell's place does not know of it.
  const parent = spawn('/bin/sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 60']);
  onTestFinished(() => {
    parent.kill('SIGKILL');
  });
  const [line] = (await once(createInterface(parent.stdout), 'line')) as [string];
  await vi.waitFor(() => expect(isProcessAlive(Number(line))).toBe(false), 10_000);
  process.kill(Number(line), 0); // Its id is still taken.
});

/** A process that competes for a lease when it is told to. */
class Competitor {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  constructor(file: string, searchId: string, owner: string) {
    const script = fileURLToPath(new URL('./children/compete-for-lease.ts', import.meta.url));
    this.#child = spawn(process.execPath, [script, file, searchId, owner]);
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]();
    onTestFinished(() => {
      this.#child.kill('SIGKILL');
    });
  }

  async says(): Promise<string | undefined> {
    const { value } = (await this.#lines.next()) as IteratorResult<string, undefined>;
    return value;
  }

  start(): void {
    this.#child.stdin.write('go\n');
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await once(this.#child, 'close');
  }
}

test('of several processes one gets the search, and the next one once that is killed', async () => {
  const file = temporaryFile();
  const store = Store.open(file);
  onTestFinished(() => store.close());
  const { id } = store.searches.create(sampleSearch());

  const competitors = [1, 2, 3, 4].map((number) => new Competitor(file, id, `owner ${number}`));
  for (const competitor of competitors) expect(await competitor.says()).toBe('ready');
  for (const competitor of competitors) competitor.start();
  const answers = await Promise.all(competitors.map((competitor) => competitor.says()));
  expect(answers.toSorted()).toEqual(['conflict', 'conflict', 'conflict', 'won']);

  conflict(() => {
    store.leases.acquire(id, 'me');
  });
  await competitors[answers.indexOf('won')]!.kill();
  store.leases.acquire(id, 'me');
});

test('a process that is stopped keeps its search, and goes on with it', async ({ skip }) => {
  if (process.platform === 'win32') skip('Windows can’t stop a process with a signal');
  const clock = { now: Date.now() };
  const file = temporaryFile();
  const store = Store.open(file, { now: () => clock.now });
  onTestFinished(() => store.close());
  const { id } = store.searches.create(sampleSearch());
  const owner = new Competitor(file, id, 'the owner');
  expect(await owner.says()).toBe('ready');
  owner.start();
  expect(await owner.says()).toBe('won');

  owner.signal('SIGSTOP');
  clock.now += 100 * LEASE_MILLISECONDS;
  conflict(() => {
    store.leases.acquire(id, 'me');
  });
  owner.signal('SIGCONT');
  await owner.kill();
  store.leases.acquire(id, 'me');
});
