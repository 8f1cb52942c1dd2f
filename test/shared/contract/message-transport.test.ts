import { describe, expect, it } from 'vitest';
import type { WorkbenchEvent } from '../../../src/shared/contract/events.ts';
import { createMessageTransport } from '../../../src/shared/contract/message-transport.ts';
import type { Request } from '../../../src/shared/contract/messages.ts';

function connected() {
  const transport = createMessageTransport();
  const sent: Request[] = [];
  const told: WorkbenchEvent[] = [];
  transport.subscribe((event) => told.push(event));
  const connect = () => {
    transport.connect((request) => sent.push(request));
  };
  return { transport, sent, told, connect };
}

describe('a transport over messages', () => {
  it('pairs answers with calls, in whatever order they come', async () => {
    const { transport, sent, connect } = connected();
    connect();
    const first = transport.invoke('presets', {});
    const second = transport.invoke('catalog', {});
    for (const { id, name } of sent.toReversed()) {
      transport.receive({ type: 'answer', id, result: { ok: true, value: name } });
    }

    await expect(first).resolves.toEqual({ ok: true, value: 'presets' });
    await expect(second).resolves.toEqual({ ok: true, value: 'catalog' });
  });

  it('sends calls made before the first connection once it is there', async () => {
    const { transport, sent, connect } = connected();
    const early = transport.invoke('presets', {});
    expect(sent).toEqual([]);
    connect();
    transport.receive({ type: 'answer', id: sent[0]!.id, result: { ok: true, value: 1 } });

    await expect(early).resolves.toEqual({ ok: true, value: 1 });
  });

  it('fails calls under way and further ones when the connection is lost, and says so', async () => {
    const { transport, sent, told, connect } = connected();
    connect();
    const underWay = transport.invoke('presets', {});
    transport.disconnect('the server is gone');
    transport.disconnect('the server is gone');
    const unavailable = {
      ok: false,
      error: { code: 'unavailable', message: 'the server is gone' },
    };

    await expect(underWay).resolves.toMatchObject(unavailable);
    await expect(transport.invoke('catalog', {})).resolves.toMatchObject(unavailable);
    expect(sent).toHaveLength(1);
    expect(told).toEqual([{ type: 'workbench-lost', reason: 'the server is gone' }]);

    connect();
    expect(told.at(-1)).toEqual({ type: 'workbench-restarted' });
    void transport.invoke('catalog', {});
    expect(sent).toHaveLength(2);
  });

  it('tells events to every listener until it unsubscribes', () => {
    const { transport, told, connect } = connected();
    connect();
    const others: WorkbenchEvent[] = [];
    const unsubscribe = transport.subscribe((event) => others.push(event));
    transport.receive({ type: 'event', event: { type: 'history-changed' } });
    unsubscribe();
    transport.receive({ type: 'event', event: { type: 'history-changed' } });

    expect(told).toHaveLength(2);
    expect(others).toHaveLength(1);
  });

  it('ignores what is neither an answer to a call nor an event of the contract', () => {
    const { transport, told, connect } = connected();
    connect();
    for (const message of [
      null,
      'answer',
      [],
      { type: 'answer', id: 99, result: { ok: true } },
      { type: 'answer', id: 1, result: null },
      { type: 'event', event: { type: 'search-exploded' } },
      { type: 'event' },
    ]) {
      transport.receive(message);
    }

    expect(told).toEqual([]);
  });
});
