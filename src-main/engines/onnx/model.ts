/** Writes an ONNX model node by node: names, attributes, constants and the serialised bytes; it knows no mathematics. */
import { create, toBinary } from '@bufbuild/protobuf'
import {
  AttributeProto_AttributeType as AttributeType,
  GraphProtoSchema,
  ModelProtoSchema,
  type GraphProto,
} from './onnx_pb.js'

const FLOAT = 1
const INT64 = 7

/** Opset 17 of ONNX itself; ONNX Runtime's own operators beside it. */
const OPSETS = [
  { domain: '', version: 17n },
  { domain: 'com.microsoft', version: 1n },
  { domain: 'com.microsoft.nchwc', version: 1n },
]

export type Domain = '' | 'com.microsoft' | 'com.microsoft.nchwc'
export type Attributes = Readonly<Record<string, string | number | readonly number[]>>
/** A dimension is a number, or the name of a free one. */
export type Dimension = number | string

export class ModelBuilder {
  readonly #graph: GraphProto = create(GraphProtoSchema, { name: 'fixative' })
  readonly #constants = new Map<string, string>()
  #count = 0

  /** Declares a float32 input of the model. */
  input(name: string, shape: readonly Dimension[]): string {
    this.#graph.input.push(valueInfo(name, shape) as GraphProto['input'][number])
    return name
  }

  /** Makes the tensor `from` an output of the model under `name`. */
  output(name: string, from: string, shape: readonly Dimension[]): void {
    this.#add('Identity', [from], name, {}, '')
    this.#graph.output.push(valueInfo(name, shape) as GraphProto['output'][number])
  }

  /** Adds a node with one output and returns the output's name. Integer attributes only, besides strings. */
  op(type: string, inputs: readonly string[], attributes: Attributes = {}, domain: Domain = ''): string {
    const name = `${type}_${this.#count++}`
    this.#add(type, inputs, name, attributes, domain)
    return name
  }

  /** An int64 constant vector. */
  ints(...values: number[]): string {
    return this.#constant(`ints:${values.join(',')}`, [values.length], INT64, BigInt64Array.from(values, BigInt))
  }

  /** A float32 constant; without a shape, a scalar. */
  floats(values: readonly number[], shape: readonly number[] = []): string {
    return this.#constant(`floats:${values.join(',')}:${shape.join(',')}`, shape, FLOAT, Float32Array.from(values))
  }

  /** Views a tensor under another shape, without moving data; 0 keeps an extent, −1 infers one. */
  reshape(x: string, ...shape: number[]): string {
    return this.op('Reshape', [x, this.ints(...shape)])
  }

  bytes(): Uint8Array {
    const model = create(ModelProtoSchema, { irVersion: 8n, producerName: 'fixative', graph: this.#graph })
    model.opsetImport.push(...create(ModelProtoSchema, { opsetImport: OPSETS }).opsetImport)
    return toBinary(ModelProtoSchema, model)
  }

  #add(type: string, inputs: readonly string[], output: string, attributes: Attributes, domain: Domain): void {
    const attribute = Object.entries(attributes).map(([name, value]) => {
      if (typeof value === 'string') return { name, type: AttributeType.STRING, s: new TextEncoder().encode(value) }
      if (typeof value === 'number') return { name, type: AttributeType.INT, i: BigInt(value) }
      return { name, type: AttributeType.INTS, ints: value.map(BigInt) }
    })
    const node = { opType: type, name: output, input: [...inputs], output: [output], attribute, domain }
    this.#graph.node.push(...create(GraphProtoSchema, { node: [node] }).node)
  }

  #constant(key: string, dims: readonly number[], dataType: number, data: Float32Array | BigInt64Array): string {
    const known = this.#constants.get(key)
    if (known !== undefined) return known
    const name = `constant_${this.#constants.size}`
    const tensor = { name, dims: dims.map(BigInt), dataType, rawData: new Uint8Array(data.buffer) }
    this.#graph.initializer.push(...create(GraphProtoSchema, { initializer: [tensor] }).initializer)
    this.#constants.set(key, name)
    return name
  }
}

function valueInfo(name: string, shape: readonly Dimension[]): unknown {
  const dim = shape.map((extent) =>
    typeof extent === 'number'
      ? { value: { case: 'dimValue' as const, value: BigInt(extent) } }
      : { value: { case: 'dimParam' as const, value: extent } },
  )
  const type = { value: { case: 'tensorType' as const, value: { elemType: FLOAT, shape: { dim } } } }
  return create(GraphProtoSchema, { input: [{ name, type }] }).input[0]
}
