/** How much the pictures changed, on average and at worst. */
import { qualityView } from '../../core/certificate/quality-view.js'
import type { Protection } from '../../core/certificate/schema.js'
import { html, type Html } from './html.js'
import { plain } from './numbers.js'

export function qualitySection({ quality, largestChange, former }: Protection): Html {
  const { visible, explanation, rows, worst } = qualityView(quality, largestChange)
  const meant =
    former === undefined ? null : `No colour value was meant to change by more than ${plain(former.epsilon)} of 255.`
  return html`<section aria-labelledby="quality">
    <h2 id="quality">How much the pictures changed</h2>
    ${visible !== '' && html`<p>${visible}</p>`}
    <p>${meant} ${explanation}</p>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Measure</th>
            <th scope="col">Mean</th>
            <th scope="col">Worst picture</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (row) =>
              html`<tr>
                <th scope="row">${row.measure}</th>
                <td>${row.mean}</td>
                <td>${row.worst}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <div class="scroll">
      <table>
        <caption>
          ${worst.caption}
        </caption>
        <thead>
          <tr>
            <th scope="col">Picture</th>
            ${worst.measures.map((measure) => html`<th scope="col">${measure}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${worst.images.map(
            ({ name, values }) =>
              html`<tr>
                <th scope="row" class="path">${name}</th>
                ${values.map((value) => html`<td>${value}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`
}
