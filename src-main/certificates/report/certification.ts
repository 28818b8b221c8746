/** What the weight noise proves: the curve, and the two classifiers that it was made around. */
import { curveRows } from '../../core/certificate/curve-shape.js'
import type { Certification } from '../../core/certificate/schema.js'
import { curveSvg } from './curve.js'
import { html, type Html } from './html.js'
import { atMost, percent, plain } from './numbers.js'

const cell = (bound: number | null | undefined): string => (bound === undefined ? '–' : atMost(bound))

/** The curve, drawn and as a table, with what it took to compute it. */
export function certificationSection(c: Certification): Html {
  const rows = curveRows({ protected: c.protected.curve, control: c.control.curve })
  return html`<section aria-labelledby="certificate">
    <h2 id="certificate">What was certified</h2>
    <p>
      A classifier was trained on the protected files, then ${c.draws.toLocaleString('en')} slightly different
      classifiers around it were tried on ${c.testImages.toLocaleString('en')} of your pictures that it had never seen,
      unprotected. From that follows how many of them are recognised at most by ${plain(c.q * 100)} % of the classifiers
      around any one that lies within a given distance, with confidence ${plain(c.confidence * 100)} %. The same was
      done with the originals, to compare.
    </p>
    <figure>
      <div class="scroll">
        ${curveSvg({ protected: c.protected.curve, control: c.control.curve, chance: c.chance })}
      </div>
      <figcaption>
        Lower is better protected. A hollow point at the top means that there is no bound at this distance.
      </figcaption>
    </figure>
    <div class="scroll">
      <table>
        <caption>
          Upper bounds of the share of recognised pictures
        </caption>
        <thead>
          <tr>
            <th scope="col">Distance η/σ</th>
            <th scope="col">Trained on the protected files</th>
            <th scope="col">Trained on the originals</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (row) =>
              html`<tr>
                <th scope="row">${plain(row.radius)}</th>
                <td>${cell(row.protected)}</td>
                <td>${cell(row.control)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <div class="scroll">
      <table>
        <caption>
          The two trained classifiers
        </caption>
        <thead>
          <tr>
            <th scope="col">Trained on</th>
            <th scope="col">Fits its training pictures</th>
            <th scope="col">Recognises held-out originals, as trained</th>
          </tr>
        </thead>
        <tbody>
          ${(['protected', 'control'] as const).map(
            (side) =>
              html`<tr>
                <th scope="row">${side === 'protected' ? 'protected files' : 'originals'}</th>
                <td>${percent(c[side].trainAccuracy)}</td>
                <td>${percent(c[side].cleanAccuracy)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`
}
