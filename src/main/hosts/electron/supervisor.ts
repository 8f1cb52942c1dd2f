/** Keeps a workbench running: if its process dies, a new one continues its searches. */
import { type Client, createClient, type Transport } from '../../../shared/contract/client.ts';
import { createMessageTransport } from '../../../shared/contract/message-transport.ts';
import type { WorkbenchChild } from './process-launcher.ts';
import { isFromWorkbench, type PathQuestion } from './process-messages.ts';

export interface SupervisorOptions {
  launch(): WorkbenchChild;
  /** Opens a dialog; undefined if it was cancelled. */
  choosePath(question: PathQuestion): Promise<string | undefined>;
  /** Asks in a dialog whether plug-ins of this folder may be loaded from the next start on. */
  confirmPlugIns(folder: string): Promise<boolean>;
  openFolder(folder: string): Promise<void>;
  installCommand(): void;
  onFault(message: string): void;
  /** The process has ended, and has not said why. @param startedAt Unix time, milliseconds. */
  onDeath(reason: string, startedAt: number): void;
}

const FIRST_RETRY_MILLISECONDS = 250;
const LONGEST_RETRY_MILLISECONDS = 10_000;
/** A process that lived this long did not fail at its start, so the next one starts without delay. */
const HEALTHY_MILLISECONDS = 30_000;
/** Running trainings end at their next step. A process that takes longer than this to close hangs. */
const CLOSE_MILLISECONDS = 30_000;

export class WorkbenchSupervisor {
  readonly #options: SupervisorOptions;
  readonly #transport = createMessageTransport();
  #child: WorkbenchChild | undefined;
  #lost: string | undefined;
  #retry: NodeJS.Timeout | undefined;
  #retryMilliseconds = FIRST_RETRY_MILLISECONDS;
  #isClosing = false;
  #whenGone: (() => void) | undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** Calls made before the workbench is ready wait for it. */
  get transport(): Transport {
    return this.#transport;
  }

  get client(): Client {
    return createClient(this.#transport);
  }

  /** Why the workbench can't be reached; undefined while it can, or while it first starts. */
  get lost(): string | undefined {
    return this.#lost;
  }

  start(): void {
    const startedAt = Date.now();
    let failure: string | undefined;
    const child = this.#options.launch();
    this.#child = child;
    child.onMessage((message) => {
      if (!isFromWorkbench(message)) return;
      switch (message.type) {
        case 'ready':
          this.#lost = undefined;
          this.#transport.connect((request) => {
            child.send(request);
          });
          return;
        case 'answer':
        case 'event':
          this.#transport.receive(message);
          return;
        case 'choose-path':
          void this.#choosePath(child, message.id, message.question);
          return;
        case 'confirm-plug-ins':
          void this.#confirmPlugIns(child, message.id, message.folder);
          return;
        case 'open-folder':
          void this.#openFolder(message.folder);
          return;
        case 'install-command':
          this.#options.installCommand();
          return;
        case 'failed':
          failure = [message.error.message, message.error.hint].filter(Boolean).join(' ');
          return;
        case 'fault':
          this.#options.onFault(message.message);
      }
    });
    child.onExit((reason) => {
      if (this.#child !== child) return;
      this.#child = undefined;
      this.#whenGone?.();
      if (this.#isClosing) return;
      this.#lost = failure ?? reason;
      this.#options.onFault(this.#lost);
      if (failure === undefined) this.#options.onDeath(reason, startedAt);
      this.#transport.disconnect(this.#lost);
      this.#restart(Date.now() - startedAt);
    });
  }

  /** Stops running searches, which continue at the next start. */
  async close(): Promise<void> {
    this.#isClosing = true;
    clearTimeout(this.#retry);
    const child = this.#child;
    if (!child) return;
    await new Promise<void>((resolve) => {
      const hung = setTimeout(() => {
        this.#options.onFault('the workbench does not close and is killed');
        child.kill();
      }, CLOSE_MILLISECONDS);
      this.#whenGone = () => {
        clearTimeout(hung);
        resolve();
      };
      child.send({ type: 'close' });
    });
    this.#transport.disconnect('the workbench is closed');
  }

  #restart(livedMilliseconds: number): void {
    if (livedMilliseconds > HEALTHY_MILLISECONDS)
      this.#retryMilliseconds = FIRST_RETRY_MILLISECONDS;
    this.#retry = setTimeout(() => {
      this.start();
    }, this.#retryMilliseconds);
    this.#retryMilliseconds = Math.min(2 * this.#retryMilliseconds, LONGEST_RETRY_MILLISECONDS);
  }

  async #choosePath(child: WorkbenchChild, id: number, question: PathQuestion): Promise<void> {
    let path: string | undefined;
    try {
      path = await this.#options.choosePath(question);
    } catch (error) {
      this.#options.onFault(`the dialog can't be opened: ${String(error)}`);
    }
    child.send({ type: 'path-chosen', id, path });
  }

  async #confirmPlugIns(child: WorkbenchChild, id: number, folder: string): Promise<void> {
    let isConfirmed = false;
    try {
      isConfirmed = await this.#options.confirmPlugIns(folder);
    } catch (error) {
      this.#options.onFault(`the dialog can't be opened: ${String(error)}`);
    }
    child.send({ type: 'plug-ins-confirmed', id, isConfirmed });
  }

  async #openFolder(folder: string): Promise<void> {
    try {
      await this.#options.openFolder(folder);
    } catch (error) {
      this.#options.onFault(`the folder ${folder} can't be opened: ${String(error)}`);
    }
  }
}
