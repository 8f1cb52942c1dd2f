/** The check of a form that is edited while an answer is on its way, in a real browser. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { POLL } from '../support/patience.ts';
import { goTo, importSettings } from '../support/window-steps.ts';
import { openOn, scratchFolder, SMALL_SETTINGS } from './support.ts';

/**
 * A connection whose answers can be kept back. It begins to keep them when `holdAfter` is asked for, so
 * that the test decides when the answer arrives.
 */
const HOLDING = `
  window.held = [];
  window.holdAfter = undefined;
  window.isHolding = false;
  window.WebSocket = class extends WebSocket {
    send(frame) {
      if (window.holdAfter && new TextDecoder().decode(frame).includes(window.holdAfter)) {
        window.isHolding = true;
      }
      super.send(frame);
    }
    addEventListener(type, listener) {
      super.addEventListener(type, (event) => {
        if (type === 'message' && window.isHolding) window.held.push(() => listener(event));
        else listener(event);
      });
    }
  };`;

/** Types into the field and lets the answers arrive in the same moment, before the next check begins. */
const EDIT_AND_RELEASE = `
  const field = document.activeElement;
  field.value = '0';
  field.dispatchEvent(new Event('input', { bubbles: true }));
  field.dispatchEvent(new Event('change', { bubbles: true }));
  window.holdAfter = undefined;
  window.isHolding = false;
  for (const arrive of window.held.splice(0)) arrive();
  const channel = new MessageChannel();
  new Promise((resolve) => {
    channel.port1.onmessage = resolve;
    channel.port2.postMessage(undefined);
  }).then(() => document.querySelector('button[type=submit].primary').disabled);`;

const scratch = scratchFolder();
let page: Page;

beforeAll(async () => {
  ({ page } = await openOn(scratch, { width: 1440, height: 900 }));
  await page.addInitScript(HOLDING);
  await page.reload();
  await goTo(page, 'New search');
});

afterAll(scratch.close);

it('the answer of a check that began before an edit does not make the edit launchable', async () => {
  const launch = page.getByRole('button', { name: 'Launch search', disabled: false });
  const iterations = page.getByRole('textbox', { name: 'Iterations', exact: true });
  await importSettings(page, SMALL_SETTINGS);
  await launch.waitFor();
  await page.evaluate(`window.holdAfter = 'settings.validate'`);
  await iterations.fill('140');
  await iterations.press('Enter');
  // That 140 iterations are right is known there, and the answer is on its way.
  await expect.poll(() => page.evaluate('window.held.length'), POLL).toBeGreaterThan(0);
  await iterations.focus();
  expect(await page.evaluate(EDIT_AND_RELEASE)).toBe(true);
  await page.getByText('1 problem to fix').waitFor();
  await iterations.fill('140');
  await launch.waitFor();
});
