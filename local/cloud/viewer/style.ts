/** The viewer's own style, on top of the one that all pages of the local cloud share. */

export const style = `
:root { --soft: #5b6470; --card: #f6f8fa; --good: #116329; --good-back: #dafbe1; --wait: #7d4e00; --wait-back: #fff3cf;
  --bad: #a40e26; --bad-back: #ffebe9; --plain: #424a53; --plain-back: #e7ebef; }
@media (prefers-color-scheme: dark) {
  :root { --soft: #9aa4b0; --card: #ffffff0a; --good: #7ee2a0; --good-back: #12351f; --wait: #f2cc60; --wait-back: #3a2b06;
    --bad: #ffa198; --bad-back: #45171a; --plain: #c3ccd5; --plain-back: #2c333b; }
}
main { max-width: 72rem; padding: 1rem clamp(1rem, 4vw, 2.5rem) 3rem; }
nav { display: flex; gap: 1.5rem; border-bottom: 1px solid var(--line); }
nav a { padding: .5rem 0; margin-bottom: -1px; color: inherit; text-decoration: none; border-bottom: 3px solid transparent; }
nav a:hover { border-color: var(--line); }
nav a[aria-current] { font-weight: 600; border-color: var(--accent); }
a { color: var(--accent); }
h1 { margin: 1.5rem 0 1rem; }
h2 { margin: 0 0 .25rem; font-size: 1.15rem; }
section:not(.card) { margin-top: 2rem; }
.soft { color: var(--soft); font-size: .875rem; }
p.soft { margin: 0 0 .75rem; }
.address { display: inline-block; }
code, pre { font: .875em/1.5 ui-monospace, monospace; }
.back { margin: 1.5rem 0 -1rem; }
.back::before { content: "← "; color: var(--soft); }

.cards { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 28rem), 1fr)); align-items: start; }
.card { padding: 1rem 1.25rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); }
.card table { margin-top: .75rem; }
.consents, .plain, .attachments { margin: 0; padding: 0; list-style: none; }
.consents li + li, .attachments li + li { margin-top: .5rem; }
.badge { display: inline-block; padding: 0 .55em; border-radius: 1em; font-size: .8125rem; font-weight: 600; white-space: nowrap;
  color: var(--plain); background: var(--plain-back); }
.badge.good { color: var(--good); background: var(--good-back); }
.badge.wait { color: var(--wait); background: var(--wait-back); }
.badge.bad { color: var(--bad); background: var(--bad-back); }

table { width: 100%; table-layout: fixed; border-collapse: collapse; }
th, td { padding: .5rem .75rem .5rem 0; text-align: start; vertical-align: top; border-bottom: 1px solid var(--line); }
th { font-size: .8125rem; color: var(--soft); }
.counts tr:last-child td { border-bottom: 0; }
.counts :is(th, td):nth-child(n + 2) { width: 3rem; padding-right: 0; text-align: end; font-variant-numeric: tabular-nums; }
.messages :is(th:nth-child(2), th:nth-child(3)) { width: 21%; }
.messages th:nth-child(4) { width: 7.5rem; }
.jobs th:nth-child(1) { width: 15%; }
.jobs th:nth-child(2) { width: 12%; }
.jobs th:nth-child(3) { width: 10%; }
.jobs th:nth-child(4) { width: 17%; }
.jobs th:nth-child(6) { width: 5.5%; }
:is(.messages, .jobs) th:last-child { width: 18.5%; }
.subject { font-weight: 600; }

dl { margin: 1rem 0; }
dt { color: var(--soft); font-weight: 400; }
.mail { display: block; width: 100%; margin: 1.5rem 0 0; border: 1px solid var(--line); border-radius: .5rem; }
/* Mail is written for white paper. */
iframe.mail { margin-bottom: .5rem; height: 60vh; min-height: 20rem; resize: vertical; background: #fff; color-scheme: light; }
pre.mail { padding: 1rem 1.25rem; }
details { margin-top: 1rem; }
summary { cursor: pointer; font-weight: 600; }
details pre { max-height: 30rem; overflow: auto; border-radius: .5rem; background: var(--card); }

@media (max-width: 66rem) {
  :is(.messages, .jobs), :is(.messages, .jobs) :is(tbody, tr) { display: block; }
  :is(.messages, .jobs) thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  :is(.messages, .jobs) tr { padding: .75rem 0; border-bottom: 1px solid var(--line); }
  :is(.messages, .jobs) td { display: grid; grid-template-columns: 6.5rem 1fr; padding: .1rem 0; border: 0; }
  :is(.messages, .jobs) td::before { content: attr(data-label); color: var(--soft); font-size: .875rem; line-height: 1.7; }
  td:has(> span:empty) { display: none !important; }
}
@media (max-width: 40rem) {
  .card { padding: 1rem; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: .5rem; }
}
`;
