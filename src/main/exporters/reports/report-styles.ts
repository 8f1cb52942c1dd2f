/** The look of a report: readable on a screen, light or dark, and on paper. */
export const REPORT_STYLES = `
:root {
  --text: #1f2328;
  --muted: #57606a;
  --background: #ffffff;
  --sunken: #f6f8fa;
  --border: #d8dee4;
  --link: #0a58ca;
}
.dark { display: none; }
@media screen and (prefers-color-scheme: dark) {
  :root {
    --text: #e6edf3;
    --muted: #9ba5b2;
    --background: #0d1117;
    --sunken: #161b22;
    --border: #373e47;
    --link: #79b8ff;
  }
  .light { display: none; }
  .dark { display: block; }
}
* { box-sizing: border-box; }
body {
  margin: 0;
  background: var(--background);
  color: var(--text);
  font: 16px/1.55 system-ui, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif;
}
main { max-width: 190mm; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { margin: 0; font-size: 1.9rem; line-height: 1.2; overflow-wrap: anywhere; }
h2 { margin: 2.2rem 0 0.6rem; padding-bottom: 0.25rem; border-bottom: 1px solid var(--border); font-size: 1.3rem; }
h3 { margin: 1.4rem 0 0.4rem; font-size: 1.05rem; }
p, ul, ol { margin: 0.6rem 0; overflow-wrap: anywhere; }
a { color: var(--link); }
.subtitle, figcaption, caption, dt { color: var(--muted); }
.subtitle { margin: 0.3rem 0 0; }
dl { margin: 0.6rem 0; }
dl div {
  display: grid;
  grid-template-columns: minmax(9rem, 16rem) 1fr;
  gap: 1rem;
  padding: 0.25rem 0;
  border-bottom: 1px solid var(--border);
}
dd { margin: 0; overflow-wrap: anywhere; }
figure { margin: 1.2rem 0; break-inside: avoid; }
figure svg { display: block; width: 100%; height: auto; }
figcaption, caption { font-size: 0.85rem; }
caption { padding-bottom: 0.4rem; text-align: left; }
.scroll { margin: 1rem 0; overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: 0.85rem; }
th, td { padding: 0.3rem 0.6rem; border-bottom: 1px solid var(--border); text-align: left; vertical-align: top; }
th { font-weight: 600; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
pre {
  padding: 0.8rem 1rem;
  overflow-x: auto;
  border: 1px solid var(--border);
  border-radius: 6px;
  background: var(--sunken);
  font-size: 0.85rem;
  white-space: pre-wrap;
  overflow-wrap: anywhere;
}
code { font-family: ui-monospace, 'Cascadia Code', Menlo, 'Liberation Mono', monospace; }
blockquote { margin: 0.6rem 0; padding-left: 1rem; border-left: 3px solid var(--border); color: var(--muted); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
@media print {
  main { max-width: none; padding: 0; }
  body { font-size: 10pt; }
  table { font-size: 7.5pt; }
  .scroll { overflow: visible; }
  tr { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
}
`;
