/**
 * The attacker that most people would be: a linear classifier on the features of a network that somebody else trained.
 *
 *   npx tsx scripts/probe.ts mobilenet|inception ORIGINALS PROTECTED [--view none]
 *
 * The network stays as it is; only the classifier (softmax regression on standardised features) learns, from the protected
 * pictures. Every fifth picture of a class is left out of that, as in attacker.py, and tested on as original, both through
 * the view. Prints one JSON object. The networks come with nsfwjs, whose authors trained the upper layers further to tell
 * decent from indecent pictures, and stored the weights in 8 bits: features of ImageNet alone may recognise more.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import * as tf from '@tensorflow/tfjs-core'
import sharp, { type Sharp } from 'sharp'

interface Net {
  readonly path: string
  readonly model: string
  /** Of the pictures that the network was trained on, in pixels. */
  readonly side: number
}
const NETS: Readonly<Record<string, Net>> = {
  mobilenet: { path: 'nsfwjs/models/mobilenet_v2', model: 'MobileNetV2Model', side: 224 },
  inception: { path: 'nsfwjs/models/inception_v3', model: 'InceptionV3Model', side: 299 },
}
/** The layer before the classifier that the network came with. */
const FEATURES = 'flatten_1'

function fail(message: string): never {
  console.error(message)
  process.exit(1)
}

type View = (image: Sharp) => Sharp | Promise<Sharp>

const asJpeg = (quality: number) => async (image: Sharp) => sharp(await image.jpeg({ quality }).toBuffer())
const LUMA: [number, number, number] = [0.299, 0.587, 0.114]
/** What the attacker does to a picture at its own size; greys are weighted as in attacker.py. */
const VIEWS: Readonly<Record<string, View>> = {
  none: (image) => image,
  jpeg75: asJpeg(75),
  jpeg50: asJpeg(50),
  jpeg30: asJpeg(30),
  grey: (image) => image.recomb([LUMA, LUMA, LUMA]),
}

/** 100 MB that only this measurement needs, so they are no dependencies: fetched when first used. */
const PACKAGES = {
  nsfwjs: '4.4.0',
  '@tensorflow/tfjs-layers': tf.version_core,
  '@tensorflow/tfjs-backend-wasm': tf.version_core,
}
const CACHE = fileURLToPath(new URL('../node_modules/.cache/fixative-probe', import.meta.url))
const require = createRequire(join(CACHE, 'probe.js'))

/** Fetches what is not there yet in the right version. */
function install(): void {
  const versionOf = (name: string): unknown => {
    const file = join(CACHE, 'node_modules', name, 'package.json')
    return existsSync(file) && (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
  }
  if (Object.entries(PACKAGES).every(([name, version]) => versionOf(name) === version)) return
  const wanted = Object.entries(PACKAGES).map(([name, version]) => `${name}@${version}`)
  console.error(`Fetching ${wanted.join(', ')} (100 MB) into ${CACHE}`)
  // Without peers: tfjs-core is the one of this repository, and the rest of TensorFlow.js would be 250 MB more.
  const args = ['install', '--prefix', CACHE, '--no-save', '--ignore-scripts', '--omit=peer']
  const quick = ['--no-audit', '--no-fund', '--fetch-retries=1', '--loglevel=error']
  const { status, stderr, error } = spawnSync('npm', [...args, ...quick, ...wanted], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  if (status !== 0) {
    fail(`The pretrained networks cannot be fetched; that needs network access.\n${error?.message ?? stderr}`)
  }
}

type Features = Float32Array

/** What is used of @tensorflow/tfjs-layers. */
interface Layers {
  loadLayersModel(from: tf.io.IOHandler): Promise<{ inputs: unknown; getLayer(name: string): { output: unknown } }>
  model(ends: { inputs: unknown; outputs: unknown }): { predict(input: tf.Tensor): tf.Tensor }
}

/** A network as nsfwjs packs it. */
interface Packed {
  modelJson(): Promise<{
    default: { modelTopology: object; weightsManifest: readonly { weights: tf.io.WeightsManifestEntry[] }[] }
  }>
  /** Parts of the weights in base64. */
  weightBundles: readonly (() => Promise<{ default: string }>)[]
}

/** @returns from RGB of side × side pixels to features */
async function network({ path, model: name, side }: Net): Promise<(pixels: Uint8Array) => Promise<Features>> {
  const { loadLayersModel, model: part } = require('@tensorflow/tfjs-layers') as Layers
  require('@tensorflow/tfjs-backend-wasm')
  await tf.setBackend('wasm')
  const { modelJson, weightBundles } = (require(path) as Record<string, Packed>)[name]!
  const { modelTopology, weightsManifest } = (await modelJson()).default
  const shards = await Promise.all(weightBundles.map(async (load) => Buffer.from((await load()).default, 'base64')))
  const weights = Buffer.concat(shards)
  const whole = await loadLayersModel(
    tf.io.fromMemory({
      modelTopology,
      weightSpecs: weightsManifest.flatMap((group) => group.weights),
      weightData: weights.buffer.slice(weights.byteOffset, weights.byteOffset + weights.byteLength),
    }),
  )
  const features = part({ inputs: whole.inputs, outputs: whole.getLayer(FEATURES).output })
  return async (pixels) => {
    const input = tf.tensor4d(
      Float32Array.from(pixels, (value) => value / 255),
      [1, side, side, 3],
    )
    const output = features.predict(input)
    const values = await output.data<'float32'>()
    tf.dispose([input, output])
    return values
  }
}

/** RGB of 8 bits, whatever the file has of transparency, greys or depth. */
const rgb = (image: Sharp) =>
  image.flatten({ background: '#fff' }).toColourspace('srgb').raw().toBuffer({ resolveWithObject: true })

/** @returns the picture through the view, as RGB of side × side pixels */
async function read(path: string, view: View, side: number): Promise<Uint8Array> {
  const { data, info } = await rgb(sharp(path)).catch((error: Error) =>
    fail(`${path} cannot be read: ${error.message}`),
  )
  const seen = await view(sharp(data, { raw: info }))
  return (await rgb(seen.resize(side, side, { fit: 'fill' }))).data
}

/** Names of a folder's files in sorted order, with the folder. */
const within = (folder: string): string[] =>
  readdirSync(folder)
    .toSorted()
    .map((name) => join(folder, name))

interface Labelled {
  readonly path: string
  readonly label: number
}

/**
 * Which pictures the classifier learns from, and which it is tested on.
 * @param originals has one sub-folder a class, like target.
 */
function split(originals: string, target: string): { train: Labelled[]; test: Labelled[] } {
  const sets = { train: [] as Labelled[], test: [] as Labelled[] }
  const classes = within(originals).filter((path) => statSync(path).isDirectory())
  for (const [label, folder] of classes.entries()) {
    const copies = within(join(target, basename(folder)))
    const paths = within(folder)
    if (copies.length !== paths.length) {
      fail(`${basename(folder)}: ${paths.length} originals, ${copies.length} protected pictures`)
    }
    // By position, because a protected picture may have another extension than its original.
    for (const [i, path] of paths.entries()) {
      if (i % 5 === 0) sets.test.push({ path, label })
      else sets.train.push({ path: copies[i]!, label })
    }
  }
  return sets
}

/** Of each picture. */
interface Known {
  readonly features: Features[]
  readonly labels: number[]
}

/**
 * Softmax regression by Adam on all pictures at once, from zero: no luck is in it.
 * @returns the share of pictures that it recognises
 */
function regression({ features, labels }: Known): (images: Known) => number {
  const classes = Math.max(...labels) + 1
  const known = tf.tensor<tf.Rank.R2>(features)
  const { mean, variance } = tf.moments(known, 0)
  const deviation = tf.sqrt(tf.add(variance, 1e-6))
  const standardised = (values: tf.Tensor2D): tf.Tensor2D => tf.div(tf.sub(values, mean), deviation)
  const inputs = standardised(known)
  const wanted = tf.oneHot(tf.tensor1d(labels, 'int32'), classes)
  const weights = tf.variable(tf.zeros<tf.Rank.R2>([known.shape[1], classes]))
  const bias = tf.variable(tf.zeros([classes]))
  const logits = (values: tf.Tensor2D): tf.Tensor2D => tf.add(tf.matMul(values, weights), bias)
  const decay = (): tf.Scalar => tf.mul(tf.sum(tf.square(weights)), 1e-3)
  const optimiser = tf.train.adam(0.003)
  for (let step = 0; step < 250; step++) {
    optimiser.minimize(() => tf.add(tf.losses.softmaxCrossEntropy(wanted, logits(inputs)), decay()))
  }
  return (some) => {
    const guesses = tf.argMax(logits(standardised(tf.tensor<tf.Rank.R2>(some.features))), 1).dataSync()
    return some.labels.filter((label, i) => label === guesses[i]).length / some.labels.length
  }
}

/** What is printed. */
export interface Headed {
  readonly net: string
  readonly view: string
  readonly chance: number
  readonly testImages: number
  readonly trainAccuracy: number
  readonly accuracy: number
}

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { view: { type: 'string', default: 'none' } },
})
const [name = '', originals, target] = positionals
const [net, view] = [NETS[name], VIEWS[options.view]]
if (!net || !view || !originals || !target) {
  fail(`Usage: probe.ts ${Object.keys(NETS).join('|')} ORIGINALS PROTECTED [--view ${Object.keys(VIEWS).join('|')}]`)
}
install()
const featuresOf = await network(net)

const load = async (images: readonly Labelled[]): Promise<Known> => {
  const features: Features[] = []
  for (const { path } of images) features.push(await featuresOf(await read(path, view, net.side)))
  return { features, labels: images.map(({ label }) => label) }
}

const { train, test } = split(originals, target)
const trained = await load(train)
const tested = await load(test)
const accuracy = regression(trained)
const ofClass = (label: number): number => test.filter((image) => image.label === label).length
const headed: Headed = {
  net: name,
  view: options.view,
  chance: Math.max(...test.map(({ label }) => ofClass(label))) / test.length,
  testImages: test.length,
  trainAccuracy: accuracy(trained),
  accuracy: accuracy(tested),
}
console.log(JSON.stringify(headed))
