/** What the console's pages have beside the style of all pages. */

export const consoleStyle = `
.bar nav { flex: 1 0 auto }
.bar nav li { margin: 0 }
.head { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; align-items: baseline; justify-content: space-between; margin-bottom: 1.25rem }
.head p { margin: 0 }
.refresh { display: flex; flex-wrap: wrap; gap: .5rem 0; align-items: center }
.refresh [role="status"]:not(:empty) { margin-inline-end: .75rem }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .75rem; margin: 0 0 1.5rem }
.tiles > div { display: flex; flex-direction: column; gap: .15rem; padding: .9rem 1rem; border: 1px solid var(--line); border-radius: .6rem }
.tiles dt { color: var(--soft); font-size: .88rem }
.tiles dd { margin: 0 }
.tiles .figure { order: -1; font-size: 1.75rem; font-weight: 650; line-height: 1.15; font-variant-numeric: tabular-nums; letter-spacing: -.01em }
.tiles .bad .figure { color: var(--bad) }
.tiles .wait .figure { color: var(--wait) }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 0 2.5rem }
.pair > section > h2 { margin-top: 1.5rem }
figure { margin: .75rem 0 1rem }
figcaption { display: flex; justify-content: space-between; gap: 1rem; margin-bottom: .4rem; font-size: .92rem; color: var(--soft) }
figure svg { display: block; width: 100%; height: 7rem; border-bottom: 1px solid var(--edge) }
.column { fill: var(--accent) }
.column.now { opacity: .6 }
.under { display: flex; justify-content: space-between; margin-top: .25rem; font-size: .82rem; color: var(--soft); font-variant-numeric: tabular-nums }
figure details { margin: .6rem 0 0; padding: 0; border: 0; font-size: .9rem }
figure summary { font-weight: 400; color: var(--soft) }
.states { display: flex; flex-wrap: wrap; gap: .5rem; margin: .75rem 0 0; padding: 0; list-style: none }
.states li { margin: 0 }
.states a { display: flex; gap: .6rem; align-items: baseline; padding: .4rem .8rem; border: 1px solid var(--line); border-radius: .5rem; color: inherit; text-decoration: none }
.states a:hover, .states a[aria-current] { border-color: currentcolor }
.states strong { font-variant-numeric: tabular-nums; font-size: 1.1rem }
.rows { margin: .75rem 0 1rem; padding: 0; list-style: none; border-top: 1px solid var(--line) }
.rows > li { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: .15rem 1.5rem; margin: 0; padding: .8rem 0; border-bottom: 1px solid var(--line) }
.rows p { margin: 0 }
.rows .title { font-weight: 600 }
.rows .side { text-align: end; white-space: nowrap }
.rows .side p + form, .rows .side form + form { margin-top: .4rem }
.rows .count { font-size: 1.2rem; font-weight: 650; font-variant-numeric: tabular-nums }
.meter { color: var(--soft); font-size: .92rem; font-variant-numeric: tabular-nums }
.none { color: var(--soft) }
.rows .title a { text-decoration-thickness: 1px }
.scroll :is(th, td) { overflow-wrap: normal }
.scroll :is(code, time, .meter) { white-space: nowrap }
.scroll .meter { font-weight: 400 }
.over { color: var(--bad) }
td form, .rows form { display: inline-block }
.filter { margin: 0 0 1.25rem }
.paging { display: flex; gap: 1.25rem; margin-top: 1rem }
.scroll { position: relative }
.scroll:focus-visible { outline-offset: 4px }
.fields .field { flex: 1 1 16rem; max-width: 28rem }
@media (max-width: 40rem) {
  .wide .bar .brand { flex-basis: 100% }
  .tiles { grid-template-columns: repeat(2, minmax(0, 1fr)) }
  .tiles .figure { font-size: 1.45rem }
  .rows > li { grid-template-columns: minmax(0, 1fr) }
  .rows .side { text-align: start; white-space: normal }
  .scroll table, .scroll tbody, .scroll tr, .scroll tbody :is(th, td) { display: block }
  .scroll thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
  .scroll tr { padding: .7rem 0; border-bottom: 1px solid var(--line) }
  .scroll tbody :is(th, td) { padding: .1rem 0; border: 0; overflow-wrap: anywhere }
  .scroll td.number { text-align: start }
  .scroll td { display: grid !important; grid-template-columns: 7.5rem minmax(0, 1fr); gap: 0 .75rem }
  .scroll td::before { content: attr(data-label); color: var(--soft); font-size: .9rem }
  .scroll td:has(> .void) { display: none !important }
  .scroll :is(code, time, .meter) { white-space: normal }
}
`;
