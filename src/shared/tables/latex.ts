/** Tables for LaTeX, with the rules of the package booktabs. Plain pdflatex compiles them. */
import type { TextTable } from './text-table.ts';

export function latexTable({ caption, columns, rows }: TextTable, label: string): string {
  const line = (cells: readonly string[]): string => `    ${cells.join(' & ')} \\\\`;
  return [
    '% Needs \\usepackage{booktabs}.',
    '\\begin{table}',
    '  \\centering',
    ...(caption === '' ? [] : [`  \\caption{${latexText(caption)}}`]),
    `  \\label{tab:${label.replaceAll(/[^a-zA-Z0-9-]+/g, '-')}}`,
    `  \\begin{tabular}{${columns.map(({ isNumber }) => (isNumber ? 'r' : 'l')).join('')}}`,
    '    \\toprule',
    line(columns.map(({ heading }) => latexText(heading))),
    '    \\midrule',
    ...rows.map((row) => line(row.map(latexCell))),
    '    \\bottomrule',
    '  \\end{tabular}',
    '\\end{table}',
    '',
  ].join('\n');
}

/** After `\\`, a bracket would begin an option. In an empty group, it begins nothing. */
function latexCell(text: string): string {
  const cell = latexText(text);
  return cell.startsWith('[') || cell.startsWith('*') ? `{}${cell}` : cell;
}

/** Characters that mean something in LaTeX, form a ligature, or lie outside of its default fonts. */
const CHARACTERS: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '{': '\\{',
  '}': '\\}',
  $: '\\$',
  '&': '\\&',
  '#': '\\#',
  '%': '\\%',
  _: '\\_',
  '^': '\\textasciicircum{}',
  '~': '\\textasciitilde{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '|': '\\textbar{}',
  '"': "''",
  '`': '{`}',
  '−': '$-$',
  '±': '$\\pm$',
  '×': '$\\times$',
  '·': '$\\cdot$',
  '≤': '$\\leq$',
  '≥': '$\\geq$',
  '→': '$\\rightarrow$',
  '′': "$'$",
  '∞': '$\\infty$',
  '°': '$^\\circ$',
  '²': '$^2$',
  '³': '$^3$',
  '½': '$\\frac12$',
  '–': '--',
  '—': '---',
  '…': '\\ldots{}',
  '‘': '`',
  '’': "'",
  '“': '``',
  '”': "''",
  ß: '\\ss{}',
  æ: '\\ae{}',
  Æ: '\\AE{}',
  œ: '\\oe{}',
  Œ: '\\OE{}',
  ø: '\\o{}',
  Ø: '\\O{}',
  ł: '\\l{}',
  Ł: '\\L{}',
  ı: '\\i{}',
  α: '$\\alpha$',
  β: '$\\beta$',
  γ: '$\\gamma$',
  δ: '$\\delta$',
  ε: '$\\epsilon$',
  η: '$\\eta$',
  θ: '$\\theta$',
  λ: '$\\lambda$',
  μ: '$\\mu$',
  µ: '$\\mu$',
  π: '$\\pi$',
  ρ: '$\\rho$',
  σ: '$\\sigma$',
  τ: '$\\tau$',
  ω: '$\\omega$',
};

/** Accents as combining characters, and their commands. */
const ACCENTS: Readonly<Record<string, string>> = {
  '\u0300': '`',
  '\u0301': "'",
  '\u0302': '^',
  '\u0303': '~',
  '\u0304': '=',
  '\u0306': 'u',
  '\u0307': '.',
  '\u0308': '"',
  '\u030a': 'r',
  '\u030b': 'H',
  '\u030c': 'v',
  '\u0323': 'd',
  '\u0327': 'c',
};

/**
 * Text as LaTeX has it, on one line. A character that the default fonts don't have is named by its code
 * point, because leaving it out would change the text.
 */
export function latexText(text: string): string {
  const characters = Array.from(text.normalize('NFC').replaceAll(/\s+/g, ' '));
  return characters
    .map((character, index) => {
      // Two hyphens would become a dash, and two apostrophes a quotation mark.
      const isPair =
        characters[index + 1] === character && (character === '-' || character === "'");
      return isPair ? `${character}{}` : latexCharacter(character);
    })
    .join('');
}

function latexCharacter(character: string): string {
  const known = Object.hasOwn(CHARACTERS, character) ? CHARACTERS[character] : undefined;
  if (known !== undefined) return known;
  if (/^[\u0020-\u007e]$/.test(character)) return character;
  const [letter = '', accent = '', ...more] = Array.from(character.normalize('NFD'));
  const command = Object.hasOwn(ACCENTS, accent) ? ACCENTS[accent] : undefined;
  if (command !== undefined && more.length === 0 && /^[a-zA-Z]$/.test(letter)) {
    return `\\${command}{${letter}}`;
  }
  const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
  return `\\texttt{U+${code}}`;
}
