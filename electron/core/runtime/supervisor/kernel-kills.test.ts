import { describe, expect, it } from 'vitest'
import { classifyExit } from './classify'
import { kernelEndedSome, kernelKillFiles, readKernelKills, readKillCount, type KernelKills } from './kernel-kills'

// The files' texts are written after the kernel's documentation and what its versions show.
describe('what the kernel ended for want of memory', () => {
  it.each([
    [
      'version 2, a desktop session',
      '0::/user.slice/user-1000.slice/app-recast.scope\n',
      '/sys/fs/cgroup/user.slice/user-1000.slice/app-recast.scope/memory.events',
    ],
    ['version 2, a container that sees itself as the root', '0::/\n', '/sys/fs/cgroup/memory.events'],
    ['version 1', '4:memory:/docker/0aa1\n1:cpu:/\n', '/sys/fs/cgroup/memory/docker/0aa1/memory.oom_control'],
    ['both, memory with version 1', '7:cpu,memory:/a\n0::/\n', '/sys/fs/cgroup/memory/a/memory.oom_control'],
    ['a path with a colon', '0::/a:b\n', '/sys/fs/cgroup/a:b/memory.events'],
  ])('is looked up in our own group: %s', (_what, cgroup, file) => {
    const files = kernelKillFiles(cgroup)
    expect(files).toContain(file)
    expect(files.at(-1)).toBe('/proc/vmstat')
  })

  it.each(['', 'nonsense', '4:cpuset:/x\n'])('or else for the whole machine: %j', (cgroup) => {
    expect(kernelKillFiles(cgroup)).toEqual(['/proc/vmstat'])
  })

  it.each([
    ['low 0\nhigh 12\nmax 40\noom 3\noom_kill 2\noom_group_kill 0\n', 2],
    ['oom_kill_disable 0\nunder_oom 0\noom_kill 7\n', 7],
    // Before Linux 4.13.
    ['oom_kill_disable 0\nunder_oom 0\n', undefined],
    ['nr_free_pages 100\noom_kill 0\npgfault 1\n', 0],
    ['', undefined],
  ])('is read: %j', (text, count) => {
    expect(readKillCount(text)).toBe(count)
  })

  const at = (count: number, source = 'memory.events'): KernelKills => ({ source, count })
  it.each<[string, KernelKills | undefined, KernelKills | undefined, string]>([
    ['the count rose', at(2), at(3), 'out_of_memory'],
    ['it stayed', at(2), at(2), 'killed'],
    ['it began anew with another group', at(2), at(0), 'killed'],
    ['two files that are not the same count', at(2), at(9, 'vmstat'), 'killed'],
    ['nobody counts', undefined, undefined, 'killed'],
    ['the file came up meanwhile', undefined, at(1), 'killed'],
  ])('tells a SIGKILL apart: %s', (_what, before, after, kind) => {
    const exit = { code: null, signal: 'SIGKILL' as const, log: '', hung: false }
    expect(classifyExit({ ...exit, kernelEndedSome: kernelEndedSome(before, after) }).kind).toBe(kind)
    // What ended in another way did not run out of the kernel's memory, whatever happened elsewhere.
    expect(classifyExit({ ...exit, code: 3, signal: null, kernelEndedSome: kernelEndedSome(before, after) }).kind).toBe('exited')
  })

  it.runIf(process.platform === 'linux')('is known on this machine', async () => {
    const now = await readKernelKills()
    expect(now === undefined || Number.isInteger(now.count)).toBe(true)
  })
})
