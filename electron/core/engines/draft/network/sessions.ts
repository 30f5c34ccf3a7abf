import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type * as OnnxRuntime from 'onnxruntime-node'
import type { InferenceSession, Tensor } from 'onnxruntime-node'
import { AppError } from '#shared/domain/error'
import { readWeights, withShapes, type Weights } from './onnx-file'
import { momentsGraph, wholeGraph } from './multistyle-graph'

type Runtime = typeof OnnxRuntime
type Session = InferenceSession
export type Floats = { data: Float32Array; dims: number[] }

/** Files of the networks, all in one folder. */
export const modelFiles = {
  multistyle: 'multistyle26.onnx',
  predict: 'arbitrary_predict.onnx',
  transform: 'arbitrary_transform.onnx',
} as const

/** Loads the networks when they are first asked for and keeps them; sessions of tiles belong to one picture and are not kept. */
export class Sessions {
  private runtime: Promise<Runtime> | undefined
  private weights: Promise<Map<string, Weights>> | undefined
  private readonly kept = new Map<string, Promise<Session>>()

  constructor(
    private readonly modelsDir: string,
    private readonly threads: number,
  ) {}

  /** The weights of the 26 styles' network. */
  multistyleWeights(): Promise<Map<string, Weights>> {
    this.weights ??= this.file(modelFiles.multistyle).then(readWeights)
    return this.weights
  }

  /**
   * The network for whole pictures. The arena keeps memory between layers and runs: at 1 megapixel 40 % less time than touching fresh pages
   * for each layer, for a peak that is a seventh higher at 4 megapixels. One session for every size, so the prefetched one always serves.
   */
  whole(): Promise<Session> {
    return this.keep('whole', async () => this.open(wholeGraph(await this.multistyleWeights()), true))
  }

  /** The network that also tells each layer's mean and variance. */
  moments(): Promise<Session> {
    return this.keep('moments', async () => this.open(momentsGraph(await this.multistyleWeights()), false))
  }

  /** Reads a style picture into the vector of 100 numbers that {@link transform} takes. */
  predict(): Promise<Session> {
    return this.keep('predict', async () => this.open(await this.file(modelFiles.predict), true))
  }

  /** Paints in the style of a vector. Exported at 384 × 384, but every layer of it works at any multiple of four. */
  transform(): Promise<Session> {
    return this.keep('transform', async () =>
      this.open(
        withShapes(await this.file(modelFiles.transform), {
          content_image: [1, 'h', 'w', 3],
          [transformOutput]: [1, 'h', 'w', 3],
        }),
        false,
      ),
    )
  }

  /** A session that the caller releases. */
  async open(file: Uint8Array, arena: boolean): Promise<Session> {
    const runtime = await this.library()
    return runtime.InferenceSession.create(file, {
      // Half the peak at 1024 px, at no cost in time.
      enableMemPattern: false,
      enableCpuMemArena: arena,
      graphOptimizationLevel: 'all',
      intraOpNumThreads: this.threads,
      logSeverityLevel: 3,
      // Waiting threads sleep: spinning ones would take the cores from the rest of the app and the machine.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    })
  }

  async tensor(data: Float32Array, dims: number[]): Promise<Tensor> {
    const runtime = await this.library()
    return new runtime.Tensor('float32', data, dims)
  }

  private keep(name: string, open: () => Promise<Session>): Promise<Session> {
    let session = this.kept.get(name)
    if (!session) {
      session = open()
      this.kept.set(name, session)
      session.catch(() => this.kept.delete(name))
    }
    return session
  }

  private library(): Promise<Runtime> {
    this.runtime ??= import('onnxruntime-node').then((module) => ('default' in module ? (module.default as Runtime) : module))
    return this.runtime
  }

  private async file(name: string): Promise<Uint8Array> {
    try {
      return await readFile(join(this.modelsDir, name))
    } catch (cause) {
      throw new AppError(
        'engine.missing_model',
        `The draft network ${name} is missing or unreadable. Install Recast again to bring it back.`,
        {
          cause,
          detail: { file: name },
        },
      )
    }
  }
}

/** Names of the transform network's output and of its style input, as exported. */
export const transformOutput = 'transformer/expand/conv3/conv/Sigmoid'
export const transformVector = 'mobilenet_conv/Conv/BiasAdd'
