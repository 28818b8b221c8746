/** What a stress test has found: the one part of the report that is not from the certificate. */
import {
  NOT_SIGNED,
  RESISTANCE,
  STRESS_COLUMNS,
  STRESS_ROWS,
  type StressResult,
  figuresOf,
  methodSentence,
  sentenceOf,
} from '../../core/stress/rows.js'
import { html, type Html } from './html.js'
import { percent } from './numbers.js'

export interface ReportStress {
  /** Worst first, at least one. */
  readonly results: readonly StressResult[]
  /** Of each training. */
  readonly steps: number
}

export function stressSection({ results, steps }: ReportStress): Html {
  // No line begins with the sign.
  const share = (value: number | null): string => (value === null ? '–' : percent(value).replace(' ', '\u00a0'))
  const row = (result: StressResult): Html =>
    html`<tr>
      <th scope="row">${sentenceOf(result)}</th>
      ${figuresOf(result).map((figure) => html`<td>${share(figure)}</td>`)}
    </tr>`
  return html`<section aria-labelledby="stress">
    <h2 id="stress">Stress test</h2>
    <p class="verdict">${NOT_SIGNED}</p>
    <p>${methodSentence(steps)} ${results.length} of ${STRESS_ROWS.length} ways were tried, the worst is first.</p>
    <p>${RESISTANCE}</p>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            ${STRESS_COLUMNS.map((title) => html`<th scope="col">${title}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${results.map(row)}
        </tbody>
      </table>
    </div>
  </section>`
}
