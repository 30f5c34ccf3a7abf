import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { AppError, toAppError } from '#shared/domain/error'
import type { Hardware, InstallRequest, RuntimeReport, RuntimeView, SelfTest } from '#shared/domain/runtime'
import { makeFolder } from '../assets/durable-file'
import { probeHardware } from './hardware/probe'
import { examine, inspect } from './install/care'
import { findRuntimeTools, settlePython } from './install/find-tools'
import { install } from './install/installer'
import { Journal } from './install/journal'
import { mendNodes } from './install/mend-nodes'
import { followMovedPython } from './install/moved-python'
import { probeMirrors } from './install/probe-mirrors'
import { takeSnapshot } from './install/snapshot'
import { InstallationStore, deleteFolder, installationView, type RuntimePlace } from './install/store'
import { runtimeLayout } from './layout'
import { adoptedRecipe, readRecipe, recipeId, type Recipe } from './recipe'
import { makeReport } from './report'
import type { RuntimeContext, RuntimeParts } from './runtime-context'
import { keepSelfTest, lastSelfTest, selfTest } from './self-test'
import { absent, cardOf, serverPlan } from './server-plan'
import { Supervisor, type ServerPlan } from './supervisor/supervisor'
import { Looks, Work } from './work'

/** Installations before an update or repair that are kept to go back to. What was copied by hand is kept besides. */
const keptSnapshots = 2

/** The managed local ComfyUI of one data folder: installed, run, mended, removed. One piece of work at a time. */
export class Runtime {
  readonly store: InstallationStore
  readonly supervisor: Supervisor
  readonly #context: RuntimeContext
  readonly #parts: RuntimeParts
  #place: RuntimePlace | undefined
  #snapshots: RuntimeView['snapshots'] = []
  readonly #work = new Work(() => this.#tell())
  readonly #looks = new Looks()
  #hardware: Hardware | undefined
  #opening: Promise<void> | undefined

  constructor(context: RuntimeContext) {
    this.#context = context
    const layout = runtimeLayout(context.dataDir)
    this.#parts = { recipe: readRecipe, tools: findRuntimeTools, hardware: probeHardware, times: {}, env: {}, ...context.parts }
    this.store = new InstallationStore(layout)
    this.supervisor = new Supervisor({
      layout,
      plan: () => this.#plan(),
      idle: () => ({ freeAfterS: context.settings().runtimeFreeAfter, stopAfterS: context.settings().runtimeStopAfter }),
      mend: async (failures, signal) => {
        const place = this.#place
        if (!place?.installation) return false
        return await mendNodes(
          failures,
          { store: this.store, installation: place.installation, recipe: this.#recipeOf(place), signal, ...(await this.#uv()) },
          context.logger,
        )
      },
      onChange: () => this.#tell(),
      logger: context.logger,
      times: this.#parts.times,
    })
  }

  /** Reads what is installed; once. With `own` also ends and clears away what a killed process left. */
  open(own: boolean): Promise<void> {
    this.#opening ??= (async () => {
      // Before what is not whole is looked for.
      await followMovedPython(this.store.layout)
      if (own && existsSync(this.store.layout.root)) {
        await this.supervisor.endOrphan()
        await Journal.endLeftover(this.store.layout)
        await this.store.sweep()
      }
      await this.#read()
    })()
    return this.#opening
  }

  get isInstalled(): boolean {
    return this.#place !== undefined
  }

  view(): RuntimeView {
    const { supervisor } = this
    const current = this.#place && installationView(this.#place)
    const { progress } = this.#work
    // A copy is made beside the server, which goes on.
    const state = progress && progress.step !== 'snapshot' ? 'installing' : !current ? 'absent' : supervisor.state
    const error = this.#work.error ?? supervisor.error
    return {
      state,
      ...(current ? { current } : {}),
      snapshots: this.#snapshots,
      ...(supervisor.address === undefined ? {} : { address: supervisor.address }),
      ...(supervisor.pid === undefined ? {} : { pid: supervisor.pid }),
      ...(progress ? { install: progress } : {}),
      ...(supervisor.state === 'starting' && supervisor.lastLine !== '' ? { lastLine: supervisor.lastLine } : {}),
      restarts: supervisor.restarts,
      ...(error ? { error: error.toView() } : {}),
    }
  }

  /** The server's last lines. */
  log(): string[] {
    return this.supervisor.log.split('\n').slice(-400)
  }

  /** Looks at machine and installation; with `run` the installation proves itself. */
  async doctor({ run }: { run: boolean }): Promise<RuntimeReport> {
    return await this.#looks.during(() => this.#examine(run))
  }

  async #examine(run: boolean): Promise<RuntimeReport> {
    await this.open(false)
    const hardware = await this.#lookAtHardware()
    const place = this.#place
    const recipe = place && this.#recipeOf(place)
    const problems = place && recipe ? await this.#problems(place, recipe) : undefined
    const test =
      place && (run && recipe ? await this.#prove(place, recipe, hardware) : await lastSelfTest(this.store.layout, place))
    return makeReport({ hardware, problems, asked: run, test, runtime: this.view() })
  }

  /** Installs what is asked for, or adopts a folder. Rejects with what hinders; then everything is as it was. */
  install(request: InstallRequest): Promise<RuntimeView> {
    return this.#exclusively('installed', async () => {
      if (request.adopt !== undefined) return await this.#adopt(request, request.adopt)
      const hardware = await this.#lookAtHardware()
      const device = request.device ?? (hardware.verdict.device === 'cuda' ? 'cuda' : undefined)
      if (device === undefined || (device === 'cuda' && hardware.verdict.device !== 'cuda')) {
        throw new AppError(
          'engine.start',
          `${hardware.verdict.message} Nothing was downloaded. For the CPU: recast runtime install --device cpu.`,
          {
            retry: 'user',
            detail: { verdict: hardware.verdict.code },
          },
        )
      }
      await this.#installRecipe(this.#parts.recipe({ device, generation: hardware.verdict.generation }), request)
    })
  }

  /** Stops an installation that is under way. */
  cancel(): RuntimeView {
    this.#work.cancel()
    return this.view()
  }

  /** Starts the server and waits until it is ready. */
  async start(): Promise<string> {
    await this.open(true)
    if (!this.#place) throw absent()
    return await this.supervisor.start()
  }

  async stop(): Promise<RuntimeView> {
    await this.supervisor.stop()
    return this.view()
  }

  /** Installs what is pinned now, and starts it; what does not start is gone back from. */
  update(): Promise<RuntimeView> {
    return this.#exclusively('updated', async () => {
      const before = this.#managed('updated')
      const recipe = this.#recipeOf(before)
      if (before.installation?.recipe === recipeId(recipe) && before.installation.pinned) return
      await this.#installRecipe(recipe, {})
      try {
        await this.supervisor.start()
      } catch (thrown) {
        await this.supervisor.stop()
        if (before.installation) await this.store.pointTo(before.installation.id)
        await this.#read()
        const error = toAppError(thrown)
        throw new AppError(error.code, `The new version does not start, so that the former one is back: ${error.message}`, {
          retry: 'user',
          cause: error,
          detail: { ...error.detail },
        })
      }
    })
  }

  /** Makes a fresh installation of the same recipe beside a damaged one, from the cache where it has everything. */
  repair(): Promise<RuntimeView> {
    return this.#exclusively('repaired', async () => {
      const place = this.#managed('repaired')
      const recipe = this.#recipeOf(place)
      const problems = await this.#problems(place, recipe)
      if (problems.length === 0) return
      this.#context.logger.warn({ problems }, 'the runtime is repaired')
      await this.#installRecipe(recipe, {})
      // The damaged one is nothing to go back to; one that was copied by hand is the user's to delete.
      if (place.installation && place.installation.takenAt === undefined)
        await this.store.discardFolder(this.store.folderOf(place.installation.id))
      await this.store.sweep()
    })
  }

  /** Copies the installation, to be gone back to; the server goes on. */
  snapshot(name: string | undefined): Promise<RuntimeView> {
    return this.#exclusively('copied', async () => {
      const { installation } = this.#managed('copied')
      if (!installation) throw absent()
      const signal = this.#work.begin('snapshot')
      await takeSnapshot(this.store, installation, { name, signal, onProgress: (progress) => this.#work.advance(progress) })
    })
  }

  /** Goes back to an earlier installation. */
  rollback(id: string | undefined): Promise<RuntimeView> {
    return this.#exclusively('changed', async () => {
      const wanted = await this.store.snapshot(id)
      await this.supervisor.stop()
      await this.store.pointTo(wanted.id)
    })
  }

  /** Deletes an earlier installation. */
  discard(id: string): Promise<RuntimeView> {
    return this.#exclusively('changed', async () => {
      const wanted = await this.store.snapshot(id)
      await this.store.discardFolder(this.store.folderOf(wanted.id))
      await this.store.sweep()
    })
  }

  /** Removes what was installed. An adopted folder is only let go of. */
  remove({ cache }: { cache: boolean }): Promise<RuntimeView> {
    return this.#exclusively('removed', async () => {
      await this.supervisor.stop()
      const { layout } = this.store
      await this.store.unpoint()
      await this.store.discardFolder(layout.versions)
      await this.store.discardFolder(layout.staging)
      if (cache) {
        await this.store.discardFolder(join(layout.root, 'cache'))
        await this.store.discardFolder(layout.cache.python)
      }
      await deleteFolder(layout.trash)
    })
  }

  /** Stops an installation and the server, and waits for every process. */
  async close(): Promise<void> {
    this.#work.close()
    const looked = this.#looks.close()
    await this.supervisor.close()
    await this.#work.ended()
    await looked
  }

  /** What is wrong with an installation; one that cannot be asked is wrong by that. */
  async #problems(place: RuntimePlace, { tools, imports, nodes }: Recipe): Promise<string[]> {
    const { signal } = this.#looks
    const question = { tools, imports, nodes: nodes.map(({ id }) => id), signal }
    return await inspect(this.store, place, question).catch((thrown: unknown) => {
      signal.throwIfAborted()
      return [toAppError(thrown).message]
    })
  }

  /** Lets the installation prove itself, and keeps what came of it for later reports. */
  async #prove(place: RuntimePlace, { tools }: Recipe, hardware: Hardware): Promise<SelfTest> {
    const { supervisor } = this
    const release = supervisor.use()
    const crashBefore = supervisor.crash
    try {
      const test = await selfTest({
        place,
        tools,
        hardware,
        card: cardOf(hardware),
        signal: this.#looks.signal,
        start: () => this.start(),
        log: () => supervisor.log,
        crash: () => (supervisor.crash === crashBefore ? undefined : supervisor.crash),
      })
      this.#looks.signal.throwIfAborted()
      await keepSelfTest(this.store.layout, place, test)
      return test
    } finally {
      release()
    }
  }

  async #lookAtHardware(): Promise<Hardware> {
    return (this.#hardware = await this.#parts.hardware(this.#context.dataDir))
  }

  #managed(what: string): RuntimePlace {
    if (!this.#place) throw absent()
    if (this.#place.adopted) {
      throw new AppError(
        'input.conflict',
        `This ComfyUI is yours and was not installed by Recast: it is not ${what} here. Use the tool that installed it.`,
      )
    }
    return this.#place
  }

  #recipeOf(place: RuntimePlace): Recipe {
    if (place.adopted) return adoptedRecipe(place.device)
    return this.#parts.recipe({
      device: place.device,
      generation: place.installation?.generation ?? (place.device === 'cuda' ? 'cu13' : undefined),
    })
  }

  async #uv() {
    const tools = await this.#parts.tools('3')
    return { tools, mirrors: this.#context.settings().runtimeMirrors }
  }

  async #installRecipe(recipe: Recipe, request: Partial<InstallRequest>): Promise<void> {
    const { settings, downloader } = this.#context
    await makeFolder(this.store.layout.root)
    const signal = this.#work.begin('begin')
    if (request.offline !== true) await probeMirrors({ ...settings().runtimeMirrors, ...request.mirrors }, signal)
    await install({
      recipe,
      store: this.store,
      tools: await settlePython(await this.#parts.tools(recipe.python), this.store.layout.cache.python),
      downloader: downloader(),
      mirrors: { ...settings().runtimeMirrors, ...request.mirrors },
      offline: request.offline,
      ...(request.archive === undefined
        ? {}
        : { archive: { path: resolve(request.archive), unpinned: request.unpinned === true } }),
      card: this.#hardware && cardOf(this.#hardware),
      signal,
      onProgress: (progress) => this.#work.advance(progress),
    })
    // The old server runs from a folder that is a snapshot now.
    await this.supervisor.stop()
    const left = (await this.store.snapshots()).filter(({ takenAt }) => takenAt === undefined)
    for (const old of left.slice(keptSnapshots)) await this.store.discardFolder(this.store.folderOf(old.id))
    await this.store.sweep()
    this.#work.end()
    await this.#read()
  }

  async #adopt(request: InstallRequest, folder: string): Promise<void> {
    const hardware = await this.#lookAtHardware()
    const device = request.device ?? (hardware.verdict.device === 'cuda' ? 'cuda' : 'cpu')
    const { tools } = adoptedRecipe(device)
    const adopted = await examine(folder, { python: request.python, device, tools, signal: this.#looks.signal })
    await this.supervisor.stop()
    await this.store.adopt(adopted)
    const models = join(adopted.folder, 'models')
    if (existsSync(models)) this.#context.shareModels(models)
  }

  /** One piece of work at a time; its error stays to be seen until the next one. */
  async #exclusively(what: string, work: () => Promise<void>): Promise<RuntimeView> {
    await this.open(true)
    await this.#work.run(what, work, () => this.#read())
    return this.view()
  }

  async #read(): Promise<void> {
    this.#place = await this.store.current()
    const snapshots = await this.store.snapshots()
    this.#snapshots = snapshots.flatMap((installation) => installationView({ installation, adopted: undefined }) ?? [])
  }

  async #plan(): Promise<ServerPlan> {
    const place = this.#place
    if (!place) throw absent()
    const hardware = this.#hardware ?? (place.device === 'cuda' ? await this.#lookAtHardware() : undefined)
    return serverPlan({
      place,
      recipe: this.#recipeOf(place),
      hardware,
      modelFolders: this.#context.modelFolders(),
      env: this.#parts.env,
    })
  }

  #tell(): void {
    this.#context.onChange(this.view())
  }
}
