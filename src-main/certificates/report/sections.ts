/** The parts of the report, each from the certificate's own fields. */
import { fingerprint } from '../../core/certificate/signers.js'
import { firstBounds, scaleLetter } from '../../core/certificate/figures.js'
import type { Predicate, Protection, Statement } from '../../core/certificate/schema.js'
import { exportSentence, servedSentence } from '../../core/channels.js'
import { html, type Html, type HtmlValue } from './html.js'
import { atLeast, atMost, percent, plain } from './numbers.js'
import type { ReportSample } from './samples.js'

const files = (count: number): string => `${count.toLocaleString('en')} ${count === 1 ? 'file' : 'files'}`

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

/** What the pictures were made ready for, and how they fare there: a row for the channel. */
export function channelSection({ channel, protection, certification: c }: Predicate): Html | null {
  if (!channel) return null
  const bounds = c && firstBounds(c)
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
            <td>${atMost(bounds?.protectedAtMost ?? null)}</td>
            <td>${atLeast(bounds?.controlAtLeast ?? null)}</td>
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
            <img class="whole" src="${sample.image}" alt="${`Protected picture ${sample.path}`}" />
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
      The certificate beside this report is signed; this page is only its readable form. To check it, get Fixative and
      choose this folder under <em>Verify</em> in its window, or run <code>fixative verify</code> with the folder’s
      path. Then compare the fingerprint with the one that the signer gives you.
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
                    `${c.smoothing.kind}, ${scaleLetter(c.smoothing.kind)} = ${plain(c.smoothing.sigma)}`,
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
