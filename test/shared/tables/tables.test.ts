import { describe, expect, it } from 'vitest';
import { latexTable, latexText } from '../../../src/shared/tables/latex.ts';
import { markdownTable, markdownText } from '../../../src/shared/tables/markdown.ts';
import type { TextTable } from '../../../src/shared/tables/text-table.ts';
import { tsvTable } from '../../../src/shared/tables/tsv.ts';

const TABLE: TextTable = {
  caption: 'Levels of 50 %',
  columns: [
    { heading: 'Density (%)', isNumber: true },
    { heading: 'Branch', isNumber: false },
  ],
  rows: [
    ['100', 'dense'],
    ['3.58', 'a_b | c'],
  ],
};

it('a table for LaTeX has the rules of booktabs, and columns aligned by kind', () => {
  expect(latexTable(TABLE, 'my table!')).toBe(`% Needs \\usepackage{booktabs}.
\\begin{table}
  \\centering
  \\caption{Levels of 50 \\%}
  \\label{tab:my-table-}
  \\begin{tabular}{rl}
    \\toprule
    Density (\\%) & Branch \\\\
    \\midrule
    100 & dense \\\\
    3.58 & a\\_b \\textbar{} c \\\\
    \\bottomrule
  \\end{tabular}
\\end{table}
`);
});

it('a cell that begins with a bracket is no option of the line before', () => {
  const rows = [['[1, 2]', '*']];
  expect(latexTable({ ...TABLE, rows }, 'x')).toContain('{}[1, 2] & {}* \\\\');
});

it.each([
  ['50 % of $x & #1', '50 \\% of \\$x \\& \\#1'],
  ['a\\b {c} ~ ^', 'a\\textbackslash{}b \\{c\\} \\textasciitilde{} \\textasciicircum{}'],
  ['−0.5 ± 1 → 2', '$-$0.5 $\\pm$ 1 $\\rightarrow$ 2'],
  ['--preset', '-{}-preset'],
  ['a–b — c', 'a--b --- c'],
  ['Größe, naïve, Čech', 'Gr\\"{o}\\ss{}e, na\\"{i}ve, \\v{C}ech'],
  ['“so” it’s', "``so'' it's"],
  ['Gro\u0308\u00dfe', 'Gr\\"{o}\\ss{}e'],
  ['中 🎟', '\\texttt{U+4E2D} \\texttt{U+1F39F}'],
  ['two\nlines', 'two lines'],
])('%j in LaTeX', (text, expected) => {
  expect(latexText(text)).toBe(expected);
});

it('a table for Markdown is aligned, and its cells can’t end theirs', () => {
  expect(markdownTable(TABLE)).toBe(`| Density (%) | Branch    |
| ----------: | --------- |
|         100 | dense     |
|        3.58 | a\\_b \\| c |
`);
});

describe('text in Markdown', () => {
  it.each([
    ['<b>bold</b> & <script>', '\\<b\\>bold\\</b\\> &amp; \\<script\\>'],
    ['# no heading', '\\# no heading'],
    ['### no heading', '\\### no heading'],
    [' # no heading', ' \\# no heading'],
    ['---', '\\---'],
    ['1. no list', '1\\. no list'],
    ['- no list', '\\- no list'],
    ['-0.5', '-0.5'],
    ['[x](y) `z` *a* ~b~', '\\[x\\](y) \\`z\\` \\*a\\* \\~b\\~'],
  ])('%j', (text, expected) => {
    expect(markdownText(text)).toBe(expected);
  });
});

it('a table for a spreadsheet has tabs, and none within a cell', () => {
  const rows = [['1', 'a\tb\nc']];
  expect(tsvTable({ ...TABLE, rows })).toBe('Density (%)\tBranch\n1\ta b c\n');
});

it('a table for a spreadsheet has numbers that it reads, and no formula', () => {
  const columns = [
    { heading: '=1+1', isNumber: false },
    { heading: 'Difference', isNumber: true },
  ];
  const rows = [['=HYPERLINK("https://a.b")', '\u22120.42']];
  expect(tsvTable({ caption: '', columns, rows })).toBe(
    `'=1+1\tDifference\n'=HYPERLINK("https://a.b")\t-0.42\n`,
  );
});
