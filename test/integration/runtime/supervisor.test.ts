// The real supervisor over a stand-in for ComfyUI: a real Python program that misbehaves on demand.
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { findPython } from '#core/runtime/install/find-tools'
import { runtimeLayout, type RuntimeLayout } from '#core/runtime/layout'
import { identify, markName, processesOfSession } from '#core/runtime/process/identity'
import type { NodeFailure } from '#core/runtime/supervisor/classify'
import { endOrphan } from '#core/runtime/supervisor/server-process'
import { Supervisor, type SupervisorTimes } from '#core/runtime/supervisor/supervisor'
import { makeStandIn, toolsFolder, type StandIn } from './mirror'

describe.skipIf(process.platform === 'win32')('supervisor', () => {
  const folder = mkdtempSync(join(tmpdir(), 'recast-supervisor-'))
  let standIn: StandIn
  let python = ''
  let count = 0
  const open: Supervisor[] = []

  beforeAll(async () => {
    standIn = await makeStandIn(folder, { nodes: { StandinNode: ['recast_missing'] } })
    execFileSync('python3', ['-m', 'zipfile', '-e', standIn.wheel, join(folder, 'packages')])
    python = (await findPython('3'))?.path ?? 'python3'
  })
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close()
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))

  function make(
    fault = '',
    more: {
      env?: NodeJS.ProcessEnv
      times?: Partial<SupervisorTimes>
      idle?: [number, number]
      nodes?: string
      mend?: (failures: NodeFailure[]) => Promise<boolean>
    } = {},
  ) {
    const layout = runtimeLayout(join(folder, `data-${(count += 1)}`))
    mkdirSync(layout.root, { recursive: true })
    const [freeAfterS, stopAfterS] = more.idle ?? [0, 0]
    const env = { STANDIN_FAULT: fault, ...more.env }
    // The stand-in's package by path: environments are install.test's business. PYTHONPATH itself is dropped for servers, so it goes in here.
    const place = {
      program: join(folder, 'source', 'ComfyUI-pinned'),
      python,
      nodes: more.nodes,
      device: 'cpu' as const,
      adopted: undefined,
      installation: undefined,
    }
    const ended: object[] = []
    const supervisor = new Supervisor({
      layout,
      plan: () =>
        Promise.resolve({
          place,
          tools: toolsFolder,
          card: undefined,
          modelFolders: [join(folder, 'models')],
          sentinels: { core: ['KSampler'], nodes: more.nodes ? { StandinNode: ['StandinNode'] } : {} },
          env: { ...env, PYTHONPATH: join(folder, 'packages') },
        }),
      idle: () => ({ freeAfterS, stopAfterS }),
      ...(more.mend ? { mend: more.mend } : {}),
      onChange: () => undefined,
      logger: { debug() {}, info() {}, warn: (fields) => void ended.push(fields), error() {} },
      // A server that is only slow, on a busy machine, is none that hangs.
      times: { lookMs: 50, hungMs: 30_000, startSilenceMs: 20_000, end: { interruptMs: 1_500, terminateMs: 500 }, ...more.times },
    })
    open.push(supervisor)
    return { supervisor, layout, ended }
  }
  const until = async (look: () => unknown, what: string, ms = 60_000): Promise<void> => {
    const deadline = performance.now() + ms
    while (!(await look())) {
      if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`)
      await sleep(20)
    }
  }
  const gone = async (pid: number | undefined, layout: RuntimeLayout): Promise<void> => {
    expect(await identify(pid ?? 0)).toBeUndefined()
    expect(await processesOfSession(pid ?? 0)).toEqual([])
    expect(existsSync(layout.serverFile)).toBe(false)
  }

  it('starts, is ready by line, answer and nodes, frees memory when idle, stops when idle longer', async () => {
    const { supervisor, layout } = make('', { idle: [0.2, 1] })
    const release = supervisor.use()
    const address = await supervisor.start()
    expect(supervisor.state).toBe('ready')
    expect(await supervisor.start()).toBe(address)
    const { pid } = supervisor
    expect(JSON.parse(readFileSync(layout.serverFile, 'utf8'))).toMatchObject({ pid })
    await sleep(400)
    expect(supervisor.log).not.toContain('free {')
    release()
    await until(() => supervisor.log.includes('free {'), 'memory was freed')
    await until(() => supervisor.state === 'stopped', 'it was stopped')
    await gone(pid, layout)
  })

  it('leaves flags out that the version does not know', async () => {
    const { supervisor } = make()
    const stats = await (await fetch(`${await supervisor.start()}/system_stats`)).json()
    const argv = (stats as { system: { argv: string[] } }).system.argv
    expect(argv).toContain('--cpu')
    expect(argv).not.toContain('--preview-method')
  })

  it.each([
    ['exits', 'exit code 3', 'engine.start'],
    ['import', 'a_module_that_is_not_there', 'engine.start'],
    ['flag', 'no-such-flag', 'engine.start'],
    ['cuda', 'driver', 'engine.start'],
    ['port', 'port was taken', 'engine.start'],
  ])('gives up on a server that fails at its start: %s', async (fault, words, code) => {
    const { supervisor, layout } = make(fault)
    await expect(supervisor.start()).rejects.toMatchObject({ code, message: expect.stringContaining(words) as string })
    expect(supervisor.state).toBe('failed')
    expect(existsSync(layout.serverFile)).toBe(false)
    // Only another port is tried by itself.
    expect(supervisor.restarts).toBe(fault === 'port' ? 5 : 0)
  })

  it('takes another port when one was taken', async () => {
    const { supervisor } = make('port-once')
    await supervisor.start()
    expect(supervisor.restarts).toBe(1)
  })

  it('ends a start that says nothing', async () => {
    const { supervisor, layout } = make('silent', { times: { startSilenceMs: 400 } })
    const starting = supervisor.start()
    await until(() => supervisor.pid, 'it runs')
    const { pid } = supervisor
    await expect(starting).rejects.toMatchObject({ message: expect.stringContaining('said nothing') as string })
    await gone(pid, layout)
  })

  const prompt = async (address: string): Promise<void> => {
    const graph = { 1: { class_type: 'SaveImage', inputs: { filename_prefix: 'x' } } }
    await fetch(`${address}/prompt`, { method: 'POST', body: JSON.stringify({ prompt_id: 'p', prompt: graph }) })
  }

  it.each([
    ['killed-in-job', 'killed'],
    ['native-in-job', 'native'],
    ['memory-in-job', 'out_of_memory'],
    ['hangs-in-job', 'hung'],
  ])('starts a server again that ended in a job: %s', async (fault, kind) => {
    const { supervisor } = make(fault, fault === 'hangs-in-job' ? { times: { hungMs: 800 } } : {})
    const address = await supervisor.start()
    const { pid } = supervisor
    await prompt(address)
    await until(() => supervisor.crash !== undefined, 'the end was seen')
    expect(supervisor.crash?.kind).toBe(kind)
    await until(() => supervisor.state === 'ready', 'it is ready again')
    expect(supervisor.pid).not.toBe(pid)
    expect(supervisor.restarts).toBe(1)
  })

  it.runIf(/^oom_kill /m.test(existsSync('/proc/vmstat') ? readFileSync('/proc/vmstat', 'utf8') : ''))(
    'says of a server that somebody killed that it was not for want of memory, where the kernel counts',
    async () => {
      const { supervisor } = make()
      await supervisor.start()
      process.kill(supervisor.pid ?? 0, 'SIGKILL')
      await until(() => supervisor.crash !== undefined, 'the end was seen')
      expect(supervisor.crash).toEqual({ kind: 'killed', message: 'ComfyUI was ended from outside (SIGKILL).' })
    },
  )

  it('counts how often it ended, and waits longer each time', async () => {
    const { supervisor, ended } = make('always-killed-in-job')
    for (const time of [1, 2]) {
      await prompt(await supervisor.start())
      await until(() => supervisor.restarts === time, 'the end was seen')
      if (time === 1) await until(() => supervisor.state === 'ready', 'it is ready again')
    }
    expect(ended).toMatchObject(
      [500, 4_000].map((afterMs) => ({ crash: { kind: 'killed' }, restart: { restart: true, afterMs } })),
    )
    expect(supervisor.state).toBe('starting')
  })

  it('ends the whole tree, also of a server that ignores being asked', async () => {
    const { supervisor, layout } = make('ignores-interrupt', {
      env: { STANDIN_CHILD: '1' },
      times: { end: { interruptMs: 200, terminateMs: 200 } },
    })
    await supervisor.start()
    const { pid } = supervisor
    const child = Number(/child (\d+)/.exec(supervisor.log)?.[1])
    expect(await identify(child)).toBeDefined()
    await supervisor.close()
    await gone(pid, layout)
    expect(await identify(child)).toBeUndefined()
    await expect(supervisor.start()).rejects.toMatchObject({ code: 'engine.offline' })
  })

  it('ends a start that is under way', async () => {
    const { supervisor, layout } = make('silent')
    const starting = supervisor.start()
    starting.catch(() => undefined)
    await until(() => supervisor.pid, 'it runs')
    const { pid } = supervisor
    await supervisor.close()
    await expect(starting).rejects.toMatchObject({ code: 'canceled' })
    await gone(pid, layout)
  })

  it('says which custom nodes did not load, and starts again when that was mended', async () => {
    const nodes = join(folder, 'nodes')
    mkdirSync(join(nodes, 'StandinNode'), { recursive: true })
    writeFileSync(
      join(nodes, 'StandinNode', '__init__.py'),
      'import recast_missing\nNODE_CLASS_MAPPINGS = {"StandinNode": object}\n',
    )
    const seen: NodeFailure[][] = []
    const { supervisor } = make('', { nodes })
    await supervisor.start()
    expect(supervisor.missingNodes).toEqual(['StandinNode'])
    const mending = make('', {
      nodes,
      mend: (failures) => {
        seen.push(failures)
        writeFileSync(join(nodes, 'StandinNode', '__init__.py'), 'NODE_CLASS_MAPPINGS = {"StandinNode": object}\n')
        return Promise.resolve(true)
      },
    })
    await mending.supervisor.start()
    expect(seen).toEqual([[{ node: 'StandinNode', module: 'recast_missing', reason: "No module named 'recast_missing'" }]])
    expect(mending.supervisor.missingNodes).toEqual([])
  })

  it('leaves alone what only has the number of an old server of ours', async () => {
    const layout = runtimeLayout(join(folder, 'other'))
    mkdirSync(layout.root, { recursive: true })
    const stranger = spawn('sleep', ['60'], { detached: true })
    await sleep(50)
    writeFileSync(layout.serverFile, JSON.stringify({ pid: stranger.pid, startedAt: 'another boot 1', port: 1 }))
    await endOrphan(layout)
    expect(await identify(stranger.pid ?? 0)).toBeDefined()
    expect(existsSync(layout.serverFile)).toBe(false)
    const own = await identify(stranger.pid ?? 0)
    writeFileSync(layout.serverFile, JSON.stringify({ ...own, port: 1 }))
    expect(await endOrphan(layout)).toBe(true)
    await until(async () => (await identify(stranger.pid ?? 0)) === undefined, 'our orphan was ended')
  })

  it('ends a healthy server that a former Recast left, with its children, and no other ComfyUI', async () => {
    const { supervisor, layout } = make()
    const run = (name: string) => {
      const folders = ['input', 'output'].flatMap((kind) => [`--${kind}-directory`, join(folder, name, kind)])
      const child = spawn(python, ['-u', 'main.py', '--port', '0', ...folders], {
        cwd: join(folder, 'source', 'ComfyUI-pinned'),
        detached: true,
        stdio: ['ignore', 'pipe', 'ignore'],
        env: { ...process.env, PYTHONPATH: join(folder, 'packages'), STANDIN_CHILD: '1' },
      })
      let said = ''
      child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
      return { child, pid: child.pid ?? 0, said: () => said }
    }
    const ours = run('ours')
    const theirs = run('theirs')
    try {
      await until(() => [ours, theirs].every(({ said }) => said().includes('To see the GUI')), 'both listen')
      writeFileSync(layout.serverFile, JSON.stringify({ ...(await identify(ours.pid)), port: 1 }))
      const children = [ours, theirs].map(({ said }) => Number(/child (\d+)/.exec(said())?.[1]))
      await supervisor.endOrphan()
      expect(await processesOfSession(ours.pid)).toEqual([])
      expect(await identify(children[0] ?? 0)).toBeUndefined()
      expect(existsSync(layout.serverFile)).toBe(false)
      expect((await processesOfSession(theirs.pid)).sort()).toEqual([theirs.pid, children[1] ?? 0].sort())
      // A server of our own beside theirs, and its end, are nothing to theirs either.
      await supervisor.start()
      await supervisor.close()
      expect(await identify(theirs.pid)).toBeDefined()
    } finally {
      for (const { pid } of [ours, theirs]) {
        try {
          process.kill(-pid, 'SIGKILL')
        } catch {
          // Ended, as it should be for ours.
        }
      }
    }
  })

  it('ends what is left of a session whose leader has died, if it bears our mark', async () => {
    const layout = runtimeLayout(join(folder, 'leaderless'))
    mkdirSync(layout.root, { recursive: true })
    const leader = spawn('sh', ['-c', 'sleep 300 & read line; exit 0'], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { ...process.env, [markName]: 'ours' },
    })
    const pid = leader.pid ?? 0
    await until(async () => (await processesOfSession(pid)).length === 2, 'it has a child')
    const noted = { ...(await identify(pid)), port: 1 }
    leader.stdin.end('\n')
    await until(async () => (await identify(pid)) === undefined, 'the leader ended')
    // Without it, the session is somebody's who got the number since.
    for (const mark of [undefined, 'another', 'our']) {
      writeFileSync(layout.serverFile, JSON.stringify({ ...noted, mark }))
      expect(await endOrphan(layout)).toBe(false)
    }
    expect(await processesOfSession(pid)).toHaveLength(1)
    writeFileSync(layout.serverFile, JSON.stringify({ ...noted, mark: 'ours' }))
    expect(await endOrphan(layout)).toBe(true)
    expect(await processesOfSession(pid)).toEqual([])
  })
})
