import { OnnxWriter, type Weights } from './onnx-file'

/** How many styles the network knows. */
export const styleCount = 26

/** One convolution of the network with its normalisation. `from` is what a residual adds: the block's own input. */
interface Layer {
  name: string
  stride: 1 | 2
  upsampled: boolean
  residual: boolean
  after: 'relu' | 'sigmoid' | 'none'
}

const residualBlocks = 6
/** The network of Dumoulin et al. (2017) as multistyle26.onnx has it: contract, six residual blocks, expand. */
export const layers: readonly Layer[] = [
  { name: 'contract.0', stride: 1, upsampled: false, residual: false, after: 'relu' },
  { name: 'contract.1', stride: 2, upsampled: false, residual: false, after: 'relu' },
  { name: 'contract.2', stride: 2, upsampled: false, residual: false, after: 'relu' },
  ...Array.from({ length: residualBlocks }, (_, block): Layer[] => [
    { name: `res.${block}.0`, stride: 1, upsampled: false, residual: false, after: 'relu' },
    { name: `res.${block}.1`, stride: 1, upsampled: false, residual: true, after: 'none' },
  ]).flat(),
  { name: 'expand.0', stride: 1, upsampled: true, residual: false, after: 'relu' },
  { name: 'expand.1', stride: 1, upsampled: true, residual: false, after: 'relu' },
  { name: 'expand.2', stride: 1, upsampled: false, residual: false, after: 'sigmoid' },
]

/** What the original adds to a variance before its root. */
export const epsilon = 1e-5

/** Scale and shift of each layer's normalisation, one number a channel. */
export interface Affine {
  scale: Float32Array
  shift: Float32Array
}

/** Mean and variance of each layer's convolution over a picture, one number a channel. */
export interface Moments {
  mean: Float32Array
  variance: Float32Array
}

function weightsOf(all: Map<string, Weights>, name: string): Weights {
  const weights = all.get(name)
  if (!weights) throw new RangeError(`The network has no weights named ${name}`)
  return weights
}

/** The normalisation of each layer for a mix of styles: gamma and beta of the styles, weighted. Weights are made to sum to 1. */
export function affinesOf(all: Map<string, Weights>, mix: ReadonlyMap<number, number>): Affine[] {
  const total = [...mix.values()].reduce((sum, weight) => sum + weight, 0)
  return layers.map(({ name }) => {
    const gamma = weightsOf(all, `${name}.norm.gamma`)
    const beta = weightsOf(all, `${name}.norm.beta`)
    const channels = gamma.dims[1] ?? 0
    const scale = new Float32Array(channels)
    const shift = new Float32Array(channels)
    for (const [style, weight] of mix) {
      for (let c = 0; c < channels; c += 1) {
        scale[c] = (scale[c] ?? 0) + (weight / total) * (gamma.data[style * channels + c] ?? 0)
        shift[c] = (shift[c] ?? 0) + (weight / total) * (beta.data[style * channels + c] ?? 0)
      }
    }
    return { scale, shift }
  })
}

/** Writes one layer's padding and convolution and answers the convolution's output. */
function convolution(onnx: OnnxWriter, layer: Layer, input: string, weights: Weights, bias?: Float32Array): string {
  const [out = 0, , kernel = 0] = weights.dims
  const half = (kernel - 1) / 2
  let x = input
  if (layer.upsampled) {
    x = onnx.node('Resize', [x, '', 'twice'], `${layer.name}.up`, {
      mode: 'nearest',
      coordinate_transformation_mode: 'asymmetric',
      nearest_mode: 'floor',
    })
  }
  x = onnx.node('Pad', [x, onnx.integers(`${layer.name}.pads`, [0, 0, half, half, 0, 0, half, half])], `${layer.name}.pad`, {
    mode: 'reflect',
  })
  const inputs = [x, onnx.constant(`${layer.name}.w`, weights.dims, weights.data)]
  if (bias) inputs.push(onnx.constant(`${layer.name}.b`, [out], bias))
  return onnx.node('Conv', inputs, `${layer.name}.conv`, {
    kernel_shape: [kernel, kernel],
    strides: [layer.stride, layer.stride],
  })
}

function write(name: string, layer: (onnx: OnnxWriter, layer: Layer, index: number, input: string) => string): OnnxWriter {
  const onnx = new OnnxWriter(name)
  onnx.constant('twice', [4], Float32Array.of(1, 1, 2, 2))
  let x = onnx.input('image', [1, 3, 'h', 'w'])
  let block = ''
  layers.forEach((item, index) => {
    const normalised = layer(onnx, item, index, x)
    if (item.residual) x = onnx.node('Add', [block, normalised], `${item.name}.sum`)
    else if (item.after === 'relu') x = onnx.node('Relu', [normalised], `${item.name}.relu`)
    else x = onnx.node('Sigmoid', [normalised], 'stylized')
    if (item.residual || item.name === 'contract.2') block = x
  })
  onnx.output('stylized', [1, 3, 'h', 'w'])
  return onnx
}

/**
 * The network for a whole picture: the 18 decomposed normalisations of the original become InstanceNormalization,
 * whose scale and shift are inputs (`scale0`, `shift0` …), so that one session serves every style.
 */
export function wholeGraph(all: Map<string, Weights>): Uint8Array {
  return write('whole', (onnx, layer, index, input) => {
    const conv = convolution(onnx, layer, input, weightsOf(all, `${layer.name}.w`))
    const channels = weightsOf(all, `${layer.name}.w`).dims[0] ?? 0
    const names = [onnx.input(`scale${index}`, [channels]), onnx.input(`shift${index}`, [channels])]
    return onnx.node('InstanceNormalization', [conv, ...names], `${layer.name}.norm`, { epsilon: { float: epsilon } })
  }).finish()
}

/** Like {@link wholeGraph}, and gives `mean0`, `variance0` … of every convolution: the global facts that tiles need. */
export function momentsGraph(all: Map<string, Weights>): Uint8Array {
  const shapes: [string, number][] = []
  const onnx = write('moments', (writer, layer, index, input) => {
    const conv = convolution(writer, layer, input, weightsOf(all, `${layer.name}.w`))
    const channels = weightsOf(all, `${layer.name}.w`).dims[0] ?? 0
    const mean = writer.node('ReduceMean', [conv], `mean${index}`, { axes: [2, 3], keepdims: 1 })
    const centred = writer.node('Sub', [conv, mean], `${layer.name}.centred`)
    const variance = writer.node(
      'ReduceMean',
      [writer.node('Mul', [centred, centred], `${layer.name}.squared`)],
      `variance${index}`,
      {
        axes: [2, 3],
        keepdims: 1,
      },
    )
    shapes.push([mean, channels], [variance, channels])
    const names = [writer.input(`scale${index}`, [channels]), writer.input(`shift${index}`, [channels])]
    return writer.node('InstanceNormalization', [conv, ...names], `${layer.name}.norm`, { epsilon: { float: epsilon } })
  })
  for (const [name, channels] of shapes) onnx.output(name, [1, channels, 1, 1])
  return onnx.finish()
}

/**
 * The network for tiles of one picture in one style: with the moments known, each normalisation is a scale and a shift of its
 * convolution, folded into its weights and bias. A tile then gives the same pixels as the whole, apart from {@link tileOverlap} at its cut sides.
 */
export function tileGraph(all: Map<string, Weights>, affines: readonly Affine[], moments: readonly Moments[]): Uint8Array {
  return write('tile', (onnx, layer, index, input) => {
    const weights = weightsOf(all, `${layer.name}.w`)
    const affine = affines[index]
    const moment = moments[index]
    if (!affine || !moment) throw new RangeError(`Layer ${layer.name} has no normalisation`)
    const channels = weights.dims[0] ?? 0
    const each = weights.data.length / channels
    const scaled = new Float32Array(weights.data.length)
    const bias = new Float32Array(channels)
    for (let c = 0; c < channels; c += 1) {
      const factor = (affine.scale[c] ?? 0) / Math.sqrt((moment.variance[c] ?? 0) + epsilon)
      bias[c] = (affine.shift[c] ?? 0) - (moment.mean[c] ?? 0) * factor
      for (let i = c * each; i < (c + 1) * each; i += 1) scaled[i] = (weights.data[i] ?? 0) * factor
    }
    return convolution(onnx, layer, input, { dims: weights.dims, data: scaled }, bias)
  }).finish()
}

/**
 * How far a pixel sees, in pixels, rounded up to the network's step of four: 4 + 1 + 2 by contracting,
 * 12 × 4 in the residual blocks, 2 + 1 + 4 by expanding.
 */
export const tileOverlap = 64
