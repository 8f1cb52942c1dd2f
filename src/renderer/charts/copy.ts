/** Copies what a chart shows. A window that was not opened securely has no clipboard, and says so. */
import type { CallInput } from '../../shared/contract/calls.ts';
import type { Client } from '../../shared/contract/client.ts';
import type { Toasts } from '../state/toasts.svelte.ts';

interface Surroundings {
  readonly client: Client;
  readonly toasts: Toasts;
}

/** The picture is that of a saved file, with title, N and legend. */
export async function copyPicture(
  { client, toasts }: Surroundings,
  drawing: Pick<CallInput<'chart.export'>, 'chart' | 'theme'>,
): Promise<void> {
  const type = 'image/png';
  // A promise, because a browser may forget the click that asked for it while the picture is drawn.
  const picture = client
    .call('chart.export', { ...drawing, format: 'png', name: 'chart' })
    .then(({ bytes }) => new Blob([bytes], { type }));
  await copied(toasts, 'Picture', async () => {
    await navigator.clipboard.write([new ClipboardItem({ [type]: picture })]);
  });
}

/** @param data undefined if it is too long. A promise, for data that are read first. */
export async function copyData(
  toasts: Toasts,
  data: string | undefined | Promise<string | undefined>,
): Promise<void> {
  await copied(toasts, 'Data', async () => {
    if (!(data instanceof Promise)) {
      await navigator.clipboard.writeText(shortEnough(data));
      return;
    }
    const type = 'text/plain';
    const text = data.then((found) => new Blob([shortEnough(found)], { type }));
    await navigator.clipboard.write([new ClipboardItem({ [type]: text })]);
  });
}

function shortEnough(data: string | undefined): string {
  if (data === undefined) throw new Error('these are too many points. Zoom in, or hide lines');
  return data;
}

async function copied(toasts: Toasts, what: string, copy: () => Promise<void>): Promise<void> {
  try {
    await copy();
    toasts.info(`${what} copied`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    toasts.info(`${what} could not be copied: ${why}`);
  }
}
