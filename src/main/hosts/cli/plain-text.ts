/**
 * Control characters, and those that reorder text (Unicode, UAX #9, section 2). They come from names
 * of searches, files, columns and classes, and would move the cursor, clear the screen or show a name
 * as another one.
 */
const HARMFUL = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/** Text for the terminal in which such characters are written as `\u001b`. */
export function plainText(text: string): string {
  return text.replaceAll(HARMFUL, (character) =>
    character === '\n' || character === '\t' ? character : escapeOf(character),
  );
}

/** As `plainText`, for text that must stay on one line. */
export function plainLine(text: string): string {
  return text.replaceAll(HARMFUL, escapeOf);
}

function escapeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
