/** The report's only style sheet: system fonts, light and dark, narrow and wide, and paper. */
export const STYLE = `
:root { color-scheme: light dark; --paper: #fdfcfa; --ink: #1f2328; --soft: #5b6470; --line: #d9d5cd; --panel: #f4f1eb;
  --protected: #0b6e63; --control: #b3480f; --good: #0b6e63; --fair: #8a5a00; --poor: #a1262b }
@media (prefers-color-scheme: dark) { :root { --paper: #16191d; --ink: #e8e6e1; --soft: #a3abb5; --line: #3a4048;
  --panel: #1f242a; --protected: #4fc3b1; --control: #f0965a; --good: #4fc3b1; --fair: #e0b050; --poor: #f08a8a } }
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 4rem }
h1 { font-size: 1.6rem; line-height: 1.3; margin: 0 0 1rem; text-wrap: balance }
h2 { font-size: 1.15rem; margin: 2.5rem 0 .75rem; padding-bottom: .3rem; border-bottom: 1px solid var(--line) }
p { margin: .5rem 0; max-width: 46rem }
.eyebrow, .soft, figcaption { color: var(--soft); font-size: .9rem }
.verdict { border-left: .3rem solid var(--soft); background: var(--panel); padding: .75rem 1rem; margin: 1rem 0 }
.verdict.informative { border-color: var(--good) } .verdict.weak { border-color: var(--fair) }
.verdict.inconclusive, .verdict.meaningless { border-color: var(--poor) }
figure { margin: 1rem 0 } .scroll { overflow-x: auto }
svg { display: block; width: 100%; height: auto; min-width: 26rem; max-width: 46rem }
svg text { font: 13px system-ui, sans-serif; fill: var(--ink) } svg .soft { fill: var(--soft) }
.grid, .axis { stroke: var(--line) } .axis { stroke: var(--soft) }
.chance { stroke: var(--soft); stroke-dasharray: 2 4; stroke-width: 1.5 }
.protected { stroke: var(--protected) } .control { stroke: var(--control); stroke-dasharray: 7 4 }
path.protected, path.control { fill: none; stroke-width: 2.5 }
.dot.protected, .dot.control { stroke-width: 2; stroke-dasharray: none }
.dot.protected { fill: var(--protected) } .dot.control { fill: var(--control) } .dot.abstained { fill: var(--paper) }
svg text.protected { fill: var(--protected); stroke: none } svg text.control { fill: var(--control); stroke: none }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
caption { text-align: left; color: var(--soft); font-size: .9rem; padding-bottom: .4rem }
th, td { text-align: left; padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top }
thead th { font-weight: 600; color: var(--soft) } tbody th { font-weight: 500 }
.path, code, pre { font: .85rem/1.5 ui-monospace, monospace; overflow-wrap: anywhere } pre { white-space: pre-wrap }
.samples { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: 1.25rem }
.samples figure { margin: 0 } .samples img { display: block; max-width: 100%; background: #fff }
.whole { max-height: 15rem; border: 1px solid var(--line) }
summary { cursor: pointer; padding: .3rem 0 } summary:focus-visible { outline: 2px solid var(--protected) }
@media (max-width: 34rem) { main { padding: 1.25rem .9rem 3rem } h1 { font-size: 1.3rem } td, th { padding-right: .5rem } }
@media print { :root { --paper: #fff; --ink: #000; --soft: #444; --line: #bbb; --panel: #fff; --protected: #0b6e63;
  --control: #b3480f; --good: #0b6e63; --fair: #8a5a00; --poor: #a1262b } body { font-size: 10.5pt }
  main { max-width: none; padding: 0 } h2 { break-after: avoid } figure, .verdict, tr { break-inside: avoid }
  details::details-content { content-visibility: visible; block-size: auto } }
`
