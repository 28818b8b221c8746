/** How much the pictures changed, on average and at worst. */
import { decibels, MEASURES } from '../../core/certificate/figures.js'
import type { Protection } from '../../core/certificate/schema.js'
import { visibilitySentence } from '../../core/visibility/sentence.js'
import { html, type Html } from './html.js'
import { plain } from './numbers.js'

/** What the measures of the table say; certificates of the first version have no ꟻLIP. */
function explanation({ quality, former }: Protection): string {
  const rest =
    'ΔE, CIEDE2000, is the colour difference of plain patches: about 1 is just seen side by side. SSIM looks at lightness alone.'
  if (quality.flip === null)
    return `Measured on the written files. No colour value was meant to change by more than ${plain(former?.epsilon ?? 0)} of 255. ${rest}`
  return `${visibilitySentence(quality.flip.mean)} Measured on the written files: ꟻLIP is how much of a difference somebody sees who flips between both pictures, 0 for none. ${rest}`
}

export function qualitySection(protection: Protection): Html {
  const { quality, largestChange } = protection
  const { flip } = quality
  return html`<section aria-labelledby="quality">
    <h2 id="quality">How much the pictures changed</h2>
    <p>${explanation(protection)}</p>
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
          ${
            flip &&
            html`<tr>
              <th scope="row">Visibility ꟻLIP (0 is identical)</th>
              <td>${flip.mean.toFixed(3)}</td>
              <td>${flip.max.toFixed(3)}</td>
            </tr>`
          }
          <tr>
            <th scope="row">${MEASURES.deltaE}</th>
            <td>${quality.deltaE.mean.toFixed(2)}</td>
            <td>${quality.deltaE.max.toFixed(2)}</td>
          </tr>
          <tr>
            <th scope="row">${MEASURES.ssim}</th>
            <td>${quality.ssim.mean.toFixed(4)}</td>
            <td>${quality.ssim.min.toFixed(4)}</td>
          </tr>
          <tr>
            <th scope="row">PSNR (higher is closer)</th>
            <td>${decibels(quality.psnr?.mean ?? null)}</td>
            <td>${decibels(quality.psnr?.min ?? null)}</td>
          </tr>
          <tr>
            <th scope="row">${MEASURES.largestChange}</th>
            <td>–</td>
            <td>${plain(largestChange)} of 255</td>
          </tr>
        </tbody>
      </table>
    </div>
    <div class="scroll">
      <table>
        <caption>
          The pictures whose change shows most
        </caption>
        <thead>
          <tr>
            <th scope="col">Picture</th>
            ${flip && html`<th scope="col">ꟻLIP</th>`}
            <th scope="col">ΔE</th>
            <th scope="col">SSIM</th>
            <th scope="col">PSNR</th>
          </tr>
        </thead>
        <tbody>
          ${quality.worst.map(
            (picture) =>
              html`<tr>
                <th scope="row" class="path">${picture.name}</th>
                ${picture.flip !== null && html`<td>${picture.flip.toFixed(3)}</td>`}
                <td>${picture.deltaE.toFixed(2)}</td>
                <td>${picture.ssim.toFixed(4)}</td>
                <td>${decibels(picture.psnr)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`
}
