/** Reads the text that a user types into a field. */
import { messageOf } from '../../shared/contract/errors.ts';
import { type Json, parseJson } from '../../shared/contract/json.ts';
import type { Field } from './form-model.ts';
import { numberIn, plainNumberIn } from '../../shared/number-text.ts';

export type Parsed = { readonly value: Json | undefined } | { readonly problem: string };

/** Reads the text of a field that is edited as text: number, duration, text, numbers, texts or JSON. */
export function parseFieldText(field: Field, text: string): Parsed {
  const trimmed = text.trim();
  switch (field.kind) {
    case 'number': {
      if (trimmed === '') {
        return field.isOptional ? { value: undefined } : { problem: 'Enter a number.' };
      }
      const value = numberIn(trimmed);
      if (value === undefined) return { problem: `“${trimmed}” is not a number.` };
      if (field.isWhole && !Number.isInteger(value)) return { problem: 'Enter a whole number.' };
      return { value };
    }
    case 'duration': {
      if (trimmed === '' && field.isOptional) return { value: undefined };
      const parts = field.isList ? trimmed.split(',').filter((part) => part.trim() !== '') : [text];
      const durations = parts.map((part) => durationOf(part, field.isList));
      const wrong = parts.find((_, index) => durations[index] === undefined);
      if (wrong !== undefined) {
        const problem =
          wrong.trim() === ''
            ? 'Enter iterations or epochs.'
            : `“${wrong.trim()}” is neither a whole number of iterations nor epochs such as 20ep.`;
        return { problem };
      }
      return { value: field.isList ? durations.map((one) => one ?? null) : durations[0] };
    }
    case 'text': {
      if (trimmed === '' && field.isOptional) return { value: undefined };
      const value = field.allowsNumber ? numberIn(trimmed) : undefined;
      return { value: value ?? trimmed };
    }
    case 'numbers': {
      if (trimmed === '' && field.isOptional) return { value: undefined };
      const parts = trimmed.split(/[\s,]+/).filter((part) => part !== '');
      const wrong = parts.find((part) => plainNumberIn(part) === undefined);
      return wrong === undefined
        ? { value: parts.map((part) => plainNumberIn(part) ?? null) }
        : { problem: `“${wrong}” is not a number.` };
    }
    case 'texts': {
      if (trimmed === '' && field.isOptional) return { value: undefined };
      return {
        value: trimmed
          .split(',')
          .map((part) => part.trim())
          .filter((part) => part !== ''),
      };
    }
    case 'json':
      if (trimmed === '' && field.isOptional) return { value: undefined };
      try {
        return { value: parseJson(trimmed) };
      } catch (error) {
        return {
          problem: `This is not JSON: ${messageOf(error)}`,
        };
      }
    default:
      return { value: trimmed };
  }
}

/** Accepts `2000`, `2_000`, `2,000`, `20ep` and `20 epochs`; no commas in a list. */
function durationOf(text: string, isInList: boolean): Json | undefined {
  const trimmed = text.trim();
  const epochs = /^(\d+(?:\.\d+)?)\s*(?:ep|epochs?)$/i.exec(trimmed)?.[1];
  if (epochs !== undefined) return `${epochs}ep`;
  const value = isInList ? plainNumberIn(trimmed) : numberIn(trimmed);
  return value !== undefined && Number.isInteger(value) && value >= 0 ? value : undefined;
}
