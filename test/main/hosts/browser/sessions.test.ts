import { describe, expect, it } from 'vitest';
import { Sessions } from '../../../../src/main/hosts/browser/sessions.ts';

const WEEK = 7 * 24 * 60 * 60 * 1000;

describe('sessions', () => {
  it('are given for the newest token, once', () => {
    const sessions = new Sessions();
    const old = sessions.issueToken();
    const token = sessions.issueToken();

    expect(sessions.exchange(old)).toBeUndefined();
    const session = sessions.exchange(token);
    expect(sessions.isValid(session)).toBe(true);
    expect(sessions.exchange(token)).toBeUndefined();
    expect(sessions.isValid(session)).toBe(true);
  });

  it('are not given for guesses, and not valid if guessed', () => {
    const sessions = new Sessions();
    expect(sessions.exchange('')).toBeUndefined();
    const token = sessions.issueToken();
    expect(sessions.exchange('')).toBeUndefined();
    expect(sessions.exchange(`${token} `)).toBeUndefined();
    expect(sessions.isValid(undefined)).toBe(false);
    expect(sessions.isValid('')).toBe(false);
    expect(sessions.isValid(token)).toBe(false);
  });

  it('end after a week', () => {
    let now = 0;
    const sessions = new Sessions(() => now);
    const session = sessions.exchange(sessions.issueToken());
    now = WEEK - 1;
    expect(sessions.isValid(session)).toBe(true);
    now = WEEK;
    expect(sessions.isValid(session)).toBe(false);
    now = 0;
    expect(sessions.isValid(session)).toBe(false);
  });

  it('have secrets of 256 bits that never repeat', () => {
    const sessions = new Sessions();
    const tokens = Array.from({ length: 100 }, () => sessions.issueToken());
    expect(new Set(tokens).size).toBe(100);
    expect(Buffer.from(tokens[0]!, 'base64url')).toHaveLength(32);
  });
});
