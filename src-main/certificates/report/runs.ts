/** The classifiers that were trained from scratch: what they recognise, and by which recipes. */
import type { Certification, Runs } from '../../core/certificate/schema.js'
import { html, type Html } from './html.js'
import { atLeast, atMost, percent, plain } from './numbers.js'

export function runsSection(runs: Runs, { testImages, chance }: Pick<Certification, 'testImages' | 'chance'>): Html {
  const row = (name: string, bound: string, attackers: Runs['protected']): Html => {
    const peaks = attackers.map(({ correct }) => Math.max(...correct) / testImages)
    const ends = attackers.map(({ correct }) => correct.at(-1)! / testImages)
    const range = (values: readonly number[]) => `${percent(Math.min(...values))} to ${percent(Math.max(...values))}`
    return html`<tr>
      <th scope="row">${name}</th>
      <td>${attackers.length}</td>
      <td>${bound}</td>
      <td>${range(peaks)}</td>
      <td>${range(ends)}</td>
    </tr>`
  }
  return html`<section aria-labelledby="runs">
    <h2 id="runs">Classifiers trained from scratch</h2>
    <p>
      Each was trained by itself, ${plain(runs.steps)} steps of ${plain(runs.batchSize)} pictures, and tried every
      ${plain(runs.checkpointEvery)} steps on ${testImages.toLocaleString('en')} held-out originals; its best score
      counts, as if its owner knew when to stop. With confidence ${plain(runs.confidence * 100)} % the bounds hold for
      ${plain(runs.quantile * 100)} % of all classifiers that are trained in these ways. Guessing gives
      ${percent(chance)}.
    </p>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Trained on</th>
            <th scope="col">Classifiers</th>
            <th scope="col">Bound</th>
            <th scope="col">Best scores</th>
            <th scope="col">Scores at the end</th>
          </tr>
        </thead>
        <tbody>
          ${row('protected files', `at most ${atMost(runs.protectedAtMost)}`, runs.protected)}
          ${row('originals', `at least ${atLeast(runs.controlAtLeast)}`, runs.control)}
        </tbody>
      </table>
    </div>
    <p>
      Recipes, drawn by lot:
      ${runs.recipes.map(({ architecture, resolution }) => `${architecture} at ${resolution} pixels`).join(', ')};
      ${runs.training}.
    </p>
  </section>`
}
