import { describe, expect, it } from 'vitest';
import { ContractRelay } from '../../../../src/main/hosts/electron/contract-relay.ts';
import type { ToWindow } from '../../../../src/shared/contract/bridge.ts';
import type { CallResult } from '../../../../src/shared/contract/calls.ts';
import { createMessageTransport } from '../../../../src/shared/contract/message-transport.ts';

/** A relay over a workbench that answers when it is told to. */
function relayToWindow(lost?: string) {
  const sent: ToWindow[] = [];
  const asked: { id: number; name: string }[] = [];
  const transport = createMessageTransport();
  transport.connect((request) => asked.push(request));
  const relay = new ContractRelay({
    transport,
    lost: () => lost,
    send: (message) => sent.push(message),
  });
  const answer = async (index: number, result: CallResult<unknown>): Promise<void> => {
    transport.receive({ type: 'answer', id: asked[index]!.id, result });
    await Promise.resolve();
    await Promise.resolve();
  };
  return { relay, sent, asked, answer, transport };
}

const call = (id: number) => ({ type: 'call', id, name: 'health', input: {} });

describe('the relay between a window and its workbench', () => {
  it('answers each call under the number that the window gave it', async () => {
    const { relay, sent, answer } = relayToWindow();
    relay.receive(call(7));
    relay.receive(call(3));
    await answer(1, { ok: true, value: 'second' });
    await answer(0, { ok: true, value: 'first' });
    expect(sent).toEqual([
      { type: 'answer', id: 3, result: { ok: true, value: 'second' } },
      { type: 'answer', id: 7, result: { ok: true, value: 'first' } },
    ]);
  });

  it('keeps answers to the page before a reload from the page after it', async () => {
    const { relay, sent, answer } = relayToWindow();
    relay.receive(call(1));
    relay.receive({ type: 'hello' });
    relay.receive(call(1));
    await answer(0, { ok: true, value: 'old' });
    await answer(1, { ok: true, value: 'new' });
    expect(sent).toEqual([{ type: 'answer', id: 1, result: { ok: true, value: 'new' } }]);
  });

  it.each([
    ['nothing', undefined],
    ['a word', 'hello'],
    ['a call without a number', { type: 'call', name: 'health', input: {} }],
    ['a call with more to it', { ...call(1), sender: 'me' }],
    ['an order for the workbench’s process', { type: 'close' }],
  ])('drops what is no message of a window: %s', (_what, message) => {
    const { relay, sent, asked } = relayToWindow();
    expect(relay.receive(message)).toBe(false);
    expect(asked).toEqual([]);
    expect(sent).toEqual([]);
  });

  it('answers the 513th waiting call with an error, and takes calls again after an answer', async () => {
    const { relay, sent, asked, answer } = relayToWindow();
    for (let id = 0; id < 513; id += 1) relay.receive(call(id));
    expect(asked).toHaveLength(512);
    expect(sent).toEqual([
      {
        type: 'answer',
        id: 512,
        result: {
          ok: false,
          error: expect.objectContaining({
            code: 'unavailable',
            message: expect.stringContaining('"health" is refused: 512 calls wait'),
          }),
        },
      },
    ]);
    await answer(0, { ok: true, value: 'first' });
    relay.receive(call(513));
    expect(asked).toHaveLength(513);
    await answer(512, { ok: true, value: 'last' });
    expect(sent.slice(1)).toEqual([
      { type: 'answer', id: 0, result: { ok: true, value: 'first' } },
      { type: 'answer', id: 513, result: { ok: true, value: 'last' } },
    ]);
  });

  it('tells a page that is opened while the workbench is away', () => {
    const { relay, sent } = relayToWindow('it has crashed');
    relay.receive({ type: 'hello' });
    expect(sent).toEqual([{ type: 'lost', reason: 'it has crashed' }]);
  });

  it('tells the window that the workbench is lost, and back, and every event', () => {
    const { sent, transport } = relayToWindow();
    transport.receive({ type: 'event', event: { type: 'history-changed' } });
    transport.disconnect('it has crashed');
    transport.connect(() => undefined);
    expect(sent).toEqual([
      { type: 'event', event: { type: 'history-changed' } },
      { type: 'lost', reason: 'it has crashed' },
      { type: 'connected' },
    ]);
  });
});
