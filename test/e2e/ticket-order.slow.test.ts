/** What comes first on the Ticket tab when another level is chosen, in a real browser. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runSearch } from '../support/command-line.ts';
import { POLL } from '../support/patience.ts';
import { openOn, scratchFolder } from './support.ts';

const SETTINGS = {
  training: { iterations: 40, evaluateEvery: 20 },
  pruning: { levels: 2 },
  branches: [],
  replicates: { count: 1 },
};

const scratch = scratchFolder();
let page: Page;
let complaints: string[];

beforeAll(async () => {
  const id = await runSearch(`${scratch.folder}/searches`, 'LeNet', SETTINGS, '--preset', 'quick');
  ({ page, complaints } = await openOn(scratch, { width: 1440, height: 1100 }));
  await page.evaluate(`location.hash = '#/search/${id}/ticket'`);
  await page.getByRole('region', { name: 'Real sparsity and cost' }).waitFor();
  await page.getByRole('group', { name: /^Mask of fc1.kernel, .*level 2/ }).waitFor();
  await page.getByRole('img', { name: /^Initial against final weights/ }).waitFor();
});

afterAll(scratch.close);

/**
 * Notes in `window.seen` which calls are sent, when the mask is drawn, and when that has been painted. Cards also come
 * after a while if the mask does not; on a slow machine, that must not be what is seen here, so a while never ends.
 */
const WATCH = `(() => {
  const seen = (window.seen = []);
  const later = window.setTimeout;
  window.setTimeout = (run, milliseconds = 0, ...given) =>
    later(run, milliseconds < 400 ? milliseconds : 1e9, ...given);
  const { send } = WebSocket.prototype;
  WebSocket.prototype.send = function (frame) {
    const call = /"name":"(ticket[.]\\w+)"/.exec(new TextDecoder().decode(frame));
    if (call) seen.push(call[1]);
    return send.call(this, frame);
  };
  const { drawImage } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.drawImage = function (...given) {
    if (this.canvas.closest?.('.mask')) {
      seen.push('drawn');
      requestAnimationFrame(() => later(() => seen.push('painted')));
    }
    return drawImage.apply(this, given);
  };
})()`;

/** What other cards ask for. */
const OF_CARDS = ['ticket.inputs', 'ticket.units', 'ticket.fate'];

it('the mask is asked for alone and painted, and the other cards follow', async () => {
  await expect.poll(() => page.getByRole('progressbar').count(), POLL).toBe(0);
  await page.evaluate(WATCH);
  await page.getByRole('slider', { name: /^Level/ }).focus();
  await page.keyboard.press('ArrowLeft');
  const seen = (): Promise<string[]> => page.evaluate<string[]>('window.seen');
  await expect.poll(seen, POLL).toEqual(expect.arrayContaining(OF_CARDS));
  const order = await seen();
  const firstOfCards = order.findIndex((each) => OF_CARDS.includes(each));
  const before = order.slice(0, firstOfCards);
  expect([...new Set(before)]).toEqual(['ticket.mask', 'drawn', 'painted']);
});

it('says nothing in the console', () => {
  expect(complaints).toEqual([]);
});
