/** The portal's own style, on top of the one that all pages of the local cloud share. */

export const style = `
:root { --soft: #57606c; --card: #f6f8fa; --good: #0f5a26; --good-back: #dafbe1; --wait: #6f4500; --wait-back: #fff3cf;
  --bad: #9a0c24; --bad-back: #ffebe9; --plain: #424a53; --plain-back: #e7ebef; }
@media (prefers-color-scheme: dark) {
  :root { --soft: #9fa9b5; --card: #1a2027; --good: #7ee2a0; --good-back: #12351f; --wait: #f2cc60; --wait-back: #3a2b06;
    --bad: #ffa198; --bad-back: #45171a; --plain: #c3ccd5; --plain-back: #2c333b; }
}
main { max-width: 76rem; padding: 1rem clamp(1rem, 4vw, 2.5rem) 4rem; }
main:focus { outline: none; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: .5rem; top: -4rem; z-index: 1; padding: .5rem 1rem; background: var(--back); }
.skip:focus { top: .25rem; }

/* In line with the main part. */
.banner, nav { padding-inline: max(clamp(1rem, 4vw, 2.5rem), calc((100% - 76rem) / 2 + 2.5rem)); }
nav { border-bottom: 1px solid var(--line); }
nav ul { display: flex; flex-wrap: wrap; gap: 0 1.5rem; margin: 0; padding: 0; list-style: none; }
nav a { display: block; padding: .6rem 0 .45rem; color: inherit; text-decoration: none; border-bottom: 3px solid transparent; }
nav a:hover { border-color: var(--edge); }
nav a[aria-current] { font-weight: 600; border-color: var(--accent); }
a { color: var(--accent); text-underline-offset: .15em; }
h1 { margin: 1rem 0; }
h2 { margin: 0 0 .5rem; font-size: 1.2rem; }
h3 { margin: 1.5rem 0 .25rem; font-size: 1rem; }
section:not(.card) { margin-top: 2.5rem; }
.soft { color: var(--soft); font-size: .875rem; }
p.soft { margin: 0 0 .75rem; }
.address { display: inline-block; }
code, pre { font: .875em/1.5 ui-monospace, monospace; }
.back { margin: .5rem 0 -.5rem; }
.back::before { content: "← "; color: var(--soft); }
.empty { padding: .75rem 1rem; border: 1px dashed var(--edge); border-radius: .5rem; color: var(--soft); }

.note { margin: 0 0 1.5rem; padding: .25rem 1rem; border: 1px solid; border-left-width: .4rem; border-radius: .25rem; }
.note :is(p, ul) { margin: .5rem 0; }
.note pre { color: var(--text); background: var(--back); overflow-x: auto; white-space: pre; }
.note.good { color: var(--good); background: var(--good-back); }
.note.bad { color: var(--bad); background: var(--bad-back); }
.note a { color: inherit; }
.note:focus { outline: none; }
.note:focus-visible { outline: 3px solid var(--accent); }
.secret { user-select: all; font-weight: 600; }

.cards { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 28rem), 1fr)); align-items: start; }
.card { padding: 1rem 1.25rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); }
.card table { margin-top: .75rem; }
.card dl { margin: 0; }
.consents, .plain, .attachments { margin: 0; padding: 0; list-style: none; }
.attachments li + li { margin-top: .5rem; }
.consents li + li { margin-top: .25rem; }
.badge { display: inline-block; padding: 0 .55em; border-radius: 1em; font-size: .8125rem; font-weight: 600; white-space: nowrap;
  color: var(--plain); background: var(--plain-back); }
.badge.good { color: var(--good); background: var(--good-back); }
.badge.wait { color: var(--wait); background: var(--wait-back); }
.badge.bad { color: var(--bad); background: var(--bad-back); }

table { width: 100%; border-collapse: collapse; }
th, td { padding: .5rem 1rem .5rem 0; text-align: start; vertical-align: top; border-bottom: 1px solid var(--line); }
:is(th, td):last-child { padding-right: 0; }
thead th { font-size: .8125rem; color: var(--soft); }
tbody th { font-weight: 600; }
tbody th code { font-weight: 400; }
.card tr:last-child > * { border-bottom: 0; }
.counts { table-layout: fixed; }
.counts tbody th { font-weight: 400; }
.counts :is(th, td):nth-child(n + 2) { width: 3.5rem; padding-right: 0; text-align: end; font-variant-numeric: tabular-nums; }
:is(.messages, .jobs, .journal) { table-layout: fixed; }
.messages thead :is(:nth-child(2), :nth-child(3)) { width: 21%; }
.messages thead :nth-child(4) { width: 8rem; }
.jobs thead :nth-child(1) { width: 15%; }
.jobs thead :nth-child(2) { width: 12%; }
.jobs thead :nth-child(3) { width: 10%; }
.jobs thead :nth-child(4) { width: 17%; }
.jobs thead :nth-child(6) { width: 5.5%; }
:is(.messages, .jobs) thead :last-child { width: 18.5%; }
.journal thead :nth-child(1) { width: 8rem; }
.journal thead :nth-child(2) { width: 22%; }
.journal thead :nth-child(3) { width: 21%; }
.journal thead :nth-child(4) { width: 20%; }
.journal tbody th { font-weight: 400; font-variant-numeric: tabular-nums; }
.presets { table-layout: fixed; }
.presets thead :nth-child(1) { width: 16rem; }
.presets thead :nth-child(3) { width: 5rem; }
.endpoints thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.endpoints :is(th, td) { padding-block: .25rem; border: 0; }
.endpoints th { width: 6rem; color: var(--soft); font-weight: 400; }

form { margin: 1rem 0 0; }
form.inline { display: inline-block; margin: 0; }
button { display: inline-block; width: auto; margin: 0; padding: .35rem .9rem; text-align: center; border-color: var(--edge); }
td button { padding: .1rem .75rem; font-size: .9375rem; }
.buttons { display: flex; flex-wrap: wrap; gap: .5rem; }
table + form.inline { margin-top: 1rem; }
.fields { display: grid; gap: 1rem 1.25rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 15rem), 1fr)); align-items: start; }
.field { display: flex; flex-direction: column; gap: .25rem; min-width: 0; }
.field.submit { padding-top: 1.6rem; align-items: start; }
.fields.narrow { grid-template-columns: repeat(auto-fill, minmax(min(100%, 9rem), 1fr)); }
.narrow .submit { align-self: end; padding-top: 0; }
label { font-size: .875rem; font-weight: 600; }
input:not([type="hidden"]), select, textarea { width: 100%; min-height: 2.25rem; padding: .35rem .6rem; font: inherit; color: inherit;
  background: var(--back); border: 1px solid var(--edge); border-radius: .25rem; }
textarea { font: .875rem/1.5 ui-monospace, monospace; resize: vertical; }
[aria-invalid="true"] { border-color: var(--bad); border-width: 2px; }
.hint, .error { margin: 0; font-size: .8125rem; color: var(--soft); }
.error { color: var(--bad); font-weight: 600; }
fieldset { margin: 0 0 1.25rem; padding: .75rem 1.25rem 1.25rem; border-radius: .5rem; border-color: var(--line); min-width: 0; }
legend { padding: 0 .4rem; font-weight: 600; }
textarea + *, .field + button { margin-top: .25rem; }
form > :is(.field, .fields) + button { margin-top: .75rem; }
.actions { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 1.25rem 0 .75rem; }

/* Only what fits the kind that is chosen. The server leaves the rest out as well. */
.fault .for { display: none; }
.fault:has(option[value="answer"]:checked) .for-answer, .fault:has(option[value="reply"]:checked) .for-reply,
.fault:has(option[value="cut"]:checked) .for-cut, .fault:has(option[value="silence"]:checked) .for-silence,
.fault:has(option[value="endless"]:checked) .for-endless, .fault:has(option[value="slow"]:checked) .for-slow,
.fault:has(option[value="content-type"]:checked) .for-content-type, .fault:has(option[value="clock"]:checked) .for-clock { display: flex; }
.fault:has(:is(option[value="clock"], option[value="down"]):checked) .choosing { display: none; }

dl { margin: 1rem 0; gap: .35rem 1.5rem; }
dt { color: var(--soft); font-weight: 400; }
.mail { display: block; width: 100%; margin: 1.5rem 0 0; border: 1px solid var(--line); border-radius: .5rem; }
/* Mail is written for white paper. */
iframe.mail { margin-bottom: .5rem; height: 60vh; min-height: 20rem; resize: vertical; background: #fff; color-scheme: light; }
pre.mail { padding: 1rem 1.25rem; }
details { margin-top: 1rem; }
summary { cursor: pointer; font-weight: 600; }
details pre { max-height: 30rem; overflow: auto; border-radius: .5rem; background: var(--card); }

@media (max-width: 66rem) {
  table:not(.counts, .endpoints), table:not(.counts, .endpoints) :is(tbody, tr) { display: block; }
  table:not(.counts, .endpoints) thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table:not(.counts, .endpoints) tr { padding: .75rem 0; border-bottom: 1px solid var(--line); }
  table:not(.counts, .endpoints) tbody > tr > * { display: grid; grid-template-columns: 6.5rem 1fr; gap: 0 .75rem;
    padding: .1rem 0; border: 0; }
  table:not(.counts, .endpoints) tbody > tr > *::before { content: attr(data-label) / ""; color: var(--soft); font-size: .875rem;
    font-weight: 400; line-height: 1.7; }
  tbody > tr > *:has(> span:empty) { display: none !important; }
  table.presets tbody > tr > * { display: block !important; }
  table.presets tbody > tr > *::before { content: none !important; }
}
@media (max-width: 40rem) {
  nav ul { gap: 0 1.1rem; }
  .card { padding: 1rem; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: .5rem; }
  fieldset { padding: .5rem .75rem 1rem; }
  .field.submit { padding-top: 0; }
}
`;
