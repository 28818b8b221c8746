/** How much the pictures changed, on average and at worst. */
import type { Predicate } from '../../core/certificate/schema.js'
import { plain } from './curve.js'
import { html, type Html } from './html.js'

const decibels = (value: number | null | undefined): string =>
  value === null || value === undefined ? 'unchanged' : `${value.toFixed(1)} dB`

export function qualitySection({ quality, epsilon }: Predicate['protection']): Html {
  return html`<section aria-labelledby="quality">
    <h2 id="quality">How much the pictures changed</h2>
    <p>
      Measured on the written files. No colour value was meant to change by more than ${plain(epsilon)} of 255; a lossy
      format adds its own changes. Above about 30 dB a difference is hard to see. The colour difference, CIEDE2000, is
      that of the eye: about 1 is just seen between two plain patches side by side. SSIM looks at lightness alone.
    </p>
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
          <tr>
            <th scope="row">PSNR (higher is closer)</th>
            <td>${decibels(quality.psnr?.mean)}</td>
            <td>${decibels(quality.psnr?.min)}</td>
          </tr>
          <tr>
            <th scope="row">SSIM (1 is identical)</th>
            <td>${quality.ssim.mean.toFixed(4)}</td>
            <td>${quality.ssim.min.toFixed(4)}</td>
          </tr>
          <tr>
            <th scope="row">Colour difference ΔE (0 is identical)</th>
            <td>${quality.deltaE.mean.toFixed(2)}</td>
            <td>${quality.deltaE.max.toFixed(2)}</td>
          </tr>
          <tr>
            <th scope="row">Largest change of a colour value</th>
            <td>–</td>
            <td>${plain(quality.maxAbsDiff)} of 255</td>
          </tr>
        </tbody>
      </table>
    </div>
    <div class="scroll">
      <table>
        <caption>
          The pictures whose colours changed most
        </caption>
        <thead>
          <tr>
            <th scope="col">Picture</th>
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
