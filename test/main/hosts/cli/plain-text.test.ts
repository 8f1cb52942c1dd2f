import { execFileSync } from 'node:child_process';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainLine, plainMessage, plainText } from '../../../../src/main/hosts/cli/plain-text.ts';
import { table } from '../../../../src/main/hosts/cli/table.ts';

const OUTPUT = path.resolve(import.meta.dirname, '../../../../src/main/hosts/cli/output.ts');

/** Clears the screen, moves the cursor, shows the rest from right to left. */
const HOSTILE = 'a\u001b[2J\u001b[H\u009b31m\rb\u202egnp.exe\u2066\u0000\u0007\u007f';

describe('text for the terminal', () => {
  it('keeps what people write, in any script', () => {
    const text = 'Größe — 大小 — गेम — 🎟\n\tnext';
    expect(plainText(text)).toBe(text);
    expect(plainLine('one\ntwo\tthree')).toBe('one\\u000atwo\\u0009three');
  });

  it('lets no name in a message begin a line that looks like one of ours', () => {
    expect(plainMessage('no file a\nerror: all is lost\r\u001b[2J')).toBe(
      'no file a\n  error: all is lost\\u000d\\u001b[2J',
    );
    const ours = 'the dataset could not be fetched:\n  npm: no\n  apt: no';
    expect(plainMessage(ours)).toBe(ours);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const lines = plainMessage(`error: ${name}`).split('\n').slice(1);
        for (const line of lines) expect(line === '' || line.startsWith('  ')).toBe(true);
      }),
    );
  });

  it('says the same as JSON', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(JSON.parse(plainText(JSON.stringify({ text })))).toEqual({ text });
      }),
    );
  });

  it('holds no control character wherever it is written', () => {
    const script = `
      import { processOutput } from ${JSON.stringify(OUTPUT)};
      const output = processOutput();
      const hostile = JSON.parse(process.argv[1]);
      output.result(hostile); output.event(hostile); output.note(hostile); output.status(hostile);`;
    const written = execFileSync(
      'sh',
      [
        '-c',
        '"$0" --input-type=module -e "$1" "$2" 2>&1',
        process.execPath,
        script,
        JSON.stringify(HOSTILE),
      ],
      { encoding: 'utf8' },
    );
    expect(written.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
    expect(written).toContain('a\\u001b[2J\\u001b[H\\u009b31m\\u000db\\u202egnp.exe');
  });

  it('stays on its line in a table', () => {
    const lines = table([{ heading: 'name', text: (name: string) => name }], ['a\nb', HOSTILE]);
    expect(lines.split('\n')).toHaveLength(4);
  });
});
