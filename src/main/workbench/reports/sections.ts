import type { ReportPart, ReportSection } from '../../exporters/report.ts';

/** Sections without those that have nothing to say. */
export function sectionsOf(
  sections: readonly (readonly [title: string, parts: readonly ReportPart[]])[],
): ReportSection[] {
  return sections
    .map(([title, parts]) => ({ title, parts: parts.filter((part) => !isEmpty(part)) }))
    .filter(({ parts }) => parts.length > 0);
}

function isEmpty(part: ReportPart): boolean {
  switch (part.kind) {
    case 'note':
      return part.markdown.trim() === '';
    case 'table':
      return part.table.rows.length === 0;
    case 'commands':
      return part.lines.length === 0;
    default:
      return false;
  }
}
