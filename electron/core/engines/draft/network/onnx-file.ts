import { MessageWriter, readFields } from './protobuf'

/** A float32 constant of a network. */
export interface Weights {
  dims: number[]
  data: Float32Array
}

// Field numbers of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
const model = { irVersion: 1, producer: 2, graph: 7, opset: 8 } as const
const graph = { node: 1, name: 2, initializer: 5, input: 11, output: 12, valueInfo: 13 } as const
const tensor = { dims: 1, dataType: 2, floatData: 4, name: 8, rawData: 9 } as const
const float32 = 1

/** Takes the float32 constants out of an ONNX file, by name. Throws a RangeError for bytes that are no ONNX file. */
export function readWeights(file: Uint8Array): Map<string, Weights> {
  const weights = new Map<string, Weights>()
  for (const field of readFields(file)) {
    if (field.number !== model.graph) continue
    for (const item of readFields(field.bytes)) {
      if (item.number === graph.initializer) readTensor(item.bytes, weights)
    }
  }
  return weights
}

function readTensor(message: Uint8Array, into: Map<string, Weights>): void {
  const dims: number[] = []
  let name = ''
  let type = 0
  let raw: Uint8Array | undefined
  for (const field of readFields(message)) {
    if (field.number === tensor.dims) {
      // One number a field, or packed: both are legal.
      if (field.bytes.length === 0) dims.push(field.value)
      else for (const byte of field.bytes) dims.push(byte)
    } else if (field.number === tensor.dataType) type = field.value
    else if (field.number === tensor.name) name = new TextDecoder().decode(field.bytes)
    else if (field.number === tensor.rawData || field.number === tensor.floatData) raw = field.bytes
  }
  if (type !== float32 || raw === undefined) return
  // Copied, because the bytes inside a file need not be aligned to four.
  into.set(name, { dims, data: new Float32Array(new Uint8Array(raw).buffer) })
}

/** Writes an ONNX graph node by node. Values are named by strings, as in the format itself. */
export class OnnxWriter {
  private readonly graph = new MessageWriter()

  constructor(name: string) {
    this.graph.text(graph.name, name)
  }

  /** Adds a node with one output, which is named by the answer. */
  node(
    type: string,
    inputs: string[],
    output: string,
    attributes: Record<string, number | number[] | string | { float: number }> = {},
  ): string {
    const node = new MessageWriter()
    for (const input of inputs) node.text(1, input)
    node.text(2, output).text(3, output).text(4, type)
    for (const [key, value] of Object.entries(attributes)) {
      const attribute = new MessageWriter().text(1, key)
      if (typeof value === 'number') attribute.integer(3, value).integer(20, 2)
      else if (typeof value === 'string') attribute.text(4, value).integer(20, 3)
      else if (Array.isArray(value)) {
        for (const item of value) attribute.integer(8, item)
        attribute.integer(20, 7)
      } else attribute.float(2, value.float).integer(20, 1)
      node.message(5, attribute)
    }
    this.graph.message(graph.node, node)
    return output
  }

  /** Adds a float32 constant. */
  constant(name: string, dims: number[], data: Float32Array): string {
    return this.tensor(name, dims, float32, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  }

  /** Adds a list of 64-bit integers, as shapes and paddings are given. */
  integers(name: string, values: number[]): string {
    return this.tensor(name, [values.length], 7, new Uint8Array(BigInt64Array.from(values, BigInt).buffer))
  }

  /** Declares a float32 input; a string as a size means that any size will do. */
  input(name: string, shape: (number | string)[]): string {
    this.graph.message(graph.input, floatValue(name, shape))
    return name
  }

  /** Declares a float32 output. */
  output(name: string, shape: (number | string)[]): void {
    this.graph.message(graph.output, floatValue(name, shape))
  }

  /** The whole file: IR version 8 and operator set 17, which every onnxruntime since 1.12 reads. */
  finish(): Uint8Array {
    return new MessageWriter()
      .integer(model.irVersion, 8)
      .text(model.producer, 'recast')
      .message(model.graph, this.graph)
      .message(model.opset, new MessageWriter().text(1, '').integer(2, 17))
      .finish()
  }

  private tensor(name: string, dims: number[], type: number, raw: Uint8Array): string {
    const message = new MessageWriter()
    for (const dim of dims) message.integer(tensor.dims, dim)
    message.integer(tensor.dataType, type).text(tensor.name, name).bytes(tensor.rawData, raw)
    this.graph.message(graph.initializer, message)
    return name
  }
}

function floatValue(name: string, shape: (number | string)[]): MessageWriter {
  const dims = new MessageWriter()
  for (const size of shape) {
    dims.message(1, typeof size === 'number' ? new MessageWriter().integer(1, size) : new MessageWriter().text(2, size))
  }
  const type = new MessageWriter().message(1, new MessageWriter().integer(1, float32).message(2, dims))
  return new MessageWriter().text(1, name).message(2, type)
}

/**
 * Gives one input and the outputs of a network new shapes and drops the shapes noted inside, for a network that works at any size
 * but was exported at one. The arithmetic stays as it is.
 */
export function withShapes(file: Uint8Array, shapes: Record<string, (number | string)[]>): Uint8Array {
  const out = new MessageWriter()
  for (const field of readFields(file)) {
    if (field.number === model.graph) out.bytes(model.graph, reshapedGraph(field.bytes, shapes))
    else if (field.bytes.length > 0) out.bytes(field.number, field.bytes)
    else out.integer(field.number, field.value)
  }
  return out.finish()
}

function reshapedGraph(message: Uint8Array, shapes: Record<string, (number | string)[]>): Uint8Array {
  const out = new MessageWriter()
  for (const field of readFields(message)) {
    if (field.number === graph.valueInfo) continue
    if (field.number === graph.input || field.number === graph.output) {
      let name = ''
      for (const part of readFields(field.bytes)) if (part.number === 1) name = new TextDecoder().decode(part.bytes)
      const shape = shapes[name]
      out.bytes(field.number, shape ? floatValue(name, shape).finish() : field.bytes)
    } else if (field.bytes.length > 0) out.bytes(field.number, field.bytes)
    else out.integer(field.number, field.value)
  }
  return out.finish()
}
