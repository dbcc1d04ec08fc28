/** The one style of all pages. Colours are named by what they mean; each pair of ink and ground has a contrast of at least 4.5. */

export const style = `
:root { color-scheme: light dark;
  --ground: #f3f5f7; --paper: #fff; --ink: #17212b; --soft: #55616d; --line: #d9e0e6; --edge: #76828e; --code: #f3f5f7;
  --accent: #0a58b5; --accent-deep: #084a99; --on-accent: #fff;
  --ok: #11652f; --ok-back: #e2f5e8; --wait: #7a4a00; --wait-back: #fdf1d5; --bad: #a3141f; --bad-back: #fdeaea; --plain: #44505c; --plain-back: #e9edf1 }
@media (prefers-color-scheme: dark) { :root {
  --ground: #0d1217; --paper: #161d25; --ink: #e7edf3; --soft: #a5b1bd; --line: #2d3843; --edge: #8593a1; --code: #0d1217;
  --accent: #85bcff; --accent-deep: #a9d0ff; --on-accent: #06203d;
  --ok: #82e0a4; --ok-back: #11331f; --wait: #f3cd6b; --wait-back: #392b08; --bad: #ffa6a0; --bad-back: #43191b; --plain: #c3ccd5; --plain-back: #2a343e } }
* { box-sizing: border-box }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100% }
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; font: 1rem/1.55 system-ui, "Segoe UI", Roboto, sans-serif;
  color: var(--ink); background: var(--ground); overflow-wrap: anywhere }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: .2rem }
[hidden] { display: none !important }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
.skip { position: absolute; left: 1rem; top: -5rem; z-index: 1; padding: .5rem 1rem; background: var(--paper); border-radius: 0 0 .4rem .4rem }
.skip:focus { top: 0 }

.bar, footer, main { width: 100%; max-width: 44rem; margin-inline: auto }
.wide :is(.bar, footer, main) { max-width: 80rem }
.bar { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; align-items: baseline; padding: 1.5rem 1.75rem .75rem }
.bar .brand { font-weight: 650; letter-spacing: .01em }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 0; padding: 0; list-style: none }
nav a[aria-current] { color: inherit; font-weight: 600; text-decoration: none }
main { padding: 2rem 1.75rem 2.25rem; background: var(--paper); border: 1px solid var(--line); border-radius: .75rem }
main:focus, h2:focus, .note:focus { outline: none }
footer { padding: 1rem 1.75rem 2.5rem; color: var(--soft); font-size: .85rem }
footer p { margin: 0 }

.mark { display: block; width: 3rem; height: 3rem; margin: 0 0 1rem; padding: .7rem; border-radius: 50%; color: var(--plain); background: var(--plain-back) }
.mark.ok { color: var(--ok); background: var(--ok-back) }
.mark.wait { color: var(--wait); background: var(--wait-back) }
.mark.bad { color: var(--bad); background: var(--bad-back) }
h1 { margin: 0 0 .75rem; font-size: 1.7rem; line-height: 1.2; letter-spacing: -.01em; text-wrap: balance }
h2 { margin: 2rem 0 .5rem; font-size: 1.15rem; line-height: 1.3 }
h3 { margin: 1.25rem 0 .25rem; font-size: 1rem }
p { margin: 0 0 .75rem }
.lead { font-size: 1.08rem; color: var(--soft); text-wrap: pretty }
.soft { color: var(--soft); font-size: .92rem }
a { color: var(--accent); text-underline-offset: .18em }
a:hover { color: var(--accent-deep) }
strong { font-weight: 650 }
ul, ol { margin: 0 0 .75rem; padding-left: 1.4rem }
li + li { margin-top: .3rem }
.steps li { padding-left: .25rem }
.steps li::marker { font-weight: 650; color: var(--soft) }

.actions { display: flex; flex-wrap: wrap; gap: .75rem 1.25rem; align-items: center; margin: 1.5rem 0 }
.button, button { display: inline-block; padding: .65rem 1.3rem; font: inherit; font-weight: 600; line-height: 1.3; text-align: center; cursor: pointer;
  color: var(--accent); background: none; border: 1px solid var(--edge); border-radius: .45rem; text-decoration: none }
:is(.button, button):hover { color: var(--accent-deep); border-color: currentcolor }
:is(.button, button).primary { color: var(--on-accent); background: var(--accent); border-color: var(--accent) }
:is(.button, button).primary:hover { color: var(--on-accent); background: var(--accent-deep); border-color: var(--accent-deep) }
button[aria-disabled="true"] { opacity: .65; cursor: progress }
button.small { padding: .25rem .8rem; font-size: .9rem }

form { margin: 0 }
.fields { display: flex; flex-wrap: wrap; gap: .75rem 1rem; align-items: end; margin: 1rem 0 }
.field { display: flex; flex-direction: column; flex: 1 1 14rem; gap: .25rem; min-width: 0 }
label { font-size: .92rem; font-weight: 600 }
input:not([type="hidden"]), select, textarea { width: 100%; min-height: 2.75rem; padding: .5rem .7rem; font: inherit; color: inherit; background: var(--paper);
  border: 1px solid var(--edge); border-radius: .45rem }

dl.facts { display: grid; grid-template-columns: fit-content(11rem) 1fr; gap: .45rem 1.5rem; margin: 1.25rem 0 }
.facts dt { color: var(--soft) }
.facts dd { margin: 0; min-width: 0 }
dl.facts.small { margin-top: 2rem; padding-top: 1rem; border-top: 1px solid var(--line); font-size: .9rem; color: var(--soft); gap: .25rem 1.5rem }

.rights { margin: .75rem 0; padding: 0; list-style: none; border-top: 1px solid var(--line) }
.rights > li { margin: 0; padding: .9rem 0; border-bottom: 1px solid var(--line) }
.rights h3 { margin: 0 }
.rights p { margin: .2rem 0 0 }
.rights code { color: var(--soft) }

.note { margin: 1.25rem 0; padding: .8rem 1rem; border-radius: .5rem; color: var(--plain); background: var(--plain-back) }
.note > :last-child { margin-bottom: 0 }
.note > :first-child { margin-top: 0 }
.note.ok { color: var(--ok); background: var(--ok-back) }
.note.wait { color: var(--wait); background: var(--wait-back) }
.note.bad { color: var(--bad); background: var(--bad-back) }
.note a { color: inherit }
.badge { display: inline-block; padding: .05rem .6rem; border-radius: 1rem; font-size: .85rem; font-weight: 600; white-space: nowrap; color: var(--plain); background: var(--plain-back) }
.badge.ok { color: var(--ok); background: var(--ok-back) }
.badge.wait { color: var(--wait); background: var(--wait-back) }
.badge.bad { color: var(--bad); background: var(--bad-back) }

code, pre, samp { font: .875em/1.5 ui-monospace, "Cascadia Mono", Consolas, "Liberation Mono", monospace }
.copy { margin: .75rem 0 1rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--code); overflow: hidden }
.copy pre { margin: 0; padding: 1rem; max-height: 26rem; overflow: auto; white-space: pre; overflow-wrap: normal }
.copy pre.text { max-height: none; white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; font-size: .95rem }
.copy .tools { display: flex; gap: .75rem; align-items: center; min-height: 2.75rem; padding: .45rem 1rem; border-top: 1px solid var(--line) }

details { margin: 1rem 0; padding: .75rem 1rem; border: 1px solid var(--line); border-radius: .5rem }
summary { cursor: pointer; font-weight: 600 }
details > :nth-child(2) { margin-top: .75rem }
details > :last-child { margin-bottom: 0 }

.follow { display: flex; gap: .9rem; align-items: center; margin: 1.25rem 0; padding: .9rem 1rem; border-radius: .5rem; color: var(--wait); background: var(--wait-back) }
.follow p { margin: 0 }
.pulse { flex: none; width: .8rem; height: .8rem; border-radius: 50%; background: currentcolor }
@media (prefers-reduced-motion: no-preference) { .pulse { animation: pulse 1.6s ease-in-out infinite } }
@keyframes pulse { 50% { opacity: .25; transform: scale(.75) } }

.findings { margin: 1rem 0; padding: 0; list-style: none }
.findings > li { display: grid; grid-template-columns: 5.5rem 1fr; gap: 0 1rem; margin: 0; padding: .7rem 0; border-bottom: 1px solid var(--line) }
.findings p { margin: .15rem 0 0 }

table { width: 100%; border-collapse: collapse }
caption { text-align: start; font-weight: 650; padding-bottom: .4rem }
th, td { padding: .5rem 1rem .5rem 0; text-align: start; vertical-align: top; border-bottom: 1px solid var(--line) }
:is(th, td):last-child { padding-right: 0 }
thead th { font-size: .88rem; font-weight: 600; color: var(--soft) }
tbody th { font-weight: 600 }
td.number, th.number { text-align: end; font-variant-numeric: tabular-nums }
.scroll { overflow-x: auto; margin-bottom: 1rem }

main > :last-child, main > :last-child > :last-child { margin-bottom: 0 }

@media (min-width: 60rem) { .bar { padding-top: 3rem } }
@media (max-width: 40rem) {
  main { padding: 1.5rem 1.1rem 1.75rem; border-inline: 0; border-radius: 0 }
  .bar { padding: 1rem 1.1rem .75rem }
  footer { padding-inline: 1.1rem }
  h1 { font-size: 1.45rem }
  dl.facts, dl.facts.small { grid-template-columns: 1fr; gap: 0 }
  .facts dd { margin-bottom: .6rem }
  .actions > :is(.button, button), .actions > form, .actions > form button { width: 100% }
  .findings > li { grid-template-columns: 1fr }
}
@media print { body { background: none } main { border: 0 } .actions, button { display: none } .copy pre { max-height: none; white-space: pre-wrap } }
`;
