/** The parts of the report, each from the certificate's own fields. */
import { fingerprint } from '../../core/certificate/signers.js'
import type { Certification, Predicate, Protection, Statement } from '../../core/certificate/schema.js'
import { exportSentence, servedSentence } from '../../core/channels.js'
import { curveSvg, percent, plain, type CurvePoint } from './curve.js'
import { html, type Html, type HtmlValue } from './html.js'
import type { ReportSample } from './samples.js'

const files = (count: number): string => `${count.toLocaleString('en')} ${count === 1 ? 'file' : 'files'}`
const boundText = (point: CurvePoint | undefined): string =>
  !point ? '–' : point.bound === null ? 'no bound' : percent(point.bound)

function rows(entries: readonly (readonly [string, HtmlValue])[]): Html {
  return html`<tbody>
    ${entries.map(
      ([name, value]) =>
        html`<tr>
          <th scope="row">${name}</th>
          <td>${value}</td>
        </tr>`,
    )}
  </tbody>`
}

/** The curve, drawn and as a table, with what it took to compute it. */
export function certificationSection(c: Certification): Html {
  const radii = [...new Set([...c.protected.curve, ...c.control.curve].map((point) => point.etaOverSigma))]
  const at = (curve: readonly CurvePoint[], radius: number) => curve.find((point) => point.etaOverSigma === radius)
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
          ${radii.map(
            (radius) =>
              html`<tr>
                <th scope="row">${plain(radius)}</th>
                <td>${boundText(at(c.protected.curve, radius))}</td>
                <td>${boundText(at(c.control.curve, radius))}</td>
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

/** What the pictures were made ready for, and how they fare there: a row for the channel. */
export function channelSection({ channel, protection, certification: c }: Predicate): Html | null {
  if (!channel) return null
  const proved = c?.runs ?? c?.headline
  const atMost = proved?.protectedAtMost ?? null
  const atLeast = proved?.controlAtLeast ?? null
  return html`<section aria-labelledby="channel">
    <h2 id="channel">Where the pictures are published</h2>
    <p>
      The files are ready to be uploaded.
      ${
        channel.served === null
          ? 'This place serves them as they are, so the files themselves were certified.'
          : 'What was certified is what this place serves: each file was encoded again as it would be there.'
      }
    </p>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Channel</th>
            <th scope="col">Uploaded</th>
            <th scope="col">Served</th>
            <th scope="col">Recognised at most, protected</th>
            <th scope="col">at least, originals</th>
            <th scope="col">Mean SSIM of the files</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">${channel.title}</th>
            <td>${exportSentence(channel)}</td>
            <td>${servedSentence(channel)}</td>
            <td>${atMost === null ? 'no bound' : percent(atMost)}</td>
            <td>${atLeast === null ? 'no bound' : percent(atLeast)}</td>
            <td>${protection.quality.ssim.mean.toFixed(4)}</td>
          </tr>
        </tbody>
      </table>
    </div>
  </section>`
}

/** Protected pictures. */
export function samplesSection(samples: readonly ReportSample[]): Html | null {
  if (samples.length === 0) return null
  return html`<section aria-labelledby="samples">
    <h2 id="samples">Samples</h2>
    <p>
      Protected pictures. Originals are not shown on purpose: with one, anybody could subtract the protection from its
      file. The app shows both beside each other.
    </p>
    <div class="samples">
      ${samples.map(
        (sample) =>
          html`<figure>
            <img class="whole" src="${sample.picture}" alt="${`Protected picture ${sample.path}`}" />
            <figcaption><span class="path">${sample.path}</span> (${sample.className})</figcaption>
          </figure>`,
      )}
    </div>
  </section>`
}

/** Every protected file with its checksum, and what was left out. */
export function filesSection({ subject, predicate }: Statement): Html {
  const { classes, skipped } = predicate.collection
  return html`<section aria-labelledby="files">
    <h2 id="files">Files</h2>
    <details>
      <summary>${classes.length} classes</summary>
      <div class="scroll">
        <table>
          ${rows(classes.map(({ name, count }) => [name, count.toLocaleString('en')] as const))}
        </table>
      </div>
    </details>
    <details>
      <summary>${files(subject.length)} protected, with SHA-256</summary>
      <div class="scroll">
        <table>
          ${subject.map(
            ({ name, digest }) =>
              html`<tr>
                <th scope="row" class="path">${name}</th>
                <td class="path">${digest.sha256}</td>
              </tr>`,
          )}
        </table>
      </div>
    </details>
    ${
      skipped.length > 0 &&
      html`<details>
        <summary>${files(skipped.length)} left out</summary>
        <div class="scroll">
          <table>
            ${skipped.map(
              ({ path, reason }) =>
                html`<tr>
                  <th scope="row" class="path">${path}</th>
                  <td>${reason}</td>
                </tr>`,
            )}
          </table>
        </div>
      </details>`
    }
  </section>`
}

/** Who signed, and with which key. */
export function signatureSection({ issuer, issuedAt, private: secret }: Predicate, keyId: string): Html {
  return html`<section aria-labelledby="signature">
    <h2 id="signature">Signature</h2>
    <p>
      The certificate beside this report is signed; this page is only its readable form. Check it with
      <code>fixative verify</code>, and compare the fingerprint with the one that the signer gives you.
    </p>
    <div class="scroll">
      <table>
        ${rows([
          ['Signer', issuer.name ?? 'no name given'],
          ['Issued', issuedAt],
          ['Key fingerprint (SHA-256)', html`<span class="path">${fingerprint(keyId)}</span>`],
          ['Commitment to the private bundle (SHA-256)', html`<span class="path">${secret.sha256}</span>`],
        ])}
      </table>
    </div>
    <details>
      <summary>Public key</summary>
      <pre>${issuer.publicKey}</pre>
    </details>
  </section>`
}

function visibilityRows({ visibility, former }: Protection): (readonly [string, string])[] {
  if (visibility !== null) return [['Visibility aimed at', `mean ꟻLIP ${plain(visibility)}`]]
  if (!former) return []
  return [
    ['Largest change aimed at', `ε = ${plain(former.epsilon)} of 255`],
    ['Masking', former.masking === 'jnd' ? 'less where the eye would see it' : 'none'],
    ['Least SSIM asked for', former.softening ? plain(former.softening.minSsim) : 'none'],
  ]
}

/** The parameters, for those who want to judge the method. */
export function methodSection({ collection, protection, certification: c, tool }: Predicate): Html {
  return html`<section aria-labelledby="method">
    <h2 id="method">Method</h2>
    <details>
      <summary>All parameters</summary>
      <div class="scroll">
        <table>
          ${rows([
            ['Program', `${tool.name} ${tool.version}`],
            ['Pictures', collection.images.toLocaleString('en')],
            ['Classes', `${collection.classes.length}, from ${collection.labelSource}`],
            ['Change', `${protection.method}, strength ${protection.strength}`],
            ...visibilityRows(protection),
            ['Working resolution', `${protection.resolution} × ${protection.resolution} pixels`],
            ...(c
              ? ([
                  ['Definition', c.definition],
                  [
                    'Surrogate',
                    `${c.surrogate.architecture}, ${c.surrogate.parameters.toLocaleString('en')} parameters, ${c.surrogate.normalisation}`,
                  ],
                  [
                    'Weight noise',
                    `${c.smoothing.kind}, ${c.smoothing.kind === 'isotropic' ? 'σ' : 'ρ'} = ${plain(c.smoothing.sigma)}`,
                  ],
                  ['Quantile q', plain(c.q)],
                  ['Draws', c.draws.toLocaleString('en')],
                  ['Confidence', plain(c.confidence)],
                  ['Training pictures', c.trainImages.toLocaleString('en')],
                  ['Held-out pictures', c.testImages.toLocaleString('en')],
                  ['Guessing', percent(c.chance)],
                ] as const)
              : []),
          ])}
        </table>
      </div>
    </details>
  </section>`
}
